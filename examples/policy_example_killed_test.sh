#!/bin/sh
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# An example that is killed half-way, while it prints its first line, leaves nothing on the machine.
#   policy_example_killed_test.sh PROGRAM BPFTOOL
set -eu
if [ "$(id -u)" -ne 0 ]; then
  echo "skipped: needs root, to load BPF programs"
  exit 4
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# A pipe that is full, so that the first line does not get through.
mkfifo "$folder/full"
exec 3<>"$folder/full"
dd if=/dev/zero of="$folder/full" bs=4096 count=1024 oflag=nonblock 2>"$folder/dd" || true
"$1" >"$folder/full" 2>"$folder/errors" 3>&- &
pid=$!
until grep -qs pipe_write "/proc/$pid/wchan"; do
  if ! kill -0 $pid 2>"$folder/ended"; then
    wait $pid && status=0 || status=$?
    cat "$folder/errors"
    [ "$status" -ne 4 ] || echo "skipped: $(tail -n 1 "$folder/errors")"
    [ "$status" -eq 4 ] || echo "ended with status $status before it printed anything"
    exit "$((status == 4 ? 4 : 1))"
  fi
  sleep 0.01
done
objects=$(sed -nE 's/^(prog|map|link)_id:[[:space:]]*([0-9]+)$/\1 \2/p' "/proc/$pid/fdinfo"/* | sort -u)
kill -KILL $pid
wait $pid || true

[ -n "$objects" ] || {
  echo "it held nothing of the kernel's when it was killed"
  exit 1
}
# The kernel frees them after a grace period.
echo "$objects" | while read -r kind id; do
  while "$2" "$kind" show id "$id" >"$folder/shown" 2>&1; do
    patience=$((${patience:-200} - 1))
    if [ "$patience" -eq 0 ]; then
      echo "still there:"
      cat "$folder/shown"
      exit 1
    fi
    sleep 0.05
  done
done
for left in /tmp/linchpin-example-*; do
  [ ! -e "$left" ] || {
    echo "still there: $left"
    exit 1
  }
done
