#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# ci_test.sh ROOT: which stages .ci/run runs at which commit, and how it adds up what they say. The stages are stubs.
set -euo pipefail
if ! command -v git >/dev/null; then
  printf 'skipped: the turns of CI follow the commits: no git\n'
  exit 4
fi
if [ "$(id -u)" -ne 0 ]; then
  printf 'skipped: the turns of CI follow the commits: not root\n'
  exit 4
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/.ci"
cp "$1/.ci/run" "$scratch/.ci/run"
cd "$scratch"
wrong=0
# expect WHAT WANTED GOT
expect() {
  [ "$2" != "$3" ] || return 0
  printf 'FAILED: %s\n--- wanted\n%s\n--- got\n%s\n' "$1" "$2" "$3"
  wrong=1
}
unset LINCHPIN_SEED

expect 'without git there is a turn and a seed' "$(printf 'commit unknown, no git checkout; seed 1\nguests')" \
  "$(.ci/run --turn | sed -E 's/^turn: ([a-z]+) .*/\1/')"

# stub PATH LINE...: an executable that prints the lines.
stub() {
  mkdir -p "$(dirname "$1")"
  printf '#!/bin/sh\ncat <<"END"\n%s\nEND\n' "$2" >"$1"
  chmod +x "$1"
}
stub bin/cmake ''
printf '#!/bin/sh\nprintf "looks at %%s\\n" "$@"\n' >bin/clang-tidy
chmod +x bin/clang-tidy
stub tests/run.sh '2 passed, 0 failed, 1 skipped'
printf 'printf "run.sh %%s\\n" "$*"\n' >>tests/run.sh
stub tests/bench/run.sh '3 passed, 0 failed, 0 skipped'
stub examples/quickstart.sh 'quickstart: ok lost=1 unfiltered=1 rest'
mkdir -p tests/support src
: >tests/support/packages.sh
printf 'install_requirements() { :; }\n' >tests/support/requirements.sh
mkdir -p tests/unit tests/compile_fail tests/seeded
touch tests/seeded/bug_{1,2,3,4,5,6,7,8,9}.patch
touch src/{one,two,three}.cpp tests/unit/{one,two}_test.cpp examples/one.cpp tests/compile_fail/wrong.cpp
printf '/build/\n/turns\n/again\n/output\n' >.gitignore

export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test
git init -q .
git add .
for number in 1 2 3 4 5 6; do
  git commit -q --allow-empty -m "$number"
  .ci/run --turn >>turns
  # A turn and a seed are the commit's, not the run's.
  .ci/run --turn >>again
done
expect 'a commit has one turn' "$(cat turns)" "$(cat again)"
expect 'six commits take six turns' "$(printf 'benchmarks\nclang\ncompilers\nguests\nseeded\nthreads')" \
  "$(sed -nE 's/^turn: ([a-z]+) .*/\1/p' turns | sort)"
expect 'six commits have six seeds' 6 "$(sed -nE 's/^commit .* seed ([0-9]+)$/\1/p' turns | sort -u | wc -l)"
expect 'a seed can be given' 7 "$(LINCHPIN_SEED=7 .ci/run --turn | sed -nE 's/^commit .* seed //p')"

# outcome ARGUMENT...: the rows of the table without times, the last line and the exit status.
outcome() {
  local status=0
  PATH=$scratch/bin:$PATH .ci/run "$@" >output 2>&1 || status=$?
  awk '/^stage +passed/ { table = 1; next } /^total time/ { table = 0 } table { print $1, $2, $3, $4 }' output
  tail -n 1 output
  printf 'exit %s\n' "$status"
}
# A program of tests says with its status that it has none of that tag.
stub build/tests/kernel/linchpin_kernel_tests '1 passed, 0 failed, 0 skipped'
stub build/tests/unit/linchpin_unit_tests '0 passed, 0 failed, 0 skipped'
printf 'exit 2\n' >>build/tests/unit/linchpin_unit_tests
always=$(printf '%s\n' 'tests 2 0 1' 'sanitizers 2 0 1' 'property 0 1 0' 'simulation 0 1 0' 'live 1 0 0' 'quickstart 1 0 0' 'gap 1 0 0')
expect 'a run has what always runs and its turn, and a property test that is missing fails' \
  "$(printf '%s\nkernels 2 0 1\n9 passed, 2 failed, 3 skipped\nexit 1' "$always")" "$(outcome)"
expect 'the turn is announced' 1 "$(grep -c '^======== turn: guests (kernels)$' output)"

printf '#!/bin/sh\nprintf "seed %%s\\n4 passed, 0 failed, 0 skipped\\n" "$LINCHPIN_SEED"\n' \
  >build/tests/unit/linchpin_unit_tests
