#!/usr/bin/env bash
# Publishes what `cargo xtask publish --hand-over FOLDER` has looked at. It runs where crates can be published, so it builds
# nothing: cargo packages the same commit, and these packages must have the checksums in FOLDER.
#
# publish.sh compare FOLDER    packages, and compares
# publish.sh upload FOLDER     uploads what the registry does not have
set -euo pipefail
cd "$(dirname "$0")/../.."

step=${1:?compare or upload} folder=$(cd "${2:?the folder that was handed over}" && pwd)
target=$PWD/target/publish

# cargo, for the crates whose names are in a file.
of_crates() {
    sed 's/^/--package=/' "$1" | xargs "${@:2}" --locked --no-verify --target-dir "$target"
}

case $step in
compare)
    # What is left of another release would be taken for this one's.
    rm -rf "$target"
    of_crates "$folder/crates" cargo package
    cd "$target/package"
    sha256sum --check --strict "$folder/SHA256SUMS" || {
        echo "error: these are not the packages that were looked at: run the whole workflow again, on this tag" >&2
        exit 1
    }
    ;;
upload)
    if [ ! -s "$folder/missing" ]; then
        echo "the registry has every crate: there is nothing to upload"
        exit
    fi
    of_crates "$folder/missing" cargo publish
    ;;
*)
    echo "error: '$step' is no step: compare or upload" >&2
    exit 2
    ;;
esac
