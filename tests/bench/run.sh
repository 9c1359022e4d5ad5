#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<END
usage: sudo tests/bench/run.sh [--build DIR] [--jobs N] [--times-unjudged] [ratios] [growth]

Installs what is missing on a Debian 12, builds the benchmarks and prints two tables.

  ratios  what linchpin costs, what C written by hand costs that makes the same system calls, their
          ratio, its quartiles over all rounds, and the bound; the two run in turn in one process
  growth  how linchpin's own time grows with the number of hooks, components, programs and maps, on
          the kernel in memory: the time at the largest number, the time in that kernel and in libbpf
          beside it, the exponent over all numbers, and its bound

Times are CPU time. The last line is "N passed, N failed, N skipped"; the exit status is 0 only if
every row was measured and every bound holds.

  --build DIR       build directory, default build/ of this checkout
  --jobs N          parallel jobs of the build, default one a CPU
  --times-unjudged  ratios of times are printed but fail nothing; counts of calls and instructions,
                    and exponents, still do. For machines where other work comes and goes.
END
}
die() {
  printf 'tests/bench/run.sh: %s\n' "$1" >&2
  exit 2
}

build=$root/build jobs=$(nproc) times_judged=yes ratios=no growth=no
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --build)
      [ -n "${2:-}" ] || die "--build needs a directory"
      build=$(realpath -m -- "$2")
      shift
      ;;
    --jobs)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--jobs needs a number, not '${2:-}'"
      jobs=$2
      shift
      ;;
    --times-unjudged) times_judged=no ;;
    ratios) ratios=yes ;;
    growth) growth=yes ;;
    *) die "no such option or table: '$1' (see --help)" ;;
  esac
  shift
done
[ "$ratios$growth" != nono ] || ratios=yes growth=yes
[ "$(id -u)" -eq 0 ] || die "needs root, to load BPF programs: sudo tests/bench/run.sh"

# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
install_requirements libbenchmark-dev strace valgrind || die "could not install what is needed"

