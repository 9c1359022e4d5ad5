#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# exports.sh ROOT WORK shared: the shared libraries show what public headers name, and nothing of the inside. Without
# this a service could come to depend on what the next patch version changes.
set -euo pipefail
root=$1 libraries=$2/$3/lib
[ -e "$libraries/liblinchpin.so" ] || libraries=$(dirname "$(find "$2/$3" -name liblinchpin.so)")

# Every word of the public headers, but for what stands in comments, texts and paths.
words=$(cd "$root/include/linchpin" && find . -name '*.hpp' ! -path '*/detail/*' -print0 | xargs -0 cat |
  sed -E '/^#include/d; s,//.*,,; s,"([^"\\]|\\.)*",,g' | grep -oE '[A-Za-z_][A-Za-z_0-9]*' | sort -u)
bad=0
for library in liblinchpin liblinchpin_testing; do
  shown=$(nm -DC --defined-only "$libraries/$library.so" | cut -d ' ' -f 3- |
    grep -F linchpin:: | LC_ALL=C sort -u)
  [ -n "$shown" ] || {
    echo "$library shows nothing"
    exit 1
  }
  printf '%s shows %d symbols of linchpin\n' "$library" "$(wc -l <<<"$shown")"
  # A name's parts, without result and arguments: result<int> linchpin::v0_1::plan::text[abi:cxx11]() is plan, text.
  awk 'NR == FNR { words[$1]; next }
    {
      name = $0
      sub(/^.* for /, "", name)
      gsub(/\[abi:[a-z0-9]*\]/, "", name); sub(/operator(<=>|<<|<|->|>)/, "operator", name)
      while (gsub(/<[^<>]*>/, "", name)) continue
      sub(/\(.*/, "", name); sub(/^.* /, "", name)
      if (!sub(/^linchpin::v[0-9_]*::/, "", name)) next
      n = split(name, parts, "::")
      for (i = 1; i <= n; i++) {
        sub(/^~/, "", parts[i])
        if (parts[i] ~ /^operator/) continue
        if (parts[i] == "detail" || !(parts[i] in words)) { print "of the inside: " $0; bad = 1; next }
      }
    }
    END { exit bad }' <(printf '%s\n' "$words") <(printf '%s\n' "$shown") || bad=1
done
exit "$bad"
