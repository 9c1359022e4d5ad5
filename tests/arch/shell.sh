#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# shell.sh ROOT: shellcheck has nothing to warn about.
set -euo pipefail
cd "$1"
if ! command -v shellcheck >/dev/null; then
  printf 'skipped: shell scripts are clean: no shellcheck\n'
  exit 4
fi
{
  find examples tests -name '*.sh' -print0
  printf '.ci/run\0'
} | xargs -0 shellcheck -x --severity=warning
