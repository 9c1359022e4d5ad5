# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Runs ctest suites (a suite is a label) and adds up what happened. To be sourced.

linchpin_passed=0 linchpin_failed=0 linchpin_skipped=0
linchpin_rows=() linchpin_skips=() linchpin_failures=()

# junit_attribute FILE NAME: a number of the first <testsuite>.
junit_attribute() {
  grep -oE "\b$2=\"[0-9]+\"" "$1" | head -n 1 | tr -dc 0-9
}

# junit_failures FILE: the names of the tests that failed.
junit_failures() {
  awk '/<testcase /     { name = $0; sub(/.* name="/, "", name); sub(/" .*/, "", name) }
       /status="fail"/  { print name }' "$1" | plain_text
}

# Undoes what XML needs.
plain_text() {
  sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&apos;/'\''/g; s/&amp;/\&/g'
}

# add_row NAME PASSED FAILED SKIPPED SECONDS
add_row() {
  linchpin_passed=$((linchpin_passed + $2))
  linchpin_failed=$((linchpin_failed + $3))
  linchpin_skipped=$((linchpin_skipped + $4))
  linchpin_rows+=("$(printf '%-24s %7d %7d %8d %7ds' "$1" "$2" "$3" "$4" "$5")")
}

# run_suite BUILD SUITE JOBS [NAME]: the tests with label SUITE, NAME in the table. A suite without
# tests has failed: it cannot say anything.
run_suite() {
  local build=$1 suite=$2 junit="$1/Testing/$2.xml" start=$SECONDS tests failed skipped line
  local name=${4:-$2}
  printf '\n== %s\n' "$name"
  mkdir -p "$build/Testing"
  rm -f "$junit"
  ctest --test-dir "$build" -L "^$suite\$" -j "$3" --timeout 600 --no-tests=error \
    --output-on-failure --output-junit "$junit"
  tests=$(junit_attribute "$junit" tests 2>/dev/null)
  failed=$(junit_attribute "$junit" failures 2>/dev/null)
  skipped=$(junit_attribute "$junit" skipped 2>/dev/null)
  if [ "${tests:-0}" -eq 0 ]; then
    add_row "$name" 0 1 0 $((SECONDS - start))
    linchpin_failures+=("$name: no test ran")
    return
  fi
  add_row "$name" $((tests - failed - skipped)) "$failed" "$skipped" $((SECONDS - start))
  while IFS= read -r line; do
    linchpin_failures+=("$name: $line")
  done < <(junit_failures "$junit")
  while IFS= read -r line; do
    linchpin_skips+=("$name: $line")
  done < <(grep -oE '(^|>)skipped: .*' "$junit" | sed 's/^>*skipped: //; s/<.*//' | plain_text)
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
