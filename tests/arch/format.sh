#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# format.sh ROOT: clang-format 16 has nothing to change. Older ones do not know `requires`, and
# every version disagrees with the others in details.
set -euo pipefail
cd "$1"
for tool in clang-format-16 clang-format; do
  if "$tool" --version 2>/dev/null | grep -q 'version 16\.'; then
    files() {
      find include src bpf examples tests -type f \
        \( -name '*.[ch]pp' -o -name '*.c' -o -name '*.h' \) -print0
    }
    files | xargs -0 "$tool" --dry-run -Werror --ferror-limit=1 && exit 0
    printf 'to repair: %s -i <file>...\n' "$tool"
    exit 1
  fi
done
printf 'skipped: clang-format has nothing to change: no clang-format 16\n'
exit 4
