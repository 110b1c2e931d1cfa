#!/usr/bin/env bash
# Says in an issue that a scheduled workflow has failed, since nobody is told of it otherwise; and closes it once it has not.
#
# scheduled.sh WORKFLOW FAILED, which is true or false
set -euo pipefail

workflow=${1:?the name of the workflow} failed=${2:?whether it has failed}
text=$(mktemp)
trap 'rm -f "$text"' EXIT
if [ "$failed" = true ]; then
    # shellcheck disable=SC2016
    printf 'The workflow `%s` runs once a week. It has failed.\n' "$workflow" >"$text"
fi
"$(dirname "$0")/issue.sh" "The scheduled workflow $workflow fails" "$text"
