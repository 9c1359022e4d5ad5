#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# self_contained.sh ROOT COMPILER: every public header compiles alone, twice in a row, without a
# warning, with nothing but linchpin's include folder.
set -euo pipefail
root=$1
export compiler=$2
if ! command -v "$compiler" >/dev/null; then
  printf 'skipped: headers are self-contained: no %s\n' "$compiler"
  exit 4
fi
check() {
  printf '#include <%s>\n#include <%s>\n' "$1" "$1" |
    "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I . \
      -fsyntax-only -x c++ - || {
    printf '%s: not self-contained\n' "$1"
    return 1
  }
}
export -f check
cd "$root/include"
find linchpin -name '*.hpp' -print0 | xargs -0 -n 1 -P "$(nproc)" bash -c 'check "$0"'
