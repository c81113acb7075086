#!/usr/bin/env bash
# Ends the job as demarc ended: see "Flags and exit statuses" in README.md.
set -euo pipefail

exit "${DEMARC_EXIT:-2}"
