#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Proves that the tests notice the bugs of the *.patch files beside this script. Begin each with
#   # SPDX lines
#   # What the patch breaks: the invariant, or the number in the review.
#   # Test: unit|kernel "name of a test, or its tag"
# followed by the output of `git diff`.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
test_seconds=300

usage() {
  cat <<END
usage: sudo tests/run.sh seeded [--build DIR] [--jobs N] [NAME...]

Applies each patch of tests/seeded to a copy of the sources, builds the one program of tests that the
patch names, and runs the test that it names: the test passes without the patch and fails with it, or
the bug has gone unnoticed. A patch that does not apply, or with which the copy does not compile, is a
failure. Your sources stay as they are.

  NAME         some of: $(available)
  --build DIR  where to keep the copy and its build; default build/seeded of this checkout
  --jobs N     parallel jobs of the build, default one a CPU
END
}
die() {
  printf 'tests/seeded/run.sh: %s\n' "$1" >&2
  exit 2
}
available() {
  find "$here" -maxdepth 1 -name '*.patch' -printf '%f\n' | sed 's/\.patch$//' | LC_ALL=C sort | paste -sd ' '
}

build=$root/build/seeded jobs=$(nproc) names=()
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
    -*) die "no such option: '$1' (see --help)" ;;
    *)
      name=$(basename "${1%.patch}")
      [ -e "$here/$name.patch" ] || die "no patch '$1'; there are: $(available)"
      names+=("$name")
      ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || die "needs root, to install packages and to load BPF programs: sudo tests/run.sh seeded"
