#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# install.sh ROOT WORK static|shared: builds the library alone, installs it, and moves the installed
# tree to WORK/KIND, because packages are built in one place and used in another.
set -euo pipefail
root=$1 work=$2 kind=$3
# The static one is what tests/run.sh has compiled already, for a compiler cache. The shared one nothing has: it is
# compiled some sources at once, which is quicker.
shared=OFF type=RelWithDebInfo at_once=OFF
[ "$kind" = static ] || shared=ON type=Debug at_once=ON

rm -rf "${work:?}/$kind" "$work/$kind.staged"
cmake -S "$root" -B "$work/$kind.build" -G Ninja -DBUILD_SHARED_LIBS=$shared -DCMAKE_UNITY_BUILD=$at_once \
  -DCMAKE_BUILD_TYPE="$type" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="$FLAGS" -DCMAKE_CXX_FLAGS_DEBUG=-Og \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$LAUNCHER" -DLINCHPIN_BUILD_TESTS=OFF -DLINCHPIN_BUILD_EXAMPLES=OFF
cmake --build "$work/$kind.build"
cmake --install "$work/$kind.build" --prefix "$work/$kind.staged"
mv "$work/$kind.staged" "$work/$kind"

empty=$(find "$work/$kind" -type d -empty)
if [ -n "$empty" ]; then
  printf 'an empty folder is installed:\n%s\n' "$empty"
  exit 1
fi
for file in LICENSE privileges.md; do
  [ -s "$work/$kind/share/doc/linchpin/$file" ] || {
    echo "$file is not installed"
    exit 1
  }
done
if grep -rnF "$root" "$work/$kind" --include='*.cmake' --include='*.pc'; then
  echo 'the installed tree refers to the source tree'
  exit 1
fi
