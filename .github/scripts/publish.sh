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

# The crates whose names are in a file, as options of cargo. The file comes from where code of all dependencies has run: what is no
# name could be an option of another kind.
packages=()
read_packages() {
    while IFS= read -r name; do
        if [[ ! $name =~ ^[a-z][a-z0-9_-]*$ ]]; then
            echo "error: $1 has a line that is no name of a crate: do not publish before it is known why" >&2
            exit 1
        fi
        packages+=("--package=$name")
    done <"$1"
}

case $step in
compare)
    # What is left of another release would be taken for this one's.
    rm -rf "$target"
    read_packages "$folder/crates"
    cargo package --locked --no-verify --target-dir "$target" "${packages[@]}"
    .github/scripts/checksums.sh "$target/package" "$folder/SHA256SUMS"
    # Whether a token is needed.
    missing=$([ -s "$folder/missing" ] && echo true || echo false)
    echo "missing=$missing" >>"${GITHUB_OUTPUT:-/dev/null}"
    ;;
upload)
    if [ ! -s "$folder/missing" ]; then
        echo "the registry has every crate: there is nothing to upload"
        exit
    fi
    read_packages "$folder/missing"
    cargo publish --locked --no-verify --target-dir "$target" "${packages[@]}" || {
        echo "error: not every crate is published: mend the cause, and run the whole workflow again (\"Re-run all jobs\"), which" \
            "publishes what is missing" >&2
        exit 1
    }
    # cargo has packaged them once more.
    .github/scripts/checksums.sh "$target/package" "$folder/SHA256SUMS"
    ;;
*)
    echo "error: '$step' is no step: compare or upload" >&2
    exit 2
    ;;
esac
