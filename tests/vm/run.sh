#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# run.sh [--build DIR] [--suite NAME] [SERIES...]: see usage below. What each guest left is kept in
# vm/<kernel>/<suite>/ of the build directory: console, output, out/results.xml, results.tsv.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
# shellcheck source=suite.sh
. "$here/suite.sh"

matrix=(5.10 6.1 6.12 6.18 7)
guest_megabytes=${LINCHPIN_VM_MEMORY:-1024}

usage() {
  cat <<END
usage: sudo tests/run.sh vm [--build DIR] [--suite NAME] [SERIES...]

Builds the test executables, runs them under qemu on Debian cloud kernels, and prints a table kernel x suite.

  SERIES       "6.1" or "7.3": the newest kernel of that series; "7": the newest 7.x; default: ${matrix[*]}
  --build DIR  build directory, default build/ of this checkout
  --suite NAME one suite of tests/vm/suites.list instead of all

LINCHPIN_VM_JOBS guests run side by side, each with LINCHPIN_VM_MEMORY megabytes (default: as processors and memory
allow, $guest_megabytes MB). Downloads are kept in $(linchpin_cache).
END
}
die() {
  printf 'tests/vm/run.sh: %s\n' "$*" >&2
  exit 2
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

build=${LINCHPIN_BUILD:-$root/build}
only=
series=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --build)
      build=${2:?--build needs a directory}
      shift
      ;;
    --suite)
      only=${2:?--suite needs a name}
      shift
      ;;
    [1-9]*) series+=("$1") ;;
    *) die "not a kernel series: '$1' (see --help)" ;;
  esac
  shift
done
build=$(realpath -m -- "$build")
[ ${#series[@]} -gt 0 ] || series=("${matrix[@]}")

install_requirements qemu-system-x86 busybox-static cpio kmod xz-utils zstd binutils >&2 ||
  die 'could not install what the guests need'

suite_lines=$(awk -v only="$only" '!/^#/ && (only == "" || only == $1)' "$here/suites.list")
[ -n "$suite_lines" ] || die "no suite '$only' in tests/vm/suites.list"
files=() targets=()
while read -r _ executable _; do
  files+=("$build/$executable")
  targets+=("$(basename "$executable")")
done <<<"$suite_lines"
kernels=()
for one in "${series[@]}"; do
  kernels+=("$("$here/kernels.sh" "$one")") || die "no kernel for $one"
done
build_targets "$root" "$build" "${targets[@]}" || die 'the build failed'

# The parts of an earlier run would pass for this one's.
rm -rf "$build/vm"
mkdir -p "$build/vm"
"$here/pack.sh" "$build/vm/payload.cpio" "${files[@]}" /bin/sh "$(PATH=$PATH:/usr/sbin:/sbin command -v ip)" \
  "$(PATH=$PATH:/usr/sbin:/sbin command -v tc)"

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
while read -r suite executable seconds environment tests; do
  for kernel in "${kernels[@]}"; do
    if [ "$running" -ge "$side_by_side" ]; then
      wait -n
      running=$((running - 1))
    fi
    directory=$build/vm/$(cat "$kernel/release")/$suite
    results+=("$directory/results.tsv")
    run_suite "$kernel" "$suite" "$build/$executable" "$seconds" "$directory" "$environment" "$tests" &
    running=$((running + 1))
  done
done <<<"$suite_lines"
wait

spans=0
case " ${series[*]} " in
  *" ${matrix[0]} "*" 7"*) spans=1 ;;
esac
cat "${results[@]}" >"$build/vm/results.tsv"
contradiction=
# Facts come from the kernel suite.
if [ -d "$build/vm/$(cat "${kernels[0]}/release")/kernel" ]; then
  contradiction=$("$here/matrix.sh" compare "$build" 2>&1) || contradiction="the support matrix: $contradiction"
fi
LINCHPIN_ALSO_FAILED=$contradiction awk -v spans="$spans" -f "$here/report.awk" "$build/vm/results.tsv"
