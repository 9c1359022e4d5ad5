#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# turn_test.sh ROOT: commits in a row take every turn of .ci/run, and each has a seed of its own.
set -euo pipefail
if ! command -v git >/dev/null; then
  printf 'skipped: the turns of CI follow the commits: no git\n'
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

expect 'without git there is a turn and a seed' "$(printf 'commit unknown, no git checkout; seed 1\nguests')" \
  "$(GIT_CEILING_DIRECTORIES=/ .ci/run --turn | sed -E 's/^turn: ([a-z]+) .*/\1/')"

export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test
git init -q .
git add .
for number in 1 2 3 4 5; do
  git commit -q --allow-empty -m "$number"
  .ci/run --turn >>turns
  # A seed and a turn are the commit's, not the run's.
  .ci/run --turn >>again
done
expect 'a commit has one turn' "$(cat turns)" "$(cat again)"
expect 'five commits take five turns' "$(printf 'benchmarks\nclang\nguests\nseeded\nthreads')" \
  "$(sed -nE 's/^turn: ([a-z]+) .*/\1/p' turns | sort)"
expect 'five commits have five seeds' 5 "$(sed -nE 's/^commit .* seed ([0-9]+)$/\1/p' turns | sort -u | wc -l)"
expect 'a seed can be given' 7 "$(LINCHPIN_SEED=7 .ci/run --turn | sed -nE 's/^commit .* seed //p')"

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
