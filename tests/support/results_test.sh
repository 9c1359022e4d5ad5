#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Behaviour of results.sh, with tests that are shell commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wrong=0

# outcome COMMANDS: what a run comes to, whose tests the COMMANDS add: the lists, the sum, the status.
outcome() {
  mkdir -p "$scratch/suite"
  printf '%s\n' "$1" >"$scratch/suite/CTestTestfile.cmake"
  (
    # shellcheck source=results.sh
    . ./results.sh
    status=0
    run_suite "$scratch/suite" some 1 >"$scratch/output" 2>&1
    print_results >"$scratch/results" || status=$?
    # Without the table.
    awk '/^some / { listed = 1; next } listed && NF' "$scratch/results"
    printf 'exit %s\n' "$status"
  )
}
# some NAME PROPERTIES COMMAND...: adds a test.
some() {
  local name=$1 properties=$2
  shift 2
  printf 'add_test(%s' "$name"
  printf ' [==[%s]==]' "$@"
  printf ')\nset_tests_properties(%s PROPERTIES LABELS some %s)\n' "$name" "$properties"
}
# expect NAME WANTED GOT
expect() {
  if [ "$2" = "$3" ]; then
    printf 'passed: %s\n' "$1"
  else
    printf 'FAILED: %s\n--- wanted\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    wrong=1
  fi
}

fine=$(some fine '' true)
skip='SKIP_RETURN_CODE 4'

expect 'a test that passes passes' "$(printf '1 passed, 0 failed, 0 skipped\nexit 0')" \
  "$(outcome "$fine")"
expect 'a test that says why may skip' \
  "$(printf 'skipped, and why:\n  some: <a> & b: no tcx\n1 passed, 0 failed, 1 skipped\nexit 0')" \
  "$(outcome "$fine
$(some skips "$skip" sh -c 'echo "skipped: <a> & b: no tcx"; exit 4')")"
expect 'a test that skips without a reason has failed' \
  "$(printf 'failed:\n  some: mute: skipped without a reason\n1 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome "$fine
$(some mute "$skip" sh -c 'exit 4')")"
expect 'a test whose executable is missing has failed' \
  "$(printf 'failed:\n  some: missing: did not run: Unable to find executable\n1 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome "$fine
$(some missing "$skip" "$scratch/no-such-test")")"
expect 'a test whose fixture failed has failed, and so has the fixture' \
  "$(printf 'failed:\n  some: ground\n  some: stands: did not run: Fixture dependency failed\n0 passed, 2 failed, 0 skipped\nexit 1')" \
  "$(outcome "$(some ground 'FIXTURES_SETUP floor' false)
$(some stands 'FIXTURES_REQUIRED floor' true)")"
expect 'a test that was switched off has failed' \
  "$(printf 'failed:\n  some: off: did not run: disabled\n1 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome "$fine
$(some off 'DISABLED ON' true)")"
expect 'a suite without a test has failed' \
  "$(printf 'failed:\n  some: no test ran\n0 passed, 1 failed, 0 skipped\nexit 1')" "$(outcome '')"

# ctest that counts no failure and is not content all the same.
ctest() {
  command ctest "$@" || return
  printf 'Cannot write the log\n' >&2
  return 8
}
expect 'a ctest that fails without a failed test is a failure in its own words' \
  "$(printf 'failed:\n  some: ctest ended with status 8: Cannot write the log\n1 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome "$fine")"
exit "$wrong"
