#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Behaviour of results.awk and report.awk, without a guest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
failed=0

# expect NAME WANTED GOT
expect() {
  if [ "$2" = "$3" ]; then
    printf 'passed: %s\n' "$1"
  else
    printf 'FAILED: %s\n--- wanted\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    failed=1
  fi
}

report() {
  local status=0
  printf '%b' "$2" | awk -v spans="$1" -f report.awk || status=$?
  printf 'exit %s\n' "$status"
}
outcome() { report "$@" | tail -n 2; }

expect 'passed, failed and skipped cases come out of an XML report' \
  "$(printf 'case\tpassed\tfine\t\nskip\t-\tparts / "one" & two\tno tcx: kernel <6.6; at all\ncase\tskipped\tparts\tno tcx: kernel <6.6; at all\ncase\tfailed\twrong\tt.cpp:6: i==3; with expansion: 1 == 3')" \
  "$(awk -f ../support/xml.awk -f results.awk <<'XML'
<Catch2TestRun name="t">
  <TestCase name="fine" filename="t.cpp" line="1">
    <OverallResult success="true" skips="0"/>
  </TestCase>
  <TestCase name="parts" filename="t.cpp" line="2">
    <Section name="&quot;one&quot; &amp; two" filename="t.cpp" line="3">
      <Skip filename="t.cpp" line="4">
        no tcx: kernel &lt;6.6
at all
      </Skip>
      <OverallResults successes="0" failures="0" expectedFailures="0" skipped="true"/>
    </Section>
    <OverallResult success="true" skips="1"/>
  </TestCase>
  <TestCase name="wrong" filename="t.cpp" line="5">
    <Expression success="false" type="CHECK" filename="t.cpp" line="6">
      <Original>
        i==3
      </Original>
      <Expanded>
        1 == 3
      </Expanded>
    </Expression>
    <OverallResult success="false" skips="0"/>
  </TestCase>
</Catch2TestRun>
XML
)"

expect 'a test that never ended is a failure' \
  "$(printf 'case\tfailed\tdies\tbegan and never ended')" \
  "$(printf '<Catch2TestRun>\n  <TestCase name="dies" filename="t.cpp" line="1">\n' | awk -f ../support/xml.awk -f results.awk)"

expect 'a test that ran on one kernel may skip on the others' \
  "$(printf '1 passed, 0 failed, 1 skipped\nexit 0')" \
  "$(outcome 1 'a\tk\tskip\t-\tt\tno x\na\tk\tcase\tskipped\tt\tno x\nb\tk\tcase\tpassed\tt\t\n')"

everywhere='a\tk\tskip\t-\tt\tno x\na\tk\tcase\tskipped\tt\tno x\nb\tk\tskip\t-\tt\tno y\nb\tk\tcase\tskipped\tt\tno y\n'
expect 'a test that skipped on every kernel of the whole matrix is a failure' \
  "$(printf '0 passed, 1 failed, 2 skipped\nexit 1')" "$(outcome 1 "$everywhere")"
expect 'a test that skipped on every kernel of a part of the matrix is only named' \
  "$(printf '0 passed, 0 failed, 2 skipped\nexit 0')" "$(outcome 0 "$everywhere")"
expect 'a failed case fails the run' \
  "$(printf '0 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome 0 'a\tk\tcase\tfailed\tt\tt.cpp:1\n')"
expect 'a run without a single result fails' \
  "$(printf '0 passed, 1 failed, 0 skipped\nexit 1')" "$(outcome 1 '')"
expect 'what contradicts the record fails the run' \
  "$(printf '1 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(printf 'a\tk\tcase\tpassed\tt\t\n' | { LINCHPIN_ALSO_FAILED=$'two\nlines' awk -f report.awk; printf 'exit %s\n' $?; } | tail -n 2)"
exit "$failed"
