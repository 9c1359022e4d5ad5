#!/bin/sh
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# The README's example is the file that is compiled and run, letter for letter, and its commands
# find something to run.
#   readme.sh SOURCE_DIR
set -eu
cd "$1"
shown=$(sed -n '/<!-- example:begin -->/,/<!-- example:end -->/p' README.md | sed '/^<!--/d;/^```/d')
compiled=$(sed '1,2d' examples/000_first_steps.cpp)
[ -n "$shown" ] || {
  echo "README.md: no example between its markers"
  exit 1
}
if [ "$shown" != "$compiled" ]; then
  echo "README.md: the example differs from examples/000_first_steps.cpp"
  exit 1
fi

status=0
# tagged TAG PROGRAM: whether the program has a test case of that tag.
tagged() {
  case $2 in
    unit) sources='tests/unit tests/conformance' ;;
    kernel) sources='tests/kernel tests/incidents tests/conformance' ;;
  esac
  # shellcheck disable=SC2086 # one folder a word
  grep -rqE --include='*.cpp' "\"(\[[a-z_]+\])*\[$1\](\[[a-z_]+\])*\"" $sources || {
    echo "README.md: linchpin_$2_tests '[$1]' runs nothing"
    status=1
  }
}

# A tag between backticks is said of both programs.
tags=$(grep -oE '`'"'?"'\[[a-z_]+\]'"'?"'`' README.md | tr -cd 'a-z_\n' | sort -u)
[ -n "$tags" ] || {
  echo "README.md: no tags between backticks"
  exit 1
}
for tag in $tags; do
  tagged "$tag" unit
  tagged "$tag" kernel
done
for program in unit kernel; do
  for tag in $(grep -oE "linchpin_${program}_tests '\[[a-z_]+\]'" README.md | grep -oE '\[[a-z_]+' |
    tr -d '[' | sort -u); do
    tagged "$tag" $program
  done
done

# Suites, and the scripts that commands name.
suites=$(sed -n 's/^all_suites=(\(.*\))$/\1/p' tests/run.sh)
for suite in $(grep -oE 'tests/run\.sh( [a-z_]+)+' README.md | cut -d ' ' -f 2-); do
  case " $suites vm libraries compilers seeded coverage " in
    *" $suite "*) ;;
    *)
      echo "README.md: tests/run.sh has no suite $suite"
      status=1
      ;;
  esac
done
for script in $(grep -oE '(tests|examples)/[a-z_/]*\.sh' README.md | sort -u); do
  [ -x "$script" ] || {
    echo "README.md: $script cannot be run"
    status=1
  }
done
exit $status
