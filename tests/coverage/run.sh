#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Which lines, branches and functions of the library the tests reach. gcov of the compiler counts; awk adds up.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

# The share of its lines, in percent, below which an area fails: a few below what the tests reach.
declare -A floors=([core]=94 [bpf]=89 [kernel]=91 [hook]=97 [policy]=95 [store]=95 [engine]=92)
areas=(core bpf kernel hook policy store engine)

usage() {
  cat <<END
usage: sudo tests/run.sh coverage [--build DIR] [--jobs N] [--again]

Builds the library and its unit and kernel tests with gcc's counters, runs them, and prints for each area how many of
its lines, branches and functions they reach, and by name

  function  what nobody called
  lines     what nobody reached
  error     places where an error is made that nobody was ever told

A branch is a decision; the way that a call takes when it throws is none. What a killed child process did before its
end is not counted. An area whose lines are reached to less than its floor has failed.
The last line is "N passed, N failed, N skipped", of the tests and the areas.

  --build DIR  where to build, default build/coverage of this checkout
  --jobs N     parallel jobs, default one a CPU
  --again      builds and runs nothing, and reports once more what the last run counted
END
}
die() {
  printf 'tests/coverage/run.sh: %s\n' "$1" >&2
  exit 2
}

build=$root/build/coverage jobs=$(nproc) again=no
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
    --again) again=yes ;;
    *) die "no such option: '$1' (see --help)" ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || die "needs root, to install packages and to load BPF programs: sudo tests/run.sh coverage"

# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
# shellcheck source=../support/results.sh
. "$root/tests/support/results.sh"
install_requirements || die "could not install what the build needs"

# Lines keep their numbers in sources that are compiled together, and the counters of several threads agree.
build_tests() {
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug '-DCMAKE_CXX_FLAGS_DEBUG=-Og -g1' \
    '-DCMAKE_CXX_FLAGS=--coverage -fprofile-update=prefer-atomic' -DCMAKE_CXX_COMPILER=g++ -DCMAKE_UNITY_BUILD=ON \
    -DLINCHPIN_BUILD_TESTS=ON -DLINCHPIN_BUILD_EXAMPLES=OFF \
    ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher} >/dev/null &&
    cmake --build "$build" --parallel "$jobs" --target linchpin_unit_tests linchpin_kernel_tests
}

# run_tests SUITE TESTS: runs an executable of tests, as a whole, and adds what it says in its last line.
run_tests() {
  local start=$SECONDS log=$build/$1.log status=0 line ok bad absent
  printf '\n== %s\n' "$1"
  "$build/tests/$1/linchpin_$1_tests" --colour-mode none "$2" >"$log" 2>&1 || status=$?
  tail -n 5 "$log"
  line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
  read -r ok _ bad _ absent _ <<<"${line:-0 passed, 1 failed, 0 skipped}"
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  add_row "$1" "$ok" "$bad" "$absent" $((SECONDS - start))
  [ "$bad" -eq 0 ] || linchpin_failures+=("$1: see $log")
}

# read_counters OBJECT: what one object file's counters say of the library.
read_counters() {
  # Names of lambdas have braces, at which records would end.
  gcov --json-format --stdout --branch-probabilities "$1" 2>/dev/null |
    sed -E ':again; s/::\{([^{}]*)\}/::<\1>/g; t again' |
    awk -f "$linchpin_here/read_gcov.awk" | sort -u >"$linchpin_counted/$(sha1sum <<<"$1" | cut -c 1-16)"
}

launcher=$(command -v ccache) || launcher=
counted=$build/counted
if [ "$again" = no ]; then
  start=$SECONDS
  printf '== build\n'
  build_tests || {
    add_row build 0 1 0 $((SECONDS - start))
    linchpin_failures+=("build: see the output above")
    print_results
    exit 1
  }
  printf 'built in %ds\n' $((SECONDS - start))
  find "$build" -name '*.gcda' -delete
  # Pairs of faults come by the thousand, and most of them take the same ways.
  export LINCHPIN_FAULT_STRIDE=240 LINCHPIN_TRANSITIONS=500 LINCHPIN_SIMULATION_SCHEDULES=50
  run_tests unit '*'
  run_tests kernel '~[property]'
  rm -rf "$counted"
  mkdir -p "$counted"
  start=$SECONDS
  printf '\n== counters\n'
  export linchpin_here=$here linchpin_counted=$counted
  export -f read_counters
  find "$build" -name '*.gcda' -print0 | xargs -0 -P "$jobs" -I {} bash -c 'read_counters "$1"' _ {}
  printf 'read in %ds\n' $((SECONDS - start))
fi
[ -n "$(find "$counted" -type f -size +0 2>/dev/null | head -n 1)" ] || die "nothing was counted in $build"

printf '\n== report\n'
# What makes an error, wherever it does; declarations of these functions are none of them.
(cd "$root" && grep -rnE '(\berror|return )\{errc::|\berror\{|from_errno\(|kernel_error\(|refused_by\(|no_such_name\(' \
  src include/linchpin --include='*.cpp' --include='*.hpp' | grep -vE '^src/testing/|^include/linchpin/testing/' |
  grep -vE ':[0-9]+: *(//|\[\[nodiscard\]\]|static |error [a-z:_]+\()' | cut -d : -f 1,2) >"$build/error_sites"
LC_ALL=C sort -u "$counted"/* |
  awk -v summary="$build/summary" -v sites="$build/error_sites" -f "$here/report.awk" |
  LC_ALL=C sort -V >"$build/report"
cat "$build/report"

printf '\n%-10s %8s %18s %20s %18s\n' area floor lines branches functions
for area in "${areas[@]}"; do
  read -r _ lines reached branches taken functions called < <(grep "^$area " "$build/summary") ||
    { lines=1 reached=0 branches=1 taken=0 functions=1 called=0; }
  # In tenths of a percent.
  share=$((reached * 1000 / lines))
  printf '%-10s %7d%% %10d %5d.%d%% %12d %5d.%d%% %10d %5d.%d%%\n' "$area" "${floors[$area]}" "$lines" \
    $((share / 10)) $((share % 10)) "$branches" $((taken * 100 / branches)) $((taken * 1000 / branches % 10)) \
    "$functions" $((called * 100 / functions)) $((called * 1000 / functions % 10))
  if [ "$share" -ge $((floors[$area] * 10)) ]; then
    add_row "area $area" 1 0 0 0
  else
    add_row "area $area" 0 1 0 0
    linchpin_failures+=("area $area: $((share / 10)).$((share % 10))% of its lines are reached, the floor is ${floors[$area]}%")
  fi
done
printf '%d functions, %d stretches of lines and %d errors are named above; they are in %s\n' \
  "$(grep -c '^function ' "$build/report")" "$(grep -c '^lines ' "$build/report")" \
  "$(grep -c '^error ' "$build/report")" "$build/report"
print_results
