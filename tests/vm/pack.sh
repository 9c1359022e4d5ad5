#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# pack.sh ARCHIVE FILE...: writes a cpio archive with each FILE at its own path, stripped of debugging information,
# and with the shared libraries and the interpreter a dynamic executable needs, so that it runs in a guest as here.
set -euo pipefail
archive=$(realpath -m "${1:?usage: pack.sh ARCHIVE FILE...}")
shift

root=$(mktemp -d "${TMPDIR:-/tmp}/linchpin-pack.XXXXXX")
trap 'rm -rf "$root"' EXIT
trap 'exit 130' INT TERM

is_elf_executable() { readelf -h "$1" 2>/dev/null | grep -qE '^ *Type: *(DYN|EXEC)'; }

# Puts one file, and the directories above it, where they are on this machine; symbolic links become files.
put() {
  local target=$root$1
  [ -e "$target" ] && return 0
  mkdir -p "$(dirname "$target")"
  cp -L "$1" "$target"
  if is_elf_executable "$target"; then
    strip --strip-debug "$target"
  fi
}

put_with_libraries() {
  local path
  put "$1"
  is_elf_executable "$1" || return 0
  # "libm.so.6 => /lib/... (0x...)" and "/lib64/ld-linux-x86-64.so.2 (0x...)"
  { ldd "$1" 2>/dev/null || true; } | grep -oE '/[^ ]+' | while read -r path; do
    put "$path"
  done
}

for file in "$@"; do
  put_with_libraries "$(realpath -s "$file")"
done
(cd "$root" && find . -mindepth 1 | cpio --quiet -o -H newc) >"$archive"
