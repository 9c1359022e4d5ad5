#!/bin/sh
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# An example prints what the end of its source says it prints, and nothing else.
#   policy_example_test.sh PROGRAM SOURCE
set -eu
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
sed -n '/^\/\/ It prints:$/,$p' "$2" | sed -e 1d -e 's|^//   ||' >"$folder/expected"
[ -s "$folder/expected" ] || {
  echo "$2 does not say what it prints"
  exit 1
}
"$1" >"$folder/printed" 2>"$folder/errors" && status=0 || status=$?
cat "$folder/printed" "$folder/errors"
if [ "$status" -eq 4 ]; then
  echo "skipped: $(tail -n 1 "$folder/errors")"
  exit 4
fi
diff "$folder/expected" "$folder/printed" || {
  echo "printed something else than $2 says (< expected, > printed)"
  exit 1
}
[ "$status" -eq 0 ] || {
  echo "ended with status $status"
  exit 1
}
