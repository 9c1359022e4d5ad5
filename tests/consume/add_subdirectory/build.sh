#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared: the project that has a shared linchpin in it installs itself.
set -euo pipefail
root=$1 kind=$3 build=$2/add_subdirectory.$3
rm -rf "$build"
# Compiled as the installed library of that kind: see install.sh.
arguments=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=$FLAGS")
[ "$kind" = static ] || arguments=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-Og -DBUILD_SHARED_LIBS=ON
  -DCMAKE_UNITY_BUILD=ON -DCONSUMER_INSTALLS=ON -DCMAKE_INSTALL_LIBDIR=lib)
cmake -S "$root/tests/consume/add_subdirectory" -B "$build" -G Ninja -DLINCHPIN_SOURCE="$root" "${arguments[@]}" \
  -DCMAKE_FIND_PACKAGE_PREFER_CONFIG=ON -DCMAKE_PREFIX_PATH="$root/tests/consume/libbpf_package" -DLINCHPIN_WERROR=ON \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$LAUNCHER"
cmake --build "$build"
"$build/consumer"
cmake --install "$build" --prefix "$build/prefix"
if [ "$kind" = shared ]; then
  # The installed one, with the library that was installed with it.
  rm -rf "${build:?}/_deps"
  "$build/prefix/bin/consumer"
  [ -e "$build/prefix/lib/liblinchpin.so" ]
elif [ -e "$build/prefix" ]; then
  echo 'a subproject installed its own files into the prefix of the user'
  exit 1
fi
