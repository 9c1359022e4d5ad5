#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# shell.sh ROOT: every shell script parses, and shellcheck has nothing to warn about.
set -euo pipefail
cd "$1"
found=$(grep -rlE '^#!.*sh$|^# shellcheck shell=' .ci examples tests --include='*.sh' --include=init --include=run)
mapfile -t scripts < <(sort <<<"$found")
for script in "${scripts[@]}"; do
  case $(head -n 1 "$script") in
    *'busybox sh' | */bin/sh) sh -n "$script" ;;
    *) bash -n "$script" ;;
  esac
done
if ! command -v shellcheck >/dev/null; then
  printf 'skipped: shell scripts are clean: no shellcheck; they only parse\n'
  exit 4
fi
# What is sourced is looked for beside the script and where it is said to be.
for script in "${scripts[@]}"; do
  case $(head -n 1 "$script") in
    *'busybox sh') shellcheck --severity=warning --shell=sh "$script" ;;
    *) shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR "$script" ;;
  esac
done
printf '%d scripts\n' "${#scripts[@]}"
