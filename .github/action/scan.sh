#!/usr/bin/env bash
# Scans, annotates, and writes the step summary, the formats and the outputs. Whether the job fails is for verdict.sh to
# say, after the comment has been written.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
demarc="$RUNNER_TEMP/demarc/bin/demarc"
out="$RUNNER_TEMP/demarc/out"
rm -rf "$out"
mkdir -p "$out"

args=(scan --fail-on "$DEMARC_FAIL_ON")
for format in json markdown sarif; do
  args+=(--format "$format" --output "$out/demarc.$format")
done
set -f # formats are words, not patterns
for format in $DEMARC_FORMATS; do
  case $format in
  json | markdown | sarif | github) ;; # written in any case
  *) args+=(--format "$format" --output "$out/demarc.$format") ;;
  esac
done
args+=(--format github) # to the log, which is where annotations are taken from
[ -z "$DEMARC_POLICY" ] || args+=(--policy "$DEMARC_POLICY")
baseline=$(bash "$here/base.sh")
[ -z "$baseline" ] || args+=(--baseline "$baseline")
args+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || args+=("$path")
done <<<"${DEMARC_PLAN:-$DEMARC_PATH}"

status=0
"$demarc" "${args[@]}" 2>"$out/stderr" || status=$?
cat "$out/stderr" >&2

case $status in
0) verdict=clean ;;
1) verdict=findings ;;
3) verdict=incomplete ;;
*) verdict=failed ;;
esac
{
  printf 'exit=%s\n' "$status"
  printf 'verdict=%s\n' "$verdict"
  printf 'directory=%s\n' "$out"
} >>"$GITHUB_OUTPUT"
if [ "$verdict" = failed ]; then
  {
    printf '### demarc could not analyse this\n\n'
    sed 's/^/    /' "$out/stderr"
  } >>"$GITHUB_STEP_SUMMARY"
  exit 0
fi
cat "$out/demarc.markdown" >>"$GITHUB_STEP_SUMMARY"
printf 'sarif=%s\n' "$out/demarc.sarif" >>"$GITHUB_OUTPUT"
jq -r '
  .summary.findings as $n | ($n | add) as $all
  | ($n | to_entries[] | "\(.key)=\(.value)"), "findings=\($all)", "new=\(.baseline.adds // $all)"
' "$out/demarc.json" >>"$GITHUB_OUTPUT"
