#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# The support matrix: what the kernel suite found out on each kernel, kept in matrix.tsv and shown in the README.
#
#   matrix.sh record BUILD   keep what the last whole run of BUILD found out
#   matrix.sh compare BUILD  fail if the last run of BUILD found something else than is kept
#   matrix.sh print          print the table
#   matrix.sh write [FILE]   put the table between the markers of the README
#   matrix.sh check [FILE]   fail if the README shows another table
#
# The suite says what it found in lines `fact: <hook family> <mechanism> attach=yes|no order=<how> ...`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readme=$here/../../README.md
kept=${LINCHPIN_MATRIX:-$here/matrix.tsv}

die() {
  printf 'matrix: %s\n' "$*" >&2
  exit 1
}

# found BUILD: the facts of its last run, "series family mechanism key=value..." separated by tabs, oldest kernel first.
found() {
  local output release
  for output in "$1"/vm/*/kernel/output; do
    [ -e "$output" ] || continue
    release=$(basename "$(dirname "$(dirname "$output")")")
    # A mechanism's name may be of several words. A family may be reported more than once.
    awk -v OFS='\t' -v series="$(grep -oE '^[0-9]+\.[0-9]+' <<<"$release")" '
      $1 == "fact:" && !seen[$0]++ {
        line = series OFS $2
        for (i = 3; i <= NF; i++) line = line (i == 3 || $i ~ /=/ ? OFS : " ") $i
        print line
      }' "$output"
  done | sort -s -k1,1V
}

rows() { grep -v '^#' "$kept" || true; }

record() {
  local facts series
  facts=$(found "$1")
  series=$(cut -f 1 <<<"$facts" | uniq | xargs)
  [ "$(wc -w <<<"$series")" -ge 5 ] || die "$1 holds facts of [$series]; record needs those of the whole matrix"
  {
    printf '# SPDX-FileCopyrightText: 2026 The linchpin authors\n# SPDX-License-Identifier: Apache-2.0\n'
    printf '# Written by tests/vm/matrix.sh record; what the kernel suite found out on each kernel.\n'
    printf '%s\n' "$facts"
  } >"$kept"
}

# of_series FILE: the lines on stdin whose series occurs in FILE as well.
of_series() { awk -F '\t' 'NR == FNR { there[$1]; next } $1 in there' "$1" -; }

# Kernels nothing is kept of are not compared: a newer 7.x may come at any time.
compare() {
  local facts
  facts=$(found "$1")
  [ -n "$facts" ] || die "the last run of $1 found out nothing"
  diff <(rows | of_series <(printf '%s\n' "$facts")) <(of_series <(rows) <<<"$facts") ||
    die "kept (<) and found (>) differ; if what was found is right, record it: tests/vm/matrix.sh record $1"
}

print() { rows | awk -f "$here/matrix.awk"; }

# Prints file $1 with the table between its markers.
with_table() {
  [ "$(grep -cxE '<!-- matrix:(begin|end) -->' "$1")" -eq 2 ] ||
    die "$1 lacks the lines <!-- matrix:begin --> and <!-- matrix:end -->"
  sed '/^<!-- matrix:begin -->$/q' "$1"
  print
  sed -n '/^<!-- matrix:end -->$/,$p' "$1"
}

case ${1:-} in
  record) record "${2:?matrix: record what? name the build directory}" ;;
  compare) compare "${2:?matrix: compare what? name the build directory}" ;;
  print) print ;;
  write)
    text=$(with_table "${2:-$readme}")
    printf '%s\n' "$text" >"${2:-$readme}"
    ;;
  check)
    text=$(with_table "${2:-$readme}")
    diff "${2:-$readme}" <(printf '%s\n' "$text") ||
      die "${2:-README.md} does not show what matrix.tsv keeps: tests/vm/matrix.sh write"
    ;;
  *) sed -n 's/^# \{0,1\}//; 4,12p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
