#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared [preferring]: with "preferring" as a toolchain of Conan does, which prefers CMake
# packages to modules and has one that is called libbpf.
set -euo pipefail
root=$1 work=$2 kind=$3 way=${4:-}
build=$work/find_package.$kind$way
arguments=(-DCMAKE_PREFIX_PATH="$work/$kind")
[ -z "$way" ] || arguments=("-DCMAKE_PREFIX_PATH=$work/$kind;$root/tests/consume/libbpf_package"
  -DCMAKE_FIND_PACKAGE_PREFER_CONFIG=ON)
rm -rf "$build"
cmake -S "$root/tests/consume/find_package" -B "$build" -G Ninja "${arguments[@]}"
cmake --build "$build"
"$build/consumer"
if [ -n "$way" ] && ! grep -q '^libbpf_DIR:PATH=.*/libbpf_package$' "$build/CMakeCache.txt"; then
  echo "the toolchain's package of libbpf was not asked"
  exit 1
fi
