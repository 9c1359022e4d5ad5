#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# no_testing.sh LIBRARY TESTING: no service carries a kernel in memory with it. That the same look finds it in TESTING
# says that it looks at the right thing.
set -euo pipefail

symbols_of_testing() {
  # Some members of an archive have no symbols, which nm says on standard error.
  nm -C --defined-only "$1" 2>/dev/null | grep -F '::testing::' | head -n 20 || [ $? -eq 1 ]
}
found=$(symbols_of_testing "$1")
if [ -n "$found" ]; then
  printf '%s holds\n%s\n' "$1" "$found"
  exit 1
fi
if [ -z "$(symbols_of_testing "$2")" ]; then
  printf '%s holds nothing of linchpin::testing either\n' "$2"
  exit 1
fi
