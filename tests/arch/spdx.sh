#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# spdx.sh ROOT: every file names its authors and license in its first lines.
set -euo pipefail
cd "$1"

bad=0
while IFS= read -r -d '' file; do
  case $file in
    *.bpf.c | *.bpf.h) license='(GPL-2.0-only OR BSD-2-Clause)' ;;
    *) license='Apache-2.0' ;;
  esac
  lines=$(head -n 6 "$file")
  if ! grep -qF 'SPDX-FileCopyrightText: 2026 The linchpin authors' <<<"$lines" ||
    ! grep -qF "SPDX-License-Identifier: $license" <<<"$lines"; then
    printf '%s: lacks the two SPDX lines with %s\n' "$file" "$license"
    bad=1
  fi
done < <(find . \( -name .git -o -name .cache -o -name build -o -name 'build-*' \) -prune -o \
  -type f ! -name LICENSE ! -name '*.md' ! -name .gitignore -print0)
exit "$bad"
