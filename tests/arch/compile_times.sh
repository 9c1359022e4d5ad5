#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# compile_times.sh ROOT COMPILER LIMIT_MS: prints what each public header costs to compile alone;
# fails if the umbrella costs more than LIMIT_MS. CPU time, least of three runs: a busy machine
# makes one run slow, not all of them.
set -euo pipefail
root=$1 compiler=$2 limit=$3
cd "$root/include"

# Milliseconds of CPU time for one compilation of header $1.
cost() {
  local TIMEFORMAT='%U %S' seconds
  seconds=$({ time "$compiler" -std=c++20 -I . -x c++ -c -o /dev/null - <<<"#include <$1>" 2>&3; } 3>&2 2>&1)
  awk '{ printf "%d\n", ($1 + $2) * 1000 + 0.5 }' <<<"$seconds"
}
least_of_three() {
  for _ in 1 2 3; do cost "$1"; done | sort -n | head -n 1
}

"$compiler" --version | head -n 1
printf '%6s  %s\n' ms header
printf '%6d  %s\n' "$(least_of_three cstdint)" '<cstdint>, for scale'
while IFS= read -r header; do
  printf '%6d  %s\n' "$(cost "$header")" "$header"
done < <(find linchpin -mindepth 2 -name '*.hpp' | LC_ALL=C sort)
umbrella=$(least_of_three linchpin/linchpin.hpp)
printf '%6d  linchpin/linchpin.hpp, limit %d\n' "$umbrella" "$limit"
[ "$umbrella" -le "$limit" ]