scratch=$(mktemp -d)
child=
# What the benchmarks attach and mount goes with their process.
clean_up() {
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Runs a command so that a signal to this script ends it as well.
attended() {
  "$@" &
  child=$!
  wait "$child"
  local status=$?
  child=
  return $status
}

build_benchmarks() {
  local targets=()
  new_build "$build"
  [ "$ratios" = no ] || targets+=(linchpin_bench)
  [ "$growth" = no ] || targets+=(linchpin_growth)
  cmake -S "$root" -B "$build" "${linchpin_new_build[@]}" -DLINCHPIN_BUILD_TESTS=ON -DLINCHPIN_BUILD_BENCHMARKS=ON &&
    cmake --build "$build" --parallel "$jobs" --target "${targets[@]}"
}

table=$scratch/table failures=()
# row WHAT OURS HAND RATIO SPREAD BOUND VERDICT
row() {
  printf '%-47s %10s %10s %7s %13s %6s  %s\n' "$@" | tee -a "$table"
}
# broken WHAT: something could not be measured.
broken() {
  failures+=("$1: could not be measured")
}
# is_number TEXT: whether it is a decimal number, not negative.
is_number() {
  [[ $1 =~ ^[0-9]+(\.[0-9]+)?$ ]]
}
# is_more TEXT: whether it is a number and not 0. What the hand-written program does is never nothing.
is_more() {
  is_number "$1" && [[ $1 =~ [1-9] ]]
}
# bounded WHAT OURS HAND BOUND: a row whose ratio must not exceed the bound.
bounded() {
  local ratio verdict
  if ! is_more "$2" || ! is_more "$3"; then
    broken "$1"
    return
  fi
  ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.3f", a / b }')
  verdict=$(awk -v a="$2" -v b="$3" -v c="$4" 'BEGIN { print (a / b <= c ? "ok" : "over") }')
  [ -n "$verdict" ] || broken "$1"
  row "$1" "$2" "$3" "$ratio" - "$4" "$verdict"
}
# limited WHAT OURS HAND LIMIT: a row whose own number must not exceed the limit. HAND is "-" where
# there is nothing to compare with; LIMIT is "-" for a number that is only shown.
limited() {
  local verdict=-
  if ! is_number "$2" || { [ "$3" != - ] && ! is_number "$3"; }; then
    broken "$1"
    return
  fi
  [ "$4" = - ] || verdict=$(awk -v a="$2" -v c="$4" 'BEGIN { print (a + 0 <= c ? "ok" : "over") }')
  [ -n "$verdict" ] || broken "$1"
  row "$1" "$2" "$3" - - "$4" "$verdict"
}

# trace KIND HOOKS: counts system calls into $scratch/KIND-HOOKS. Between two marks there are some.
trace() {
  local mark
  attended strace -f -qq -o "$scratch/strace" "$build/tests/bench/linchpin_bench_trace" "$1" "$2" &&
    awk -f "$root/tests/bench/count_syscalls.awk" "$scratch/strace" >"$scratch/$1-$2" || return
  for mark in apply hand_upgrade nothing hand_observe; do
    if [ "$(calls "$1" "$2" $mark)" -eq 0 ]; then
      printf 'no calls counted for %s, %s %s hooks\n' "$mark" "$2" "$1"
      return 1
    fi
  done
}
# calls KIND HOOKS WHAT [PATTERN]: how many between the marks WHAT, those not like PATTERN.
calls() {
  awk -v what="$3" -v not="${4:-^$}" '$1 == what && $2 !~ not { sum += $3 } END { print sum + 0 }' \
    "$scratch/$1-$2"
}
# per_hook KIND FEW MANY WHAT: calls for each hook more.
per_hook() {
  awk -v few="$(calls "$1" "$2" "$4")" -v many="$(calls "$1" "$3" "$4")" -v hooks=$(($3 - $2)) \
    'BEGIN { printf "%.6g", (many - few) / hooks }'
}
# besides KIND FEW MANY WHAT: calls that do not depend on the number of hooks.
besides() {
  awk -v few="$(calls "$1" "$2" "$4")" -v many="$(calls "$1" "$3" "$4")" -v n="$2" -v m="$3" \
    'BEGIN { printf "%.6g", few - n * (many - few) / (m - n) }'
}
# differences KIND HOOKS: the calls of an upgrade that only one of the two makes, or more often.
differences() {
  awk '$1 == "apply" { sum[$2] += $3 } $1 == "hand_upgrade" { sum[$2] -= $3 }
       END { for (call in sum) total += sum[call] < 0 ? -sum[call] : sum[call]; print total + 0 }' \
    "$scratch/$1-$2"
}
reading='^(BPF_OBJ_GET|BPF_OBJ_GET_INFO_BY_FD|BPF_[A-Z]*_GET_FD_BY_ID|name_to_handle_at|ioctl|statfs|newfstatat|socket|close|openat|read|readlink|getpid|uname|faccessat2)$'

count_system_calls() {
  local kind few many
  for kind in cgroup tcx; do
    few=10 many=100
    if ! trace "$kind" $few || ! trace "$kind" $many; then
      broken "system calls, $kind"
      continue
    fi
    bounded "apply an upgrade, calls per $kind hook" "$(per_hook "$kind" $few $many apply)" \
      "$(per_hook "$kind" $few $many hand_upgrade)" 1
    limited "  calls that only one makes, $many hooks" "$(differences "$kind" $many)" - 0
  done
  few=100 many=1000
  if [ ! -s "$scratch/cgroup-$few" ] || ! trace cgroup $many; then
    broken 'system calls with nothing to do'
    return
  fi
  limited 'plan and apply nothing, ns per cgroup hook' \
    "$(awk '/^plan and apply nothing, 1000/ { printf "%.0f", $(NF - 5) }' "$table")" - -
  limited 'plan and apply nothing, calls per cgroup hook' "$(per_hook cgroup $few $many nothing)" \
    "$(per_hook cgroup $few $many hand_observe)" 4
  # Plan and apply look each whether the store is still the one that was locked, by one call. The others
  # are 2 of libbpf as it opens an object, and one for the cgroup mount.
  limited '  calls besides, however many hooks' "$(besides cgroup $few $many nothing)" \
    "$(besides cgroup $few $many hand_observe)" 5
  limited '  calls that write, 1000 hooks' "$(calls cgroup 1000 nothing "$reading")" \
    "$(calls cgroup 1000 hand_observe "$reading")" 0
}

# instructions FUNCTION: executed in user space by and below it.
instructions() {
  attended valgrind --tool=callgrind --callgrind-out-file="$scratch/callgrind" \
    --collect-atstart=no --toggle-collect="$1*" "$build/tests/bench/linchpin_bench_map_access" \
    >"$scratch/valgrind" 2>&1 && awk '$1 == "summary:" { print $2 }' "$scratch/callgrind"
}
count_instructions() {
  local what typed raw
  for what in lookup update; do
    typed=$(instructions "typed_$what") raw=$(instructions "raw_$what")
    if [ "${typed:-0}" -eq 0 ] || [ "${raw:-0}" -eq 0 ]; then
      broken "map $what"
      continue
    fi
    bounded "6400 map ${what}s, instructions" "$typed" "$raw" 1.02
  done
}

time_headers() {
  "$root/tests/arch/compile_times.sh" "$root" g++ each linchpin/linchpin.hpp 1.5 | tee "$scratch/headers"
}
judge_headers() {
  local umbrella scale
  umbrella=$(awk '$2 ~ /^linchpin\/linchpin.hpp/ { print $1 }' "$scratch/headers")
  scale=$(awk '$2 ~ /^fmt\/format.h/ { print $1 }' "$scratch/headers")
  bounded 'compile the umbrella, fmt/format.h, ms (g++)' "${umbrella:-0}" "${scale:-0}" 1.5
}

measure_ratios() {
  printf '\n== compile time of each header alone, ms\n'
  time_headers
  printf '\n== ratios\n'
  row '' linchpin 'C by hand' ratio quartiles bound ''
  attended "$build/tests/bench/linchpin_bench_upgrade" >"$scratch/upgrade" ||
    broken 'upgrades'
  tee -a "$table" <"$scratch/upgrade"
  attended "$build/tests/bench/linchpin_bench_fill" >"$scratch/fill" || broken 'fills'
  tee -a "$table" <"$scratch/fill"
  count_system_calls
  count_instructions
  judge_headers
  # Upgrades of 10 hooks and more: 5. Fills: 1. System calls of an upgrade: 2 for each of two kinds of hook; with
  # nothing to do: 3. Instructions of map access: 2. The umbrella header: 1.
  rows_to_judge=$((rows_to_judge + 16))
}

measure_growth() {
  printf '\n== growth\n'
  row '' linchpin outside growth sizes bound ''
  attended "$build/tests/bench/growth/linchpin_growth" >"$scratch/growth"
  # With 1 it says that a bound is broken, as its rows do.
  [ $? -le 1 ] || broken 'growth'
  tee -a "$table" <"$scratch/growth"
  # Plan, apply, status and remove in 5 scenes.
  rows_to_judge=$((rows_to_judge + 20))
}

rows_to_judge=0
start=$SECONDS
printf '== build\n'
if ! build_benchmarks >"$scratch/build" 2>&1; then
  cat "$scratch/build"
  printf '\n0 passed, 1 failed, 0 skipped\n'
  exit 1
fi
printf 'built in %ds\n' $((SECONDS - start))
[ "$ratios" = no ] || measure_ratios
[ "$growth" = no ] || measure_growth

# judged: of the rows that are over their bounds, those that count.
judged() {
  if [ "$times_judged" = yes ]; then
    cat
  else
    grep -v '^apply an upgrade, .*, us '
  fi
}
while IFS= read -r line; do
  failures+=("over its bound: $line")
done < <(grep -E ' over$' "$table" | judged | sed -E 's/ {2,}/  /g')
rows_judged=$(grep -cE ' (ok|over)$' "$table")
[ "$rows_judged" -eq $rows_to_judge ] ||
  failures+=("$rows_judged rows have a verdict and not $rows_to_judge")
if [ ${#failures[@]} -gt 0 ]; then
  printf '\nfailed:\n'
  printf '  %s\n' "${failures[@]}"
fi
printf '\n%d passed, %d failed, 0 skipped\n' "$(grep -cE ' ok$' "$table")" "${#failures[@]}"
[ ${#failures[@]} -eq 0 ]
