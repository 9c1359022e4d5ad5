#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# boot.sh [-m MEGABYTES] [-t SECONDS] [-o DIRECTORY] [-p PAYLOAD] SERIES|DIRECTORY COMMAND: boots the kernel under
# qemu and runs the shell COMMAND as root in the guest, with PAYLOAD (a cpio archive of pack.sh) laid over its root.
#
# DIRECTORY gets `console` (kernel messages), `output` (of the command) and `out/` (what the guest left in /out).
# Exit status: that of the command; 124 when it ran out of time; 125 when the guest died without reporting.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

memory=1024
seconds=300
payload=
directory=
while getopts m:t:o:p: option; do
  case $option in
    m) memory=$OPTARG ;;
    t) seconds=$OPTARG ;;
    o) directory=$OPTARG ;;
    p) payload=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
kernel=${1:?usage: boot.sh [-m MB] [-t SECONDS] [-o DIRECTORY] [-p PAYLOAD] SERIES COMMAND}
command=${2:?boot.sh: no command}
[ -d "$kernel" ] || kernel=$("$here/kernels.sh" "$kernel")

work=$(mktemp -d "${TMPDIR:-/tmp}/linchpin-vm.XXXXXX")
qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
[ -n "$directory" ] || directory=$work/result
mkdir -p "$directory"
rm -rf "$directory/out" "$directory/console" "$directory/output"

archive() { (cd "$1" && find . -mindepth 1 | cpio --quiet -o -H newc); }

mkdir -p "$work/root/guest" "$work/root"/{bin,proc,sys,dev,etc}
cp "$(command -v busybox)" "$work/root/bin/busybox"
cp "$here/init" "$work/root/init"
chmod 755 "$work/root/init"
printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$work/root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$work/root/etc/group"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$work/root/etc/hosts"
printf '%s\n' "$command" >"$work/root/guest/command"
printf 'GUEST_TIMEOUT=%s\n' "$seconds" >"$work/root/guest/environment"
# The kernel unpacks concatenated archives one after the other.
{
  archive "$work/root"
  cat "$kernel/modules.cpio"
  [ -z "$payload" ] || cat "$payload"
} >"$work/initrd"

# no_timer_check: a busy machine is late with the ticks by which a kernel tests its timer, and it panics.
# clocksource: the same lateness spoils the calibration of the TSC; a guest's clock was seen to run ten times too fast.
# The flags of qemu are the ones measured not to corrupt guests: with several TCG threads, LA57 or cmpxchg16b, qemu 7.2
# breaks kernels in ways that look like their own faults.
status=0
timeout --foreground -k 10 $((seconds + 120)) qemu-system-x86_64 \
  -accel tcg,thread=single -cpu max,la57=off,-cx16 -M q35 -m "$memory" -smp 2 \
  -nodefaults -display none -no-reboot -nic none \
  -serial "file:$directory/console" -serial "file:$directory/output" -serial "file:$work/files" \
  -kernel "$kernel/vmlinuz" -initrd "$work/initrd" \
  -append "console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off tsc=reliable clocksource=acpi_pm no_timer_check lsm=lockdown,yama,bpf" \
  </dev/null >"$work/qemu" 2>&1 &
qemu=$!
wait "$qemu" || status=$?
qemu=

if reported=$(sed -n 's/^@@EXIT \([0-9]*\)$/\1/p' "$directory/output" | tail -n 1) && [ -n "$reported" ]; then
  sed -i '/^@@EXIT [0-9]*$/d' "$directory/output"
  mkdir -p "$directory/out"
  tar -x -C "$directory/out" -f "$work/files"
  # The two ways busybox says that its timeout struck.
  case $reported in
    143 | 137) reported=124 ;;
  esac
  exit "$reported"
fi
{
  printf 'boot: the guest died without reporting (qemu exit %s); its console, from the first complaint on:\n' "$status"
  cat "$work/qemu"
  sed -nE '/BUG:|Oops|panic|general protection|int3:/,$p' "$directory/console" | head -n 30
} >&2
[ "$status" -ne 124 ] && [ "$status" -ne 137 ] || exit 124
exit 125
