#!/bin/sh
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# The README's example is the file that is compiled and run, letter for letter.
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
