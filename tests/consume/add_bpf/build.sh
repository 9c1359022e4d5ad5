#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# build.sh ROOT WORK static|shared: the BPF objects of a project, with bpftool and without.
set -euo pipefail
root=$1 work=$2 kind=$3
here=$work/add_bpf.$kind
rm -rf "$here"

check_out() {
  mkdir -p "$here/$1"
  cp -r "$root/tests/consume/add_bpf/." "$root/tests/consume/bpf" "$here/$1"
  set_slots "$1" 7
}
set_slots() {
  echo "#define COUNTER_SLOTS $2" >"$here/$1/bpf/slots.h"
}
configure() {
  local name=$1
  shift
  cmake -S "$here/$name" -B "$here/$name.build" -G Ninja -DCMAKE_PREFIX_PATH="$work/$kind" "$@"
}
object() {
  echo "$here/$1.build/$2.dir/$2.bpf.o"
}
fail() {
  echo "$1"
  exit 1
}

echo '== with bpftool'
check_out one
configure one -DWITH='skeletons;linking'
cmake --build "$here/one.build"
"$here/one.build/consumer" 7

echo '== without'
# A cache variable that says NOTFOUND would be looked for again.
check_out other
configure other -DLINCHPIN_BPFTOOL=OFF -DWITH=objects
cmake --build "$here/other.build"
"$here/other.build/consumer" 7
[ ! -e "$here/other.build/counter.dir/counter.skel.h" ] || fail 'a skeleton without bpftool'
cmp "$(object one counter)" "$(object other counter)" ||
  fail 'equal sources in two places gave two objects'

echo '== what needs bpftool says so without it'
for with in skeletons linking; do
  if configure other -DWITH="$with" >"$here/refusal" 2>&1; then
    fail "$with: configured without bpftool"
  fi
  # As one line: CMake breaks the lines of messages.
  told=$(tr -s ' \n' ' ' <"$here/refusal")
  case $told in
    *'bpftool not found, but a skeleton or the linking of '[12]' sources needs it; install it or set LINCHPIN_BPFTOOL'*) ;;
    *) fail "$with: another message: $told" ;;
  esac
done

echo '== a header that the BPF sources include changes'
told=$(cmake --build "$here/one.build")
[[ $told == *'no work to do'* ]] || fail "built again for nothing: $told"
for name in counter framed linked; do
  cp "$(object one "$name")" "$here/$name.before"
done
set_slots one 9
cmake --build "$here/one.build"
for name in counter framed linked; do
  if cmp -s "$(object one "$name")" "$here/$name.before"; then
    fail "$name: the same object after a header changed"
  fi
done
"$here/one.build/consumer" 9
if "$here/one.build/consumer" 7; then
  fail 'the consumer has the bytes of before'
fi
