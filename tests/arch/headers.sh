#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# headers.sh ROOT: what a public header may include, how long a file may be, and what the umbrella
# has to include.
set -euo pipefail
cd "$1"
bad=0
complain() {
  printf '%s\n' "$*"
  bad=1
}

# Heavy for every user who includes us, and third-party headers, which users need not have. What stands in detail/
# holds bodies, which call the C library, libbpf and libelf; what it costs is measured below.
std='functional|memory|iostream|fstream|sstream|iomanip|filesystem|regex|map|unordered_map|set'
std+='|unordered_set|thread|future|mutex|condition_variable|ranges|format|locale|random'
theirs='bpf/.*|libelf\.h|gelf\.h'
# The C library's link(2) and close(2) would stand beside our names.
theirs+='|unistd\.h|fcntl\.h|sys/.*'
# The rooms behind the hook values are the inside of the library.
inside='include/linchpin/([a-z]*/detail|hook/[a-z_]*)/'
if found=$(grep -nEr "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($std|$theirs)[>\"]" \
  include/linchpin --include='*.hpp' --exclude-dir=testing | grep -vE "^$inside"); then
  complain "a public header includes a header that is too heavy or not ours to demand:
$found"
fi
# fmt is for headers of their own, whose name says text, and which nothing else includes.
if found=$(grep -nErl '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]fmt/' include/linchpin \
  --include='*.hpp' --exclude-dir=testing | grep -vE '/text\.hpp$|^include/linchpin/hook/[a-z_]*/'); then
  complain "a header that is no text header includes fmt:
$found"
fi
if found=$("${CXX:-g++}" -std=c++20 -I include -M -x c++ - <<<'#include <linchpin/linchpin.hpp>' |
  tr -s '[:space:]' '\n' | grep -E "/fmt/|/c\+\+/[0-9.]+/($std)$"); then
  complain "the umbrella reaches what it should not:
$found"
fi

while IFS= read -r -d '' file; do
  lines=$(wc -l <"$file")
  [ "$lines" -le 400 ] || complain "$file: $lines lines; past 400 it is two things"
done < <(find include src bpf examples tests -type f \
  \( -name '*.[ch]pp' -o -name '*.c' -o -name '*.h' -o -name '*.sh' \) -print0)

while IFS= read -r header; do
  grep -q '^#pragma once$' "include/$header" || complain "include/$header: no #pragma once"
  # The umbrella has the rooms by their list.
  if grep -qxF "#include LINCHPIN_HEADER_OF_ROOM($(basename "$header" .hpp))" include/linchpin/hook/rooms.inc &&
    [ "$(dirname "$header")" = linchpin/hook ]; then continue; fi
  case $header in
    linchpin/linchpin.hpp | linchpin/bpf.hpp | linchpin/testing/* | linchpin/hook/*/* | */detail/* | */text.hpp) continue ;;
    # Plans and desired states as texts, hooks by their names, and the running kernel by name: for few services.
    linchpin/engine/desired_state.hpp | linchpin/engine/plan_form.hpp | linchpin/engine/text_form.hpp) continue ;;
    # It brings the maps of C++ types, and only who prepares generations needs it.
    linchpin/engine/next_generation.hpp) continue ;;
    linchpin/hook/families.hpp | linchpin/kernel/live_kernel.hpp) continue ;;
    linchpin/core/* | linchpin/bpf/*) umbrella=linchpin/bpf.hpp ;;
    *) umbrella=linchpin/linchpin.hpp ;;
  esac
  grep -qxF "#include <$header>" "include/$umbrella" || complain "include/$umbrella lacks: #include <$header>"
done < <(cd include && find linchpin -name '*.hpp' | LC_ALL=C sort)
for driver in include/linchpin/hook/*/driver.hpp; do
  room=$(basename "$(dirname "$driver")")
  if ! grep -qxF "#include LINCHPIN_HEADER_OF_ROOM($room)" include/linchpin/hook/rooms.inc ||
    ! grep -qw "hook::${room}_room" include/linchpin/hook/rooms.inc; then
    complain "include/linchpin/hook/rooms.inc lacks the room $room"
  fi
done
# A test that no build knows of is never run.
while IFS= read -r file; do
  room=$(cut -d/ -f1-3 <<<"$file")
  grep -qrwF --include=CMakeLists.txt "${file#"$room"/}" "$room" ||
    grep -qrwF --include=CMakeLists.txt "$(basename "$file")" "$(dirname "$file")" 2>/dev/null ||
    complain "$file: in no CMakeLists.txt, so that it is never run"
done < <(find tests/unit tests/kernel -name '*_test.cpp')
exit "$bad"
