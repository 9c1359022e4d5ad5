#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
all_suites=(arch unit compile_fail examples consume kernel)

usage() {
  cat <<END
usage: sudo tests/run.sh [--build DIR] [--jobs N] [-DNAME=VALUE]... [SUITE...]
       sudo tests/run.sh vm|libraries|compilers|seeded|coverage [--help | ARGUMENTS]

Installs what is missing on a Debian 12, builds linchpin and runs its tests. The last line is
"N passed, N failed, N skipped"; the exit status is 0 only if none failed.

  SUITE        some of: ${all_suites[*]}; default all
  vm           the unit and kernel suites on other kernels, in virtual machines (tests/vm/run.sh)
  libraries    the same suites with libraries of other Debian suites (tests/libraries/run.sh)
  compilers    whether other compilers build it without a warning (tests/compilers/run.sh)
  seeded       whether the tests notice bugs that are put in on purpose (tests/seeded/run.sh)
  coverage     which lines and branches of the library the tests reach (tests/coverage/run.sh)
  --build DIR  build directory, default build/ of this checkout
  --jobs N     parallel jobs, default one a CPU
  -DNAME=VALUE passed on to cmake, e.g. -DCMAKE_CXX_COMPILER=clang++, or -DCMAKE_UNITY_BUILD=OFF, which compiles each
               test alone: slower where all are to be compiled, quicker where one was changed
END
}
die() {
  printf 'tests/run.sh: %s\n' "$1" >&2
  exit 2
}

build=$root/build jobs=$(nproc) suites=() cmake_arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    vm | libraries | compilers | seeded | coverage)
      [ ${#suites[@]} -eq 0 ] || die "$1 stands alone, it does not mix with suites"
      script=$root/tests/$1/run.sh
      shift
      exec "$script" "$@"
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
    -D?*=*) cmake_arguments+=("$1") ;;
    *)
      case " ${all_suites[*]} " in
        *" $1 "*) suites+=("$1") ;;
        *) die "no such suite or option: '$1' (see --help)" ;;
      esac
      ;;
  esac
  shift
done
[ ${#suites[@]} -gt 0 ] || suites=("${all_suites[@]}")
[ "$(id -u)" -eq 0 ] || die "needs root, to install packages and to load BPF programs: sudo tests/run.sh"

. "$root/tests/support/packages.sh"
. "$root/tests/support/requirements.sh"
. "$root/tests/support/results.sh"

install_requirements clang-format-16 patch || die "could not install what the build needs"

# What a suite needs beyond the library; the others need everything.
targets=()
for suite in "${suites[@]}"; do
  case $suite in
    unit | kernel) targets+=("linchpin_${suite}_tests") ;;
    *)
      targets=(all)
      break
      ;;
  esac
done

build_targets() {
  new_build "$build"
  cmake -S "$root" -B "$build" "${linchpin_new_build[@]}" -DLINCHPIN_BUILD_TESTS=ON -DLINCHPIN_BUILD_EXAMPLES=ON \
    "${cmake_arguments[@]}" &&
    cmake --build "$build" --parallel "$jobs" --target "${targets[@]}"
}

start=$SECONDS
printf '== build\n'
if build_targets; then
  printf 'built in %ds\n' $((SECONDS - start))
  for suite in "${suites[@]}"; do
    run_suite "$build" "$suite" "$jobs"
  done
else
  add_row build 0 1 0 $((SECONDS - start))
  linchpin_failures+=("build: see the output above")
fi
print_results
