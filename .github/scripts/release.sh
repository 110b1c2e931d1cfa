#!/usr/bin/env bash
# Makes the release on GitHub, or brings it up to date: the notes are the section of CHANGELOG.md in the current folder.
#
# release.sh TAG FOLDER, which has the packages
set -euo pipefail

tag=${1:?the tag} folder=${2:?the folder with the packages}
# A version with a hyphen is a pre-release.
case $tag in
*-*) prerelease=true ;;
*) prerelease=false ;;
esac
notes=$(mktemp)
trap 'rm -f "$notes"' EXIT
awk -v heading="## [${tag#v}]" 'index($0, heading) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md >"$notes"
if ! grep -q '[^[:space:]]' "$notes"; then
    echo "error: CHANGELOG.md has no section for ${tag#v}: say on main what has changed, and make the release by hand" >&2
    exit 1
fi

if gh release view "$tag" >/dev/null 2>&1; then
    gh release edit "$tag" --title "$tag" --notes-file "$notes" --prerelease=$prerelease
    gh release upload "$tag" --clobber "$folder"/*.crate
else
    gh release create "$tag" --verify-tag --title "$tag" --notes-file "$notes" --prerelease=$prerelease \
        "$folder"/*.crate
fi
