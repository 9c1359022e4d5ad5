#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# top_level.sh ROOT: the top level is a table of contents, nothing else lies there.
set -euo pipefail
cd "$1"

wanted='CMakeLists.txt LICENSE README.md bpf cmake examples include src tests'
found=$(find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name build ! -name 'build-*' -printf '%f\n' |
  LC_ALL=C sort | paste -sd ' ')
if [ "$found" != "$wanted" ]; then
  printf 'wanted at the top: %s\nfound:             %s\n' "$wanted" "$found"
  exit 1
fi
