#!/usr/bin/env bash
# Prints what to compare with: the baseline that is given, or for the sources of a pull request its base branch, which is
# fetched where it is not there. Prints nothing for none. Messages go to standard error.
set -euo pipefail

if [ -n "$DEMARC_BASELINE" ]; then
  [ "$DEMARC_BASELINE" = none ] || printf '%s\n' "$DEMARC_BASELINE"
  exit
fi
[ -z "$DEMARC_PLAN" ] || exit 0 # no revision holds the plan of the base
base=$(jq -r '.pull_request.base.sha // empty' "$GITHUB_EVENT_PATH")
head=$(jq -r '.pull_request.head.sha // empty' "$GITHUB_EVENT_PATH")
branch=$(jq -r '.pull_request.base.ref // empty' "$GITHUB_EVENT_PATH")
[ -n "$base" ] || exit 0

# What is checked out by default is the merge of both, and the base that it was made with is newer than the event's. A
# shallow clone has no parents, but their names.
parents=$(git cat-file -p HEAD 2>/dev/null | sed -n 's/^parent //p') || parents=
if [ "$(printf '%s\n' "$parents" | sed -n 2p)" = "$head" ]; then
  base=$(printf '%s\n' "$parents" | sed -n 1p)
fi

name="refs/remotes/origin/$branch"
fetch() { GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags --depth=1 origin "+$base:$name"; }

# The token takes the place of credentials that actions/checkout may have left.
with_token() {
  local header
  header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$DEMARC_TOKEN" | base64 | tr -d '\n')"
  GIT_CONFIG_COUNT=2 \
    GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0='' \
    GIT_CONFIG_KEY_1="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_1="$header" \
    fetch
}

if git cat-file -e "$base^{tree}" 2>/dev/null; then
  git update-ref "$name" "$base"
elif ! fetch 2>/dev/null && ! with_token; then
  printf '::warning title=demarc::The base branch could not be fetched: everything that is found counts as new\n' >&2
  exit 0
fi
printf 'origin/%s\n' "$branch"
