#!/usr/bin/env bash
# Keeps one comment of the pull request true: writes it when the border changes, changes it in place at later pushes, and
# leaves it alone where it says what is so. Where it may not write, the step summary says so. It fails nothing.
set -euo pipefail

out="$RUNNER_TEMP/demarc/out"
event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }
number=$(event '.pull_request.number')
[ -n "$number" ] || exit 0

# skip says why there is no comment, where people look for it.
skip() {
  printf '\nNo comment on the pull request: %s.\n' "$1" >>"$GITHUB_STEP_SUMMARY"
  printf 'demarc: no comment on the pull request: %s\n' "$1"
  exit 0
}

[ -n "$DEMARC_TOKEN" ] || skip 'there is no token'
if [ "$GITHUB_EVENT_NAME" = pull_request ] &&
  [ "$(event '.pull_request.head.repo.full_name')" != "$(event '.pull_request.base.repo.full_name')" ]; then
  skip 'it comes from a fork, whose token may not write'
fi

# api METHOD PATH [BODY-FILE]: the answer is in $answer, its status in $code. Only what changes nothing is tried again.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
answer="$work/answer"
printf 'Authorization: Bearer %s\n' "$DEMARC_TOKEN" >"$work/token" # a process's arguments are for everyone to read
api() {
  local args=(--silent --show-error --max-time 30 --request "$1" --output "$answer" --write-out '%{http_code}')
  args+=(--header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28')
  [ "$1" != GET ] || args+=(--retry 3)
  [ $# -lt 3 ] || args+=(--header 'Content-Type: application/json' --data-binary "@$3")
  : >"$answer"
  code=$(curl "${args[@]}" --header "@$work/token" "$GITHUB_API_URL/$2") || code=000
}

# need WHAT: gives up unless the last call went well.
need() {
  case $code in
  2*) ;;
  401 | 403 | 404) skip "the token may not $1 (permissions: pull-requests: write)" ;;
  *)
    printf '::warning title=demarc::The comment could not be kept up to date: the API answered %s\n' "$code"
    skip "the API answered $code when asked to $1"
    ;;
  esac
}

api GET "repos/$GITHUB_REPOSITORY/pulls/$number"
need 'read the pull request'
if [ "$(jq -r '.head.sha' "$answer")" != "$(event '.pull_request.head.sha')" ]; then
  skip 'there is a newer push, whose run writes it'
fi

# Only comments of our own are ours, whoever else writes the tag. The token of a job has no user to ask for; its comments
# are a bot's.
api GET user
me=
[ "$code" != 200 ] || me=$(jq -r '.login // empty' "$answer")
: >"$work/own"
for ((page = 1; ; page++)); do
  api GET "repos/$GITHUB_REPOSITORY/issues/$number/comments?per_page=100&page=$page"
  need 'read comments'
  jq -c --arg me "$me" '.[] | select((.body | startswith("<!-- demarc -->"))
    and (if $me == "" then .user.type == "Bot" else .user.login == $me end)) | {id, body}' "$answer" >>"$work/own"
  [ "$(jq length "$answer")" -eq 100 ] || break
done
own=$(head -n 1 "$work/own" | jq -r '.id // empty')

changed=true
if [ "$DEMARC_VERDICT" = failed ]; then
  changed=false # the job says it; only what stands there already must not stay
  printf '%s\n### demarc could not analyse this change\n\nThe log of its last run says why.\n' '<!-- demarc -->' >"$work/text"
else
  cp "$out/demarc.markdown" "$work/text"
  changed=$(jq '(if .baseline then .baseline.adds + .baseline.removes + .baseline.accepts else .summary.findings | add end) > 0' "$out/demarc.json")
fi
jq --raw-input --slurp '{body: sub("\\s+$"; "")}' "$work/text" >"$work/body"

if [ -n "$own" ]; then
  if head -n 1 "$work/own" | jq -e --slurpfile new "$work/body" '(.body | gsub("\r"; "") | sub("\\s+$"; "")) == $new[0].body' >/dev/null; then
    printf 'demarc: the comment says so already\n'
  else
    api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$own" "$work/body"
    need 'write comments'
  fi
elif [ "$changed" = true ]; then
  api POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" "$work/body"
  need 'write comments'
else
  printf 'demarc: no comment: the pull request changes nothing at the border\n'
fi

# Two runs at once may have written two.
tail -n +2 "$work/own" | jq -r '.id' | while IFS= read -r id; do
  api DELETE "repos/$GITHUB_REPOSITORY/issues/comments/$id"
done
