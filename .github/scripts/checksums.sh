#!/usr/bin/env bash
# Whether the packages in a folder are those of a list, all of them and no other: what is not in the list was not looked at.
#
# checksums.sh FOLDER LIST, which is as sha256sum writes it
set -euo pipefail

folder=${1:?the folder with the packages} list=${2:?the list}
if ! diff <(sort "$list") <(cd "$folder" && sha256sum -- *.crate | sort) >&2; then
    echo "error: these are not the packages that were looked at (< is looked at, > is here): run the whole workflow again, on" \
        "this tag" >&2
    exit 1
fi
