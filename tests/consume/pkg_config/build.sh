#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared: no CMake on the user's side; the BPF object is a file. Nobody asks pkg-config for
# --static: the flags are those of the library that is installed. What a compiler warns of only when it optimises, in
# headers that are no system headers to it, is an error here, too.
set -euo pipefail
root=$1 work=$2 kind=$3
build=$work/pkg_config.$kind
rm -rf "$build" && mkdir -p "$build"
export PKG_CONFIG_PATH=$work/$kind/lib/pkgconfig
[ -d "$PKG_CONFIG_PATH" ] || PKG_CONFIG_PATH=$(dirname "$(find "$work/$kind" -name linchpin.pc)")

pkg-config --exists --print-errors 'linchpin >= 0.1' 'linchpin-testing >= 0.1'
LD_LIBRARY_PATH=$(pkg-config --variable=libdir linchpin)
export LD_LIBRARY_PATH
# use PACKAGE FLAG...: builds the consumer with what that package says, and runs it.
use() {
  # shellcheck disable=SC2046 # one flag a word
  "$CXX" -std=c++20 -O3 -Wall -Wextra -Werror -DWITHOUT_BPF_OBJECT "${@:2}" "$root/tests/consume/main.cpp" \
    -o "$build/consumer" $(pkg-config --cflags --libs "$1")
  "$build/consumer"
}
use linchpin -DWITHOUT_TESTING
use linchpin-testing
