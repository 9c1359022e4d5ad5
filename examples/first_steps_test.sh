#!/bin/sh
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# What the README says of its example: run once it attaches, run again it has nothing to do, run with
# another version it upgrades, run with a bad name it says so and changes nothing.
#   first_steps_test.sh PROGRAM FIREWALL_V1 BALANCER_V1 FIREWALL_V2 BALANCER_V2
set -eu
if [ "$(id -u)" -ne 0 ]; then
  echo "skipped: needs root, to load BPF programs"
  exit 4
fi
if [ "${LINCHPIN_INSIDE:-}" != yes ]; then
  LINCHPIN_INSIDE=yes exec unshare --mount --net -- "$0" "$@"
fi
program=$1
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/v1 /mnt/v2
cp "$2" /mnt/v1/firewall.bpf.o
cp "$3" /mnt/v1/balancer.bpf.o
cp "$4" /mnt/v2/firewall.bpf.o
cp "$5" /mnt/v2/balancer.bpf.o
mount -t bpf bpf /sys/fs/bpf
ip link add edge0 type veth peer name edge1

expect() {
  what=$1
  shift
  "$@" >/mnt/out 2>&1 && status=0 || status=$?
  cat /mnt/out
  grep -qF -- "$what" /mnt/out || {
    echo "expected to read: $what"
    exit 1
  }
}
expect 'usage: first_steps' "$program"
[ "$status" -eq 2 ]
expect 'firewall: generation 1, first start' "$program" edge0 /mnt/v1
[ "$status" -eq 0 ]
expect 'nothing to do' "$program" edge0 /mnt/v1
[ "$status" -eq 0 ]
expect 'firewall: generation 1 -> 2' "$program" edge0 /mnt/v2
[ "$status" -eq 0 ]
expect 'interface edge7' "$program" edge7 /mnt/v2
[ "$status" -eq 1 ]
expect 'nothing to do' "$program" edge0 /mnt/v2
[ "$status" -eq 0 ]
