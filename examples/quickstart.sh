#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${LINCHPIN_QUICKSTART_BUILD:-$root/build-quickstart}

usage() {
  cat <<'END'
usage: sudo examples/quickstart.sh [--updates N] [--seconds N] [--strategy NAME]

Installs what is missing on a Debian 12, builds linchpin and runs an example service: a firewall, a
balancer and a packet meter in network namespaces of their own, upgraded again and again while UDP
and TCP traffic crosses them. Every packet is accounted for. Exit status 0: not one was lost, went
past a program or met one twice.

  --updates N      upgrades to perform (default 200)
  --seconds N      spread them over N seconds (default 20)
  --strategy NAME  in_place (default): one compare-and-swap for each hook, no gap
                   recreate: detach, then attach; shows the gap, and so ends with exit status 1
  --help           this text
END
}
die() {
  printf 'quickstart.sh: %s\n' "$1" >&2
  exit 2
}

# Mistakes are told before anything is installed; the program checks again for itself.
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --updates | --seconds)
      [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || die "$1 takes a whole number from 1 to 999999, not '${2:-}'"
      shift
      ;;
    --strategy)
      [[ ${2:-} =~ ^(in_place|recreate)$ ]] || die "--strategy knows in_place and recreate, not '${2:-}'"
      shift
      ;;
    *) die "unknown argument '$1' (see --help)" ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] ||
  die "needs root, to install packages and to load BPF programs: sudo examples/quickstart.sh"

. "$root/tests/support/packages.sh"
. "$root/tests/support/requirements.sh"

install_missing "${linchpin_build_packages[@]}" || die "could not install what the build needs"

new_build "$build"
quietly 'configuring' cmake -S "$root" -B "$build" "${linchpin_new_build[@]}" -DLINCHPIN_BUILD_TESTS=OFF \
  -DLINCHPIN_BUILD_EXAMPLES=ON || die "cmake could not configure the build"
make=(cmake --build "$build" --target quickstart edge_service)
if [ -t 1 ]; then
  printf 'building\n'
  "${make[@]}" || die "the build failed"
else
  quietly 'building' "${make[@]}" || die "the build failed"
fi
exec "$build/examples/quickstart/quickstart" ${arguments[@]+"${arguments[@]}"}
