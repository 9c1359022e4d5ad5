#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Builds all there is, the library, tests, examples and benchmarks, with each supported compiler, for which a warning is
# an error. Nothing is run.
#
# g++ 14 is of Debian 13. Its packages are unpacked into a prefix, never installed, and it compiles with this machine's
# headers and libraries, and with its own of C++.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../support/packages.sh
. "$root/tests/support/packages.sh"
# shellcheck source=../support/requirements.sh
. "$root/tests/support/requirements.sh"
# shellcheck source=../support/results.sh
. "$root/tests/support/results.sh"
all_compilers=(g++-12 clang++-14 clang++-16 clang++-19 g++-14)

usage() {
  cat <<END
usage: sudo tests/run.sh compilers [--build DIR] [--jobs N] [COMPILER...]

Builds the library, its tests, examples and benchmarks with other compilers, and fails at a warning. The last line is
"N passed, N failed, N skipped", one for each compiler.

  COMPILER     some of: ${all_compilers[*]}; default all
  --build DIR  where to build, one directory a compiler below it; default build/compilers
  --jobs N     parallel jobs, default one a CPU
END
}
die() {
  printf 'tests/compilers/run.sh: %s\n' "$1" >&2
  exit 2
}

# unpack PREFIX: g++ 14 and what it needs, and PREFIX/bin/g++-14, which starts it.
unpack() {
  local prefix=$1 state deb libraries linker part program
  state="$(linchpin_cache)/apt/compilers-trixie"
  [ ! -e "$prefix/complete" ] || return 0
  rm -rf "$prefix" && mkdir -p "$prefix/bin" "$prefix/parts" || return 1
  quietly 'reading the package lists of trixie' debian_apt compilers-trixie trixie -- apt-get update &&
    quietly 'downloading g++ 14 of trixie' debian_apt compilers-trixie trixie -- apt-get install -y --download-only \
      --no-install-recommends g++-14 || return 1
  for deb in "$state"/cache/archives/*.deb; do
    case ${deb##*/} in
      libc6-dev_* | libc-dev-bin_* | linux-libc-dev_* | libcrypt-dev_* | rpcsvc-proto_*) continue ;;
    esac
    dpkg -x "$deb" "$prefix" || return 1
  done
  libraries=$prefix/usr/lib/$(gcc -print-multiarch)
  linker=$(find "$prefix" -name 'ld-linux-*.so.*' -type f -print -quit)
  # The compiler's programs want the C library of their suite; assembler and linker are this machine's.
  for part in cc1plus collect2; do
    program=$(find "$prefix/usr/libexec" -name "$part" -print -quit)
    printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$linker" "$libraries" "$program" \
      >"$prefix/parts/$part"
  done
  program=$(find "$prefix/usr/bin" -name '*-linux-gnu-g++-14' -print -quit)
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" -B"%s/" -fno-use-linker-plugin "$@"\n' "$linker" "$libraries" \
    "$program" "$prefix/parts" >"$prefix/bin/g++-14"
  chmod +x "$prefix"/parts/* "$prefix/bin/g++-14"
  : >"$prefix/complete"
}

# compiler_path NAME: makes sure that the compiler is there, and sets compiler to where it is.
compiler_path() {
  local prefix
  compiler=$1
  case $1 in
    g++-14)
      if ! compiler=$(command -v g++-14); then
        prefix="$(linchpin_cache)/compilers/g++-14"
        compiler=$prefix/bin/g++-14
        unpack "$prefix"
      fi
      ;;
    clang++-*) install_missing "clang-${1#clang++-}" ;;
    *) install_missing "$1" ;;
  esac
}

# build_with COMPILER BUILD
build_with() {
  local link_flags=
  # The C++ library of the prefix wants a newer C library than this machine's, on which nothing of it will run: tests
  # are asked for their names when they run, not when they are built. Benchmarks find this machine's C++ library first.
  [[ $1 != /*/g++-14 ]] || link_flags=-Wl,--unresolved-symbols=ignore-all
  new_build "$2"
  cmake -S "$root" -B "$2" "${linchpin_new_build[@]}" -DCMAKE_UNITY_BUILD=ON -DLINCHPIN_BUILD_TESTS=ON \
    -DLINCHPIN_BUILD_EXAMPLES=ON -DLINCHPIN_BUILD_BENCHMARKS=ON -DLINCHPIN_WERROR=ON \
    -DCMAKE_CATCH_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST "-DCMAKE_CXX_COMPILER=$1" "-DCMAKE_EXE_LINKER_FLAGS=$link_flags" &&
    "$1" --version | head -n 1 &&
    cmake --build "$2" --parallel "$jobs"
}

build=$root/build/compilers jobs=$(nproc) names=()
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
    --jobs)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--jobs needs a number, not '${2:-}'"
      jobs=$2
      shift
      ;;
    *)
      case " ${all_compilers[*]} " in
        *" $1 "*) names+=("$1") ;;
        *) die "no such compiler or option: '$1' (see --help)" ;;
      esac
      ;;
  esac
  shift
done
[ ${#names[@]} -gt 0 ] || names=("${all_compilers[@]}")
[ "$(id -u)" -eq 0 ] || die "needs root, to install packages"
install_requirements libbenchmark-dev || die "could not install what the build needs"

for name in "${names[@]}"; do
  printf '\n== %s\n' "$name"
  start=$SECONDS
  if compiler_path "$name" && build_with "$compiler" "$build/$name"; then
    add_row "$name" 1 0 0 $((SECONDS - start))
  else
    add_row "$name" 0 1 0 $((SECONDS - start))
    linchpin_failures+=("$name: does not build without a warning")
  fi
done
print_results
