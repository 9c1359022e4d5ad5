#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# headers.sh ROOT: what a public header may include, how long a file may be, and what the umbrella
# has to include.
set -euo pipefail
cd "$1"
bad=0
complain() {
  printf '%s\n' "$*"
  bad=1
}

# Heavy for every user who includes us, and third-party headers, which users need not have.
heavy='functional|memory|iostream|fstream|sstream|iomanip|filesystem|regex|map|unordered_map|set'
heavy+='|unordered_set|thread|future|mutex|condition_variable|ranges|format|locale|random'
heavy+='|fmt/.*|bpf/.*|libelf\.h|gelf\.h'
# The C library's link(2) and close(2) would stand beside our names.
heavy+='|unistd\.h|fcntl\.h|sys/.*'
# The inside of the library and the rooms behind the hook values use libbpf, libelf and the C library.
inside='include/linchpin/([a-z]*/detail|hook/[a-z_]*)/'
if found=$(grep -nEr "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($heavy)[>\"]" \
  include/linchpin --include='*.hpp' --exclude-dir=testing | grep -vE "^$inside"); then
  complain "a public header includes a header that is too heavy or not ours to demand:
$found"
fi

while IFS= read -r -d '' file; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || complain "$file: $lines lines; past 400 it is two things"
done < <(find include src bpf examples tests -type f \
  \( -name '*.[ch]pp' -o -name '*.c' -o -name '*.h' -o -name '*.sh' \) -print0)

while IFS= read -r header; do
  grep -q '^#pragma once$' "include/$header" || complain "include/$header: no #pragma once"
  case $header in
    linchpin/linchpin.hpp | linchpin/testing/* | linchpin/hook/*/* | */detail/*) continue ;;
  esac
  grep -qxF "#include <$header>" include/linchpin/linchpin.hpp ||
    complain "include/linchpin/linchpin.hpp lacks: #include <$header>"
done < <(cd include && find linchpin -name '*.hpp' | LC_ALL=C sort)
exit "$bad"
