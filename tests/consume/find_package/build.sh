#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared
set -euo pipefail
root=$1 work=$2 kind=$3
build=$work/find_package.$kind
rm -rf "$build"
cmake -S "$root/tests/consume/find_package" -B "$build" -G Ninja -DCMAKE_PREFIX_PATH="$work/$kind"
cmake --build "$build"
"$build/consumer"
