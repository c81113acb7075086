#!/usr/bin/env bash
# Builds demarc from the sources of the action, so that what runs is what the action's revision says.
set -euo pipefail

mkdir -p "$RUNNER_TEMP/demarc/bin"
cd "$GITHUB_ACTION_PATH"
GOFLAGS='' GOWORK=off go build -trimpath -o "$RUNNER_TEMP/demarc/bin/" ./cmd/demarc
