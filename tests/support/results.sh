# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Runs ctest suites (a suite is a label) and adds up what happened. To be sourced.

linchpin_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
linchpin_passed=0 linchpin_failed=0 linchpin_skipped=0
linchpin_rows=() linchpin_skips=() linchpin_failures=()

# add_row NAME PASSED FAILED SKIPPED SECONDS
add_row() {
  linchpin_passed=$((linchpin_passed + $2))
  linchpin_failed=$((linchpin_failed + $3))
  linchpin_skipped=$((linchpin_skipped + $4))
  linchpin_rows+=("$(printf '%-24s %7d %7d %8d %7ds' "$1" "$2" "$3" "$4" "$5")")
}

# run_suite BUILD SUITE JOBS [NAME]: the tests with label SUITE, NAME in the table. A suite without
# tests has failed: it cannot say anything. So has one that ctest is not content with.
run_suite() {
  local build=$1 suite=$2 junit="$1/Testing/$2.xml" start=$SECONDS status=0 name=${4:-$2}
  local kind how what why passed=0 failed=0 skipped=0
  printf '\n== %s\n' "$name"
  mkdir -p "$build/Testing"
  rm -f "$junit"
  ctest --test-dir "$build" -L "^$suite\$" -j "$3" --timeout 600 --no-tests=error \
    --output-on-failure --output-junit "$junit" 2>"$junit.errors" || status=$?
  cat "$junit.errors" >&2
  while IFS=$'\t' read -r kind how what why; do
    case $kind-$how in
      skip-*) linchpin_skips+=("$name: $how") ;;
      case-passed) passed=$((passed + 1)) ;;
      case-skipped) skipped=$((skipped + 1)) ;;
      case-failed)
        failed=$((failed + 1))
        linchpin_failures+=("$name: $what${why:+: $why}")
        ;;
    esac
  done < <([ ! -s "$junit" ] || awk -f "$linchpin_support/xml.awk" -f "$linchpin_support/junit.awk" "$junit")
  if [ $((passed + failed + skipped)) -eq 0 ]; then
    failed=1
    linchpin_failures+=("$name: no test ran")
  elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
    linchpin_failures+=("$name: ctest ended with status $status: $(paste -sd ' ' "$junit.errors")")
  fi
  add_row "$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
}

# Ends a run: table, reasons, and the line that other programs read. Fails if a test failed.
print_results() {
  printf '\n%-24s %7s %7s %8s %8s\n' suite passed failed skipped time
  [ ${#linchpin_rows[@]} -eq 0 ] || printf '%s\n' "${linchpin_rows[@]}"
  if [ ${#linchpin_skips[@]} -gt 0 ]; then
    printf '\nskipped, and why:\n'
    printf '  %s\n' "${linchpin_skips[@]}"
  fi
  if [ ${#linchpin_failures[@]} -gt 0 ]; then
    printf '\nfailed:\n'
    printf '  %s\n' "${linchpin_failures[@]}"
  fi
  printf '\n%d passed, %d failed, %d skipped\n' "$linchpin_passed" "$linchpin_failed" \
    "$linchpin_skipped"
  [ "$linchpin_failed" -eq 0 ]
}
