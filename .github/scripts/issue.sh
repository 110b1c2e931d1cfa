#!/usr/bin/env bash
# Says something in an issue: opens it, or brings the open one with this title up to date. With an empty file, there is nothing to
# say any more, and it is closed.
#
# issue.sh TITLE FILE
set -euo pipefail

title=${1:?the title} file=${2:?the file with the text}
# GitHub takes no more than 65,536 characters.
most=60000

run="${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:?}/actions/runs/${GITHUB_RUN_ID:?}"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
LC_ALL=C awk -v most="$most" '{ size += length($0) + 1; if (size > most) { exit } print }' "$file" >"$body"
more=$(($(wc -l <"$file") - $(wc -l <"$body")))
if [ "$more" -gt 0 ]; then
    printf '\nThis is not all: %s lines are left out.\n' "$more" >>"$body"
fi
printf '\nFrom [this run](%s).\n' "$run" >>"$body"

# Only one that a workflow has opened, whoever else uses the title.
open=$(gh issue list --app github-actions --state open --limit 1000 --json number,title \
    --jq "map(select(.title == \"$title\"))[0].number // empty")

if [ ! -s "$file" ]; then
    if [ -n "$open" ]; then
        gh issue close "$open" --comment "No longer so, by [this run]($run)."
    fi
elif [ -n "$open" ]; then
    # Not `gh issue edit`, which asks for what this token may not read.
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/$open" --field body="@$body"
else
    gh issue create --title "$title" --body-file "$body"
fi
