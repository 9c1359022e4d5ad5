#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# The unit and kernel suites with the libbpf, libelf and fmt of other Debian suites.
#
# Their packages are unpacked into a prefix, never installed. Libraries newer than this machine's C
# library want a newer one: the executables get the dynamic linker and the C library of the prefix.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
# shellcheck source=../support/results.sh
. "$root/tests/support/results.sh"
all_suites=(bookworm-backports trixie forky experimental)
# What a suite is built on, where it is not whole by itself.
declare -A beneath=([bookworm-backports]=bookworm [experimental]=sid)

usage() {
  cat <<END
usage: sudo tests/run.sh libraries [--build DIR] [SUITE...]

Builds and runs the unit and kernel tests with the libraries of other Debian suites.

  SUITE        some of: ${all_suites[*]}; default all
  --build DIR  where to build, one directory a suite below it; default build/libraries
END
}
die() {
  printf 'tests/libraries/run.sh: %s\n' "$1" >&2
  exit 2
}

# unpack SUITE DIRECTORY: the libraries, what they need, and their headers. Development files of the
# C library and the kernel stay out: the compiler brings its own.
unpack() {
  local suite=$1 prefix=$2 state deb
  # shellcheck disable=SC2206 # one word or none
  local sources=($suite ${beneath[$suite]:-})
  state="$(linchpin_cache)/apt/libraries-$suite"
  if [ ! -e "$prefix/complete" ]; then
    rm -rf "$prefix" && mkdir -p "$prefix" || return 1
    quietly "reading the package lists of $suite" \
      debian_apt "libraries-$suite" "${sources[@]}" -- apt-get update &&
      quietly "downloading libbpf, libelf and fmt of $suite" \
        debian_apt "libraries-$suite" "${sources[@]}" -- apt-get install -t "$suite" -y \
        --download-only --no-install-recommends libbpf-dev libelf-dev libfmt-dev || return 1
    for deb in "$state"/cache/archives/*.deb; do
      case ${deb##*/} in
        libc6-dev_* | libc-dev-bin_* | linux-libc-dev_* | libcrypt-dev_* | rpcsvc-proto_*) continue ;;
      esac
      dpkg -x "$deb" "$prefix" || return 1
    done
    : >"$prefix/complete"
  fi
}

# build_with PREFIX BUILD: configures and builds the tests against the libraries below PREFIX.
build_with() {
  local prefix=$1 build=$2 arch libraries linker flags
  arch=$(gcc -print-multiarch)
  libraries=$prefix/usr/lib/$arch
  linker=$(find "$prefix" -name 'ld-linux-*.so.*' -type f -print -quit)
  flags="-Wl,--allow-shlib-undefined,--disable-new-dtags,-rpath,$libraries:$prefix/lib/$arch"
  flags+=",--dynamic-linker,$linker"
  new_build "$build"
  PKG_CONFIG_LIBDIR="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$prefix" \
    PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
    cmake -S "$root" -B "$build" "${linchpin_new_build[@]}" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXE_LINKER_FLAGS="$flags" \
    -Dfmt_DIR="$libraries/cmake/fmt" -DLINCHPIN_BUILD_EXAMPLES=OFF &&
    cmake --build "$build" --parallel --target linchpin_unit_tests linchpin_kernel_tests
}

build=$root/build/libraries suites=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --build)
      [ -n "${2:-}" ] || die "--build needs a directory"
      build=$(realpath -m -- "$2")
      shift
      ;;
    *)
      case " ${all_suites[*]} " in
        *" $1 "*) suites+=("$1") ;;
        *) die "no such suite or option: '$1' (see --help)" ;;
      esac
      ;;
  esac
  shift
done
[ ${#suites[@]} -gt 0 ] || suites=("${all_suites[@]}")
[ "$(id -u)" -eq 0 ] || die "needs root, to load BPF programs"
install_requirements || die "could not install what the build needs"

for suite in "${suites[@]}"; do
  printf '\n== libraries of %s\n' "$suite"
  prefix="$(linchpin_cache)/libraries/$suite"
  start=$SECONDS
  if unpack "$suite" "$prefix" && build_with "$prefix" "$build/$suite"; then
    run_suite "$build/$suite" unit "$(nproc)" "$suite unit"
    run_suite "$build/$suite" kernel 1 "$suite kernel"
  else
    add_row "$suite" 0 1 0 $((SECONDS - start))
    linchpin_failures+=("$suite: no build")
  fi
done
print_results