expect 'stages can be chosen' "$(printf 'property 4 0 0\n4 passed, 0 failed, 0 skipped\nexit 0')" "$(outcome property)"
expect 'a property test is told the seed of the commit' "$(sed -nE '$!d; s/^.* seed //p' <<<"$(grep '^commit' turns)")" \
  "$(sed -nE 's/^ +seed //p' output)"
expect 'the output of a stage is kept' 'seed' "$(grep -o '^seed' build/ci/property.log)"

stub build/threads/tests/unit/linchpin_unit_tests '2 passed, 0 failed, 1 skipped'
rest=$(printf '%s\n' 'kernels 2 0 1' 'clang 2 0 1' 'threads 2 0 1' 'libraries 2 0 1' 'seeded 2 0 1' 'bench 3 0 0' \
  'growth 3 0 0' 'coverage 2 0 1' 'compilers 2 0 1' 'tidy 1 0 0')
expect 'all stages can be run' \
  "$(printf '%s\n%s\n36 passed, 0 failed, 9 skipped\nexit 0' "${always//0 1 0/4 0 0}" "$rest")" \
  "$(outcome --all)"

# The sources that clang-tidy was called with.
looked_at() {
  grep -oE 'looks at (examples|src|tests)/.*' build/ci/tidy.log | sed 's/^looks at //' | sort
}
sources=$(printf '%s\n' examples/one.cpp src/one.cpp src/three.cpp src/two.cpp tests/unit/one_test.cpp tests/unit/two_test.cpp)
expect 'with all stages clang-tidy looks at every source of the library, the tests and the examples' "$sources" "$(looked_at)"
# The bugs that the tests were asked about.
bugs() {
  sed -nE 's/^run.sh seeded //p' build/ci/seeded.log
}
every_bug=$(printf 'bug_%s\n' 1 2 3 4 5 6 7 8 9)
expect 'with all stages the tests are asked about every seeded bug' "$every_bug" "$(bugs | tr ' ' '\n')"
seen='' compilers='' bugs_seen=''
for round in 1 2 3 4 5 6 7 8; do
  for number in 1 2 3 4 5 6; do
    git commit -q --allow-empty -m "$round.$number"
    line=$(.ci/run --turn | grep '^turn: compilers ') || continue
    compilers+="${line##* }"$'\n'
  done
  outcome tidy seeded >/dev/null
  expect 'clang-tidy looks at some in a turn' 1 "$(looked_at | wc -l)"
  [ "$round" -gt 6 ] || seen+="$(looked_at)"$'\n'
  bugs_seen+="$(bugs)"$'\n'
done
expect 'eight successive turns ask about all seeded bugs' "$every_bug" "$(tr -s ' ' '\n' <<<"${bugs_seen%?}" | sort)"
expect 'and at all in successive turns' "$sources" "$(sort <<<"${seen%?}")"
expect 'successive turns build with one compiler after the other' "$(printf 'clang++-16\nclang++-19\ng++-14')" \
  "$(head -n 3 <<<"$compilers" | sort)"

printf '#!/bin/sh\nprintf "\\000\\n2 passed, 0 failed, 1 skipped\\n"\n' >tests/run.sh
expect 'a log with bytes that are no text is read' \
  "$(printf 'tests 2 0 1\n2 passed, 0 failed, 1 skipped\nexit 0')" "$(outcome tests)"
stub tests/run.sh 'no such line'
printf 'exit 3\n' >>tests/run.sh
expect 'a stage that ends in an error has failed' "$(printf 'tests 0 1 0\n0 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome tests)"
sed -i 's/^stage_seconds=.*/stage_seconds=1/' .ci/run
printf '#!/bin/sh\nprintf "2 passed, 0 failed, 0 skipped\\n"\nexec tail -f /dev/null\n' >tests/run.sh
expect 'a stage that does not end has failed' "$(printf 'tests 2 1 0\n2 passed, 1 failed, 0 skipped\nexit 1')" \
  "$(outcome tests)"
expect 'and the run says so' 'failed: tests: did not end within its 1 s' "$(grep '^failed:' output)"

# refused ARGUMENT...: what .ci/run says, if it fails as it does for mistakes.
refused() {
  local status=0
  .ci/run "$@" >output 2>&1 || status=$?
  [ "$status" -eq 2 ] || printf 'status %s\n' "$status"
  head -n 1 output
}
expect 'an unknown stage is refused' ".ci/run: no stage or option 'test';" "$(refused test | grep -o '.*;')"
expect 'a mode does not mix with stages' '.ci/run: --all stands alone, it does not mix with stages' \
  "$(refused --all tests)"
exit "$wrong"
