# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Packages of Debian suites this machine does not run, from the mirror its own apt already uses. To be sourced.
#
# apt gets a state directory of its own below the cache, so the machine's package lists and installed packages
# are never touched and no privilege is needed.

# Prints the directory everything downloaded for tests lives in; removing it only costs time.
linchpin_cache() {
  printf '%s\n' "${LINCHPIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/linchpin}"
}

# Prints the URI of the Debian archive among the sources of this machine. LINCHPIN_DEBIAN_MIRROR overrides it.
debian_mirror() {
  if [ -n "${LINCHPIN_DEBIAN_MIRROR:-}" ]; then
    printf '%s\n' "$LINCHPIN_DEBIAN_MIRROR"
    return 0
  fi
  local uri
  # shellcheck disable=SC2016 # apt expands these, not the shell
  uri=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" { print $NF; exit }')
  if [ -z "$uri" ]; then
    printf 'packages: no Debian archive among the apt sources of this machine;' >&2
    printf ' run apt-get update, or set LINCHPIN_DEBIAN_MIRROR\n' >&2
    return 1
  fi
  printf '%s\n' "$uri"
}

# debian_apt NAME SUITE... -- COMMAND...: runs apt-get or apt-cache against the main component of the SUITEs, with
# the state kept under NAME in the cache. The first command of a NAME has to be `apt-get update`.
debian_apt() {
  local state suites=() mirror suite
  state="$(linchpin_cache)/apt/$1"
  shift
  while [ "$1" != -- ]; do
    suites+=("$1")
    shift
  done
  shift
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" || return 1
  if mirror=$(debian_mirror 2>/dev/null); then
    for suite in "${suites[@]}"; do
      printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite"
    done >"$state/sources.list"
  elif [ ! -s "$state/sources.list" ]; then
    debian_mirror
    return 1
  fi
  : >>"$state/status"
  "$@" -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::status="$state/status" \
    -o Dir::Cache="$state/cache" -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o APT::Sandbox::User="$(id -un)" -o APT::Architecture=amd64 -o APT::Architectures=amd64 \
    -o Acquire::Languages=none -o Acquire::Retries=3
}

# debian_download NAME SUITE... -- DIRECTORY PACKAGE...: downloads PACKAGEs into DIRECTORY, verified by apt.
debian_download() {
  local where=("$1") directory
  shift
  while [ "$1" != -- ]; do
    where+=("$1")
    shift
  done
  directory=$2
  shift 2
  mkdir -p "$directory" && (cd "$directory" && debian_apt "${where[@]}" -- apt-get -qq download "$@")
}
