#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared: no CMake on the user's side; the BPF object is a file.
set -euo pipefail
root=$1 work=$2 kind=$3
build=$work/pkg_config.$kind
rm -rf "$build" && mkdir -p "$build"
export PKG_CONFIG_PATH=$work/$kind/lib/pkgconfig
[ -d "$PKG_CONFIG_PATH" ] || PKG_CONFIG_PATH=$(dirname "$(find "$work/$kind" -name linchpin.pc)")
ways=()
[ "$kind" = shared ] || ways=(--static)

pkg-config --exists --print-errors 'linchpin >= 0.1'
# shellcheck disable=SC2046 # one flag a word
"$CXX" -std=c++20 -Wall -Wextra -Werror -DWITHOUT_BPF_OBJECT "$root/tests/consume/main.cpp" \
  -o "$build/consumer" $(pkg-config --cflags --libs "${ways[@]}" linchpin)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir linchpin) "$build/consumer"
