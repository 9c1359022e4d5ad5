# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Installs what a build needs on Debian, and says how one is configured. To be sourced after packages.sh.
#
# Only what is missing is installed; with nothing missing no network is used.

# What `cmake`, the tests and the examples need, as Debian packages.
linchpin_build_packages=(g++ clang llvm cmake ninja-build ccache pkg-config libbpf-dev libelf-dev
  libfmt-dev bpftool iproute2 shellcheck)

# Succeeds when package $1 is installed, in version $2 or newer if given.
package_installed() {
  local state
  # shellcheck disable=SC2016 # dpkg-query expands these, not the shell
  state=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null) || return 1
  [ "${state%% *}" = installed ] || return 1
  [ $# -lt 2 ] || dpkg --compare-versions "${state#* }" ge "$2"
}

# Prints a line, then runs a command whose output matters only if it fails.
quietly() {
  local output what=$1
  shift
  printf '%s\n' "$what"
  if ! output=$("$@" 2>&1); then
    printf '%s\n%s failed:\n' "$output" "$*" >&2
    return 1
  fi
}

# Refreshes apt's lists at most once in a run, and only if something has to be installed.
linchpin_apt_is_fresh=no
refresh_apt() {
  [ "$linchpin_apt_is_fresh" = no ] || return 0
  quietly 'reading the package lists' apt-get update || return 1
  linchpin_apt_is_fresh=yes
}

# install_missing PACKAGE...: installs those that are not there.
install_missing() {
  local package missing=()
  for package; do
    package_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  refresh_apt && DEBIAN_FRONTEND=noninteractive quietly "installing ${missing[*]}" \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

# Catch2 3: packaged since Debian 13; for Debian 12 it lies in backports, which apt need not know.
install_catch2() {
  local name candidate codename directory
  for name in catch2 libcatch2-dev; do
    ! package_installed "$name" 3 || return 0
  done
  refresh_apt || return 1
  candidate=$(apt-cache policy catch2 | awk '$1 == "Candidate:" { print $2 }')
  if dpkg --compare-versions "${candidate:-0}" ge 3; then
    install_missing catch2
    return
  fi
  # shellcheck disable=SC1091 # a file of the machine
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  directory="$(linchpin_cache)/packages/$codename-backports"
  if ! compgen -G "$directory/libcatch2-dev_*.deb" >/dev/null; then
    quietly "reading the package lists of $codename-backports" \
      debian_apt backports "$codename-backports" -- apt-get update &&
      quietly 'downloading Catch2 3' debian_download backports "$codename-backports" -- \
        "$directory" libcatch2-dev || return 1
  fi
  DEBIAN_FRONTEND=noninteractive quietly 'installing Catch2 3' \
    apt-get install -y --no-install-recommends "$directory"/libcatch2-dev_*.deb
}

# install_requirements PACKAGE...: everything the build needs, and PACKAGEs.
install_requirements() {
  if ! command -v apt-get >/dev/null; then
    printf 'not a Debian: install by yourself what corresponds to: %s libcatch2-dev (3) %s\n' \
      "${linchpin_build_packages[*]}" "$*"
    return 0
  fi
  install_missing "${linchpin_build_packages[@]}" "$@" && install_catch2
}

# Builds of one checkout share what they compile; paths stay whole, since the builds lie at different depths.
export CCACHE_NOHASHDIR=1

# new_build DIRECTORY: sets the array linchpin_new_build to what cmake is told when it configures that directory
# for the first time. What a debugger wants to know of variables and types is half of the time a compiler takes,
# and line numbers are all that a failing test needs: without a word from the user there is no more than those.
new_build() {
  linchpin_new_build=()
  [ ! -e "$1/CMakeCache.txt" ] || return 0
  linchpin_new_build=(-G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo '-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1 -DNDEBUG'
    '-DCMAKE_CXX_FLAGS_DEBUG=-Og -g1')
  ! command -v ccache >/dev/null ||
    linchpin_new_build+=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
}
