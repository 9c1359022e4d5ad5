#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# doc_paths.sh [ROOT]: every path that the texts below include/linchpin/doc name exists. ROOT is this repository unless
# another is named.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"

broken=0
for text in include/linchpin/doc/*.md; do
  # A path stands in backticks, alone, and begins with one of the folders at the top. <family> is for the reader.
  while IFS= read -r path; do
    case $path in *'<'*) continue ;; esac
    if [ ! -e "$path" ]; then
      echo "$text: no $path"
      broken=1
    fi
  done < <(grep -oE '`(bpf|cmake|examples|include|src|tests)/[^ `]+`' "$text" | tr -d '`' | sort -u)
done
exit "$broken"
