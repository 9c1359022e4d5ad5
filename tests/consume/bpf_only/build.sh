#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared find_package|pkg_config: a program that uses linchpin::bpf alone, and that has
# nothing of liblinchpin's in it.
set -euo pipefail
root=$1 work=$2 kind=$3 way=$4
build=$work/bpf_only.$way.$kind
rm -rf "$build" && mkdir -p "$build"
here=$root/tests/consume/bpf_only
clang -target bpf -g -O2 -I"/usr/include/$(uname -m)-linux-gnu" -c "$here/sample.bpf.c" \
  -o "$build/sample.bpf.o"

case $way in
  find_package)
    cmake -S "$here" -B "$build" -G Ninja -DCMAKE_PREFIX_PATH="$work/$kind"
    cmake --build "$build" --verbose | tee "$build/log"
    ;;
  pkg_config)
    PKG_CONFIG_PATH=$(dirname "$(find "$work/$kind" -name linchpin-bpf.pc)")
    export PKG_CONFIG_PATH
    # shellcheck disable=SC2046 # one flag a word
    (set -x && "$CXX" -std=c++20 -O3 -Wall -Wextra -Werror "$here/main.cpp" -o "$build/bpf_only" \
      $(pkg-config --cflags --libs linchpin-bpf)) 2>&1 | tee "$build/log"
    ;;
esac

if grep -nE -e '-llinchpin|liblinchpin' "$build/log"; then
  echo 'the link line names liblinchpin'
  exit 1
fi
if ldd "$build/bpf_only" | grep linchpin; then
  echo 'the program needs liblinchpin'
  exit 1
fi
# What is compiled into liblinchpin alone: none of it is in the program, nor wanted by it.
if nm -C "$build/bpf_only" | grep -E 'orchestrator|live_kernel'; then
  echo 'the program has parts of liblinchpin'
  exit 1
fi
"$build/bpf_only" "$build/sample.bpf.o"