# shellcheck disable=SC2207 # names have no spaces
[ ${#names[@]} -gt 0 ] || names=($(available))
[ ${#names[@]} -gt 0 ] || die "no patches in $here"

# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
# shellcheck source=../support/results.sh
. "$root/tests/support/results.sh"
install_requirements patch || die "could not install what the build needs"

scratch=$(mktemp -d)
child=
clean_up() {
  if [ -n "$child" ]; then
    kill -- "-$child" 2>/dev/null || kill "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
# Runs a command so that a signal to this script ends it as well, and what it has started.
attended() {
  setsid "$@" &
  child=$!
  wait "$child"
  local status=$?
  child=
  return $status
}

original=$scratch/original tree=$build/tree
export CCACHE_BASEDIR=$tree CCACHE_NOHASHDIR=1

# What the run is about is what the sources were when it began.
copy_sources() {
  local entries
  mkdir -p "$original" "$tree" || return
  mapfile -t entries < <(cd "$root" && find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name build ! -name 'build-*' -printf '%f\n')
  cp -r -- "${entries[@]/#/$root/}" "$original"
}
# Makes the copy equal to the original again. Only what differs is written, and gets a new time, so that the build
# compiles these files again and no others. The build lies in the copy: its compilations are then those that an
# ordinary build has put into the compiler cache.
restore_tree() {
  local file
  (cd "$tree" && find . -path ./build -prune -o -type f -print0) | while IFS= read -r -d '' file; do
    [ -e "$original/$file" ] || rm -f "$tree/$file"
  done
  (cd "$original" && find . -type f -print0) | while IFS= read -r -d '' file; do
    cmp -s "$original/$file" "$tree/$file" && continue
    mkdir -p "$(dirname "$tree/$file")" && cp "$original/$file" "$tree/$file" && chmod --reference="$original/$file" \
      "$tree/$file" || exit
  done
}
configure() {
  new_build "$tree/build"
  attended cmake -S "$tree" -B "$tree/build" "${linchpin_new_build[@]}" -DLINCHPIN_BUILD_TESTS=ON -DLINCHPIN_BUILD_EXAMPLES=OFF \
    >"$scratch/configure" 2>&1
}
compile() {
  attended cmake --build "$tree/build" --parallel "$jobs" --target "linchpin_$1_tests" >"$scratch/compile" 2>&1
}
# test_of NAME: "SUITE TEST" of the patch, or nothing.
test_of() {
  sed -nE 's/^# Test: (unit|kernel) "(.*)"$/\1 \2/p' "$here/$1.patch"
}
# specification TEST: how Catch2 is told to run it. In a name each of its special characters is meant.
specification() {
  case $1 in
    \[*\]) printf '%s\n' "$1" ;;
    *) sed -E 's/[]\\,[*"~]/\\&/g' <<<"$1" ;;
  esac
}
# run_test SUITE TEST: sets outcome to passed, failed, skipped, or to what else has happened. A program that
# crashed has noticed nothing.
outcome=
run_test() {
  local counts status=0
  attended timeout -k 10 "$test_seconds" "$tree/build/tests/$1/linchpin_$1_tests" --colour-mode none \
    "$(specification "$2")" >"$scratch/test" 2>&1 || status=$?
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$scratch/test" | tail -n 1)
  case $status:$counts in
    124:* | 137:*) outcome="did not end within $test_seconds s" ;;
    *:'') outcome="the program ended with status $status before its tests did" ;;
    *:'0 passed, 0 failed, 0 skipped') outcome='there is no such test' ;;
    *:*' 0 failed, 0 skipped') outcome=passed ;;
    *:*' 0 failed, '*) outcome=skipped ;;
    *) outcome=failed ;;
  esac
}
# note NAME RESULT SECONDS TEXT
note() {
  case $2 in
    noticed) linchpin_passed=$((linchpin_passed + 1)) ;;
    skipped) linchpin_skipped=$((linchpin_skipped + 1)) ;;
    *) linchpin_failed=$((linchpin_failed + 1)) ;;
  esac
  printf '%-32s %-12s %4ss  %s\n' "$1" "$2" "$3" "$4"
}
# the_end FILE: its last lines, for a person who wants to know why.
the_end() {
  tail -n 15 "$1" | sed 's/^/    /'
}
# seed NAME: one row.
seed() {
  local name=$1 start=$SECONDS suite test result
  read -r suite test <<<"$(test_of "$name")"
  if [ -z "$test" ] || [ "$(test_of "$name" | wc -l)" -ne 1 ]; then
    note "$name" broken 0 'wants one line: # Test: unit|kernel "name of a test"'
    return
  fi
  if [ "${without[$suite $test]}" != passed ]; then
    result=broken
    [ "${without[$suite $test]}" != skipped ] || result=skipped
    note "$name" "$result" 0 "without the patch, $suite \"$test\": ${without[$suite $test]}"
    return
  fi
  if ! patch -d "$tree" -p1 -F0 -f --no-backup-if-mismatch -r - <"$here/$name.patch" >"$scratch/patch" 2>&1; then
    note "$name" broken $((SECONDS - start)) 'the patch does not apply to these sources:'
    the_end "$scratch/patch"
  elif ! compile "$suite"; then
    note "$name" broken $((SECONDS - start)) 'with the patch the sources do not compile:'
    the_end "$scratch/compile"
  else
    run_test "$suite" "$test"
    case $outcome in
      failed) note "$name" noticed $((SECONDS - start)) "by $suite \"$test\"" ;;
      passed) note "$name" unnoticed $((SECONDS - start)) "$suite \"$test\" passes with the bug" ;;
      *)
        note "$name" broken $((SECONDS - start)) "$suite \"$test\": $outcome"
        the_end "$scratch/test"
        ;;
    esac
  fi
  restore_tree || die "could not restore $tree"
}

copy_sources || die "could not copy the sources to $original"
restore_tree || die "could not copy the sources to $tree"
printf '== build without bugs\n'
start=$SECONDS
if ! configure; then
  cat "$scratch/configure"
  printf '\n0 passed, 1 failed, 0 skipped\n'
  exit 1
fi
# A test that fails anyway proves nothing.
declare -A without=()
for suite in unit kernel; do
  tests=()
  for name in "${names[@]}"; do
    read -r wanted test <<<"$(test_of "$name" | head -n 1)"
    [ "$wanted" != "$suite" ] || tests+=("$test")
  done
  [ ${#tests[@]} -gt 0 ] || continue
  if ! compile "$suite"; then
    cat "$scratch/compile"
    printf '\n0 passed, 1 failed, 0 skipped\n'
    exit 1
  fi
  for test in "${tests[@]}"; do
    [ -z "${without[$suite $test]:-}" ] || continue
    run_test "$suite" "$test"
    without[$suite $test]=$outcome
  done
done
printf 'built, and %d tests tried, in %ds\n\n== one bug at a time\n' ${#without[@]} $((SECONDS - start))

for name in "${names[@]}"; do
  seed "$name"
done
printf '\n%d passed, %d failed, %d skipped\n' "$linchpin_passed" "$linchpin_failed" "$linchpin_skipped"
[ "$linchpin_failed" -eq 0 ]
