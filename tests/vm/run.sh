#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# run.sh [SERIES...]: runs the test executables of LINCHPIN_BUILD (default: build) on other kernels under qemu and
# prints a table kernel x suite. A SERIES is "6.1", "7.3", or "7" for the newest 7.x; without any, the whole matrix.
#
# LINCHPIN_VM_JOBS guests run side by side (default: as processors and memory allow). What each left is kept in
# vm/<kernel>/<suite>/ of the build directory: console, output, out/results.xml.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(realpath -m "${LINCHPIN_BUILD:-$root/build}")
matrix=(5.10 6.1 6.12 6.18 7)
guest_megabytes=${LINCHPIN_VM_MEMORY:-1024}

die() {
  printf 'vm: %s\n' "$*" >&2
  exit 2
}

install_what_is_missing() {
  local pair missing=()
  for pair in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio modprobe:kmod xz:xz-utils \
    zstd:zstd strip:binutils ip:iproute2; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  # The guest has no libraries when busybox starts.
  ldd "$(command -v busybox)" >/dev/null 2>&1 && missing+=(busybox-static)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" -eq 0 ] || die "missing: ${missing[*]}; run as root to have them installed"
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}

guests_side_by_side() {
  local processors available fit
  processors=$(nproc)
  available=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
  fit=$((available / (guest_megabytes * 3 / 2)))
  [ "$fit" -lt "$processors" ] || fit=$processors
  [ "$fit" -gt 0 ] || fit=1
  printf '%s\n' "${LINCHPIN_VM_JOBS:-$fit}"
}

# Boots one kernel with one suite and leaves its lines of the results in DIRECTORY/results.tsv.
run_suite() {
  local kernel=$1 suite=$2 executable=$3 seconds=$4 directory=$5 release status begin=$SECONDS attempt
  release=$(cat "$kernel/release")
  mkdir -p "$directory"
  for attempt in first second; do
    status=0
    "$here/boot.sh" -m "$guest_megabytes" -t "$seconds" -o "$directory" -p "$build/vm/payload.cpio" "$kernel" \
      "$executable --colour-mode none --order decl -r console -r xml::out=/out/results.xml" 2>"$directory/boot" ||
      status=$?
    # qemu itself breaks about one guest in a hundred; a test that breaks the kernel does so twice.
    if [ "$status" -ne 125 ] || [ "$attempt" = second ]; then
      break
    fi
    printf 'vm: %s %s: the guest died without reporting; once more\n' "$release" "$suite"
    cat "$directory/boot"
  done
  {
    [ ! -s "$directory/out/results.xml" ] || awk -f "$here/results.awk" "$directory/out/results.xml"
    case $status in
      # 4 is how Catch2 says that every test was skipped.
      0 | 4) [ -s "$directory/out/results.xml" ] || printf 'case\tfailed\t(suite)\tno report was written\n' ;;
      124) printf 'case\tfailed\t(suite)\tran out of its %s seconds\n' "$seconds" ;;
      125) printf 'case\tfailed\t(suite)\tthe guest died without reporting, twice: see %s/console\n' "$directory" ;;
      *) grep -qs '<OverallResult success="false"' "$directory/out/results.xml" ||
        printf 'case\tfailed\t(suite)\texit status %s: see %s/output\n' "$status" "$directory" ;;
    esac
    printf 'time\t%s\t-\t-\n' $((SECONDS - begin))
  } | sed "s|^|$release\t$suite\t|" >"$directory/results.tsv"
  awk -F '\t' '$3 == "case" { n[$4]++ } $3 == "time" { seconds = $4 }
    END { printf "vm: %s %s: %d passed, %d failed, %d skipped (%d s)\n", $1, $2, n["passed"], n["failed"], n["skipped"],
          seconds }' "$directory/results.tsv"
}

install_what_is_missing
series=("$@")
[ ${#series[@]} -gt 0 ] || series=("${matrix[@]}")

kernels=()
for one in "${series[@]}"; do
  kernels+=("$("$here/kernels.sh" "$one")") || die "no kernel for $one"
done

suites=$(grep -v '^#' "$here/suites.list")
files=()
while read -r _ executable _; do
  [ -x "$build/$executable" ] || die "$build/$executable is missing; build first, or set LINCHPIN_BUILD"
  files+=("$build/$executable")
done <<<"$suites"
rm -rf "$build/vm"
mkdir -p "$build/vm"
"$here/pack.sh" "$build/vm/payload.cpio" "${files[@]}" /bin/sh "$(PATH=$PATH:/usr/sbin:/sbin command -v ip)"

side_by_side=$(guests_side_by_side)
printf 'vm: %d kernels, %d suites, %d guests side by side\n' "${#kernels[@]}" "${#files[@]}" "$side_by_side"
# Each guest, with all that serves it, is a process group.
end_guests() {
  local guest
  for guest in $(jobs -p); do
    kill -- "-$guest" 2>/dev/null || true
  done
}
set -m
trap end_guests EXIT
trap 'exit 130' INT TERM
running=0
results=()
while read -r suite executable seconds; do
  for kernel in "${kernels[@]}"; do
    if [ "$running" -ge "$side_by_side" ]; then
      wait -n
      running=$((running - 1))
    fi
    directory=$build/vm/$(cat "$kernel/release")/$suite
    results+=("$directory/results.tsv")
    run_suite "$kernel" "$suite" "$build/$executable" "$seconds" "$directory" &
    running=$((running + 1))
  done
done <<<"$suites"
wait

spans=0
case " ${series[*]} " in
  *" ${matrix[0]} "*" 7"*) spans=1 ;;
esac
cat "${results[@]}" >"$build/vm/results.tsv"
awk -v spans="$spans" -f "$here/report.awk" "$build/vm/results.tsv"
