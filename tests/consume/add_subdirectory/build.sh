#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK
set -euo pipefail
root=$1 build=$2/add_subdirectory
rm -rf "$build"
# Compiled as the build that tests it, for a compiler cache.
cmake -S "$root/tests/consume/add_subdirectory" -B "$build" -G Ninja -DLINCHPIN_SOURCE="$root" \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="$FLAGS" -DLINCHPIN_WERROR=ON -DCMAKE_CXX_COMPILER_LAUNCHER="$LAUNCHER"
cmake --build "$build"
"$build/consumer"
cmake --install "$build" --prefix "$build/prefix"
if [ -e "$build/prefix" ]; then
  echo 'a subproject installed its own files into the prefix of the user'
  exit 1
fi
