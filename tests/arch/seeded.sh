#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# seeded.sh ROOT: every seeded bug still applies to the sources. Whether a test notices it is shown by
# tests/run.sh seeded, which takes long.
set -euo pipefail
cd "$1"
if ! command -v patch >/dev/null; then
  printf 'skipped: seeded bugs apply: no patch\n'
  exit 4
fi
broken=0 count=0
for bug in tests/seeded/*.patch; do
  count=$((count + 1))
  patch -p1 -F0 -f --dry-run <"$bug" >/dev/null 2>&1 || {
    printf '%s does not apply\n' "$bug"
    broken=1
  }
done
printf '%d seeded bugs\n' "$count"
exit "$broken"
