#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# called.sh ROOT: every script and every source of the tests and of the examples is named by a CMake list or by another
# script. One that nothing calls looks like a check and is none.
set -euo pipefail
cd "$1"

# What calls: CMake lists and scripts, without their comments.
mapfile -t callers < <(find .ci cmake examples tests CMakeLists.txt -type f \
  \( -name CMakeLists.txt -o -name '*.cmake' -o -name '*.sh' -o -name init -o -path .ci/run \))

# uncalled FOLDER...: prints what is below these folders and nobody calls. A name that several scripts have, as run.sh,
# is called with its folder, or in that folder or the one above.
uncalled() {
  find "$@" -type f \( -name '*.sh' -o -name '*.awk' -o -name '*.cpp' -o -name '*.c' \) | LC_ALL=C sort |
    awk '
    NR == FNR { path[++files] = $0; name = $0; sub(/.*\//, "", name); named[name]++; next }
    FNR == 1 { text_of[FILENAME] = "" }
    /^[ \t]*#/ { next }
    { text_of[FILENAME] = text_of[FILENAME] $0 "\n" }
    # With a character of no name on both sides.
    function says(text, word,   at, before, after) {
      while (at = index(text, word)) {
        before = at == 1 ? " " : substr(text, at - 1, 1)
        after = substr(text, at + length(word), 1)
        if (before !~ /[A-Za-z0-9_-]/ && after !~ /[A-Za-z0-9_-]/) return 1
        text = substr(text, at + length(word))
      }
      return 0
    }
    END {
      for (i = 1; i <= files; i++) {
        n = split(path[i], part, "/")
        word = part[n]
        # A list may name a source without its ending: a snippet, a bench.
        if (word ~ /\.c(pp)?$/) sub(/\..*/, "", word)
        whole = named[word] > 1 ? part[n - 1] "/" word : word
        folder = path[i]; sub(/\/[^\/]*$/, "", folder)
        above = folder; sub(/\/[^\/]*$/, "", above)
        found = 0
        for (caller in text_of) {
          if (caller == path[i]) continue
          of = caller; sub(/\/[^\/]*$/, "", of)
          if (says(text_of[caller], of == folder || of == above ? word : whole)) { found = 1; break }
        }
        if (!found) print path[i] ": nothing calls it"
      }
    }' - "${callers[@]}"
}

sample=$(mktemp -d)
trap 'rm -rf "$sample"' EXIT
# In two words, so that this script does not call it.
forgotten=$sample/called_by_nobody
: >"$forgotten.sh"
if [[ $(uncalled "$sample") != "$forgotten.sh: nothing calls it" ]]; then
  echo 'called.sh does not find what it should'
  exit 1
fi

bad=$(uncalled tests examples)
if [[ -n $bad ]]; then
  printf '%s\n' "$bad"
  exit 1
fi
