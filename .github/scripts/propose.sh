#!/usr/bin/env bash
# Opens the pull request with what is generated from the fragment, brings it up to date, or closes it, from what
# `cargo xtask propose FOLDER` has written. It runs where the repository can be written, so it builds nothing.
#
# propose.sh FOLDER
set -euo pipefail

folder=$(cd "${1:?the folder of cargo xtask propose}" && pwd)
branch=regenerate
base=main
title="Regenerate from openapi/contacts.yaml"
export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
email="41898282+github-actions[bot]@users.noreply.github.com"
export GIT_AUTHOR_EMAIL=$email GIT_COMMITTER_EMAIL=$email

# The checkout keeps no credentials; `gh` has the token.
git_with_token() {
    git -c credential.helper='!gh auth git-credential' "$@"
}

there=$(git_with_token ls-remote --heads origin "refs/heads/$branch" | cut -f 1)
others=
if [ -n "$there" ]; then
    git_with_token fetch --quiet origin "$branch"
    others=$(git log --format='%ce %h by %an' "HEAD..$there" | awk -v ours="$email" '$1 != ours { sub(/^[^ ]* /, ""); print }')
    others=${others//$'\n'/, }
fi
open=$(gh pr list --head "$branch" --base "$base" --state open --json number --jq '.[0].number // empty')

if [ ! -s "$folder/generated.patch" ]; then
    echo "what is generated is up to date: there is nothing to propose"
    if [ -n "$open" ]; then
        gh pr close "$open" --comment "What is generated on $base is up to date."
    fi
    if [ -n "$others" ]; then
        echo "the branch $branch is left, since it has commits of somebody else, $others: delete it if $base has them"
    elif [ -n "$there" ]; then
        git_with_token push --quiet --force-with-lease="$branch:$there" origin ":refs/heads/$branch"
    fi
    exit
fi
if [ -n "$others" ]; then
    echo "error: somebody else has pushed to the branch $branch, and that would be lost: $others. Merge its pull request, or delete" \
        "the branch, and run this workflow again" >&2
    exit 2
fi

git switch --quiet --force-create "$branch"
git apply --index "$folder/generated.patch"
git commit --quiet --message "$title"
git_with_token push --quiet --force-with-lease="$branch:$there" origin "$branch"
if [ -n "$open" ]; then
    # Not `gh pr edit`, which asks for what this token may not read.
    gh api --silent --method PATCH "repos/${GITHUB_REPOSITORY:?}/pulls/$open" --field body="@$folder/meaning.md"
else
    gh pr create --base "$base" --head "$branch" --title "$title" --body-file "$folder/meaning.md"
fi
# What a workflow's own token pushes starts no workflow, save one that is asked for.
gh workflow run ci.yml --ref "$branch"
