#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# compile_times.sh ROOT COMPILER [each] HEADER LIMIT...: what including each HEADER costs, as a multiple of what
# fmt/format.h costs on the same machine at the same time; with "each", what every other header costs alone
# as well. Fails if a header costs more than its LIMIT. CPU time, least of nine runs that take turns: a busy
# machine makes one run slow, not all of them.
set -euo pipefail
root=$1 compiler=$2
shift 2
each=
if [ "${1:-}" = each ]; then
  each=each
  shift
fi
cd "$root/include"

# Milliseconds of CPU time for one compilation of header $1.
cost() {
  local TIMEFORMAT='%U %S' seconds
  seconds=$({ time "$compiler" -std=c++20 -I . -x c++ -c -o /dev/null - <<<"#include <$1>" 2>&3; } 3>&2 2>&1)
  awk '{ printf "%d\n", ($1 + $2) * 1000 + 0.5 }' <<<"$seconds"
}
# less MS SO_FAR
less() {
  printf '%d\n' $(($2 == 0 || $1 < $2 ? $1 : $2))
}

declare -A limits least
while [ $# -gt 0 ]; do
  limits[$1]=$2 least[$1]=0
  shift 2
done
"$compiler" --version | head -n 1
scale=0
for _ in {1..9}; do
  scale=$(less "$(cost fmt/format.h)" "$scale")
  for header in "${!limits[@]}"; do
    least[$header]=$(less "$(cost "$header")" "${least[$header]}")
  done
done
printf '%6s  %s\n' ms header
printf '%6d  fmt/format.h, for scale\n' "$scale"
if [ "$each" = each ]; then
  while IFS= read -r header; do
    printf '%6d  %s\n' "$(cost "$header")" "$header"
  done < <(find linchpin -mindepth 2 -name '*.hpp' | LC_ALL=C sort)
fi
bad=0
for header in "${!limits[@]}"; do
  ratio=$(awk -v ours="${least[$header]}" -v scale="$scale" 'BEGIN { printf "%.2f", ours / scale }')
  printf '%6d  %s, %s times fmt/format.h, limit %s\n' "${least[$header]}" "$header" "$ratio" \
    "${limits[$header]}"
  awk -v ratio="$ratio" -v limit="${limits[$header]}" 'BEGIN { exit ratio > limit }' || bad=1
done
exit "$bad"
