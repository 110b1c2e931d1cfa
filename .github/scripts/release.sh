#!/usr/bin/env bash
# Makes the release on GitHub, or brings it up to date, from what `cargo xtask publish --hand-over FOLDER` has written.
#
# release.sh TAG FOLDER
set -euo pipefail

tag=${1:?the tag} folder=${2:?the folder that was handed over}
# A version with a hyphen is a pre-release.
case $tag in
*-*) prerelease=true ;;
*) prerelease=false ;;
esac

if gh release view "$tag" >/dev/null 2>&1; then
    gh release edit "$tag" --title "$tag" --notes-file "$folder/notes.md" --prerelease=$prerelease
    gh release upload "$tag" --clobber "$folder"/*.crate
else
    gh release create "$tag" --verify-tag --title "$tag" --notes-file "$folder/notes.md" --prerelease=$prerelease \
        "$folder"/*.crate
fi
