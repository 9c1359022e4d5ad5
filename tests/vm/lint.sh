#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Checks the shell scripts of tests/vm and tests/support: syntax always, shellcheck where it is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts=$(grep -rlE --include='*.sh' --include=init '^#!.*sh$|^# shellcheck shell=' vm support | sort)
while read -r script; do
  if head -n 1 "$script" | grep -q 'busybox sh'; then
    sh -n "$script"
  else
    bash -n "$script"
  fi
done <<<"$scripts"
if command -v shellcheck >/dev/null; then
  while read -r script; do
    if head -n 1 "$script" | grep -q 'busybox sh'; then
      shellcheck --severity=warning --shell=sh "$script"
    else
      (cd "$(dirname "$script")" && shellcheck --severity=warning --external-sources "$(basename "$script")")
    fi
  done <<<"$scripts"
else
  printf 'lint: no shellcheck here; syntax only\n'
fi
printf 'lint: %d scripts\n' "$(wc -l <<<"$scripts")"
