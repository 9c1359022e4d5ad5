#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# kernels.sh SERIES: prints the directory of the newest Debian cloud kernel of a series ("6.1", or "7" for any 7.x),
# with `release`, `vmlinuz` and `modules.cpio` in it. Fetches and unpacks what the cache lacks; offline, the newest
# kernel of the series in the cache serves.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../support/packages.sh
. "$here/../support/packages.sh"

series=${1:?usage: kernels.sh SERIES}
suites=(bullseye bookworm trixie trixie-backports)
index_is_fresh_for_days=7
cache=$(linchpin_cache)/kernels
modules=$(grep -v '^#' "$here/modules.list" | xargs)
mkdir -p "$cache"
# Runs side by side share the cache.
exec 9>"$cache/lock"
flock 9

note() { printf 'kernels: %s\n' "$*" >&2; }

apt_kernels() { debian_apt kernels "${suites[@]}" -- "$@"; }

refresh_index() {
  local stamp
  stamp=$(linchpin_cache)/apt/kernels/updated
  [ -n "$(find "$stamp" -mtime "-$index_is_fresh_for_days" 2>/dev/null)" ] && return 0
  # A suite that left the mirror must not hide the others, so the outcome is judged by what can be found.
  if apt_kernels apt-get -qq -o APT::Update::Error-Mode=any update >&2; then
    touch "$stamp"
  else
    note 'the package lists could not be refreshed completely'
  fi
}

# Releases of the series, newest first, out of names on stdin.
newest_first() {
  grep -E "^${series//./\\.}([.+-]|\$)" | sort -uVr || true
}

# Prints the newest release of the series that can be had complete, and its packages. Kernels from 6.19 on are
# split: linux-image only pulls in linux-binary and linux-modules.
pick() {
  local names release
  names=$(apt_kernels apt-cache pkgnames linux- | grep -E '^linux-(image|binary|modules)-[0-9].*-cloud-amd64$') || return 1
  while read -r release; do
    if ! grep -qxF "linux-binary-$release" <<<"$names"; then
      printf '%s linux-image-%s\n' "$release" "$release"
      return 0
    elif grep -qxF "linux-modules-$release" <<<"$names"; then
      printf '%s linux-binary-%s linux-modules-%s\n' "$release" "$release" "$release"
      return 0
    fi
  done < <(sed -nE 's/^linux-(image|binary)-//p' <<<"$names" | newest_first)
  return 1
}

fetch() {
  local release=$1 into=$cache/$1
  shift
  [ -e "$into/complete" ] && return 0
  note "fetching $*"
  rm -rf "$into"
  debian_download kernels "${suites[@]}" -- "$into/packages" "$@" >&2 || return 1
  printf '%s\n' "$release" >"$into/release"
  touch "$into/complete"
}

# Unpacks vmlinuz, and the modules of modules.list with all they depend on, numbered in load order.
unpack() {
  local into=$1 release tree load number=100 package line file
  release=$(cat "$into/release")
  # Unpacked from this very list of modules: nothing to do.
  [ "$(cat "$into/modules.list" 2>/dev/null)" = "$modules" ] && return 0
  tree=$(mktemp -d "$into/tree.XXXXXX")
  for package in "$into"/packages/*.deb; do
    dpkg -x "$package" "$tree"
  done
  [ -e "$tree/lib" ] || ln -s usr/lib "$tree/lib"
  find "$tree" -name 'vmlinuz*' -type f -exec cp {} "$into/vmlinuz" \;
  # Split packages lack the lists of what is built in; depmod complains and does without.
  depmod -b "$tree" "$release" 2>/dev/null
  load=$tree/load
  mkdir -p "$load/modules"
  for line in $modules; do
    # A feature built into this kernel, or absent from it, has no module.
    modprobe -C /dev/null -d "$tree" -S "$release" --show-depends "$line" 2>/dev/null || true
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$load/order"
  while read -r file; do
    number=$((number + 1))
    line=$(basename "$file")
    case $file in
      *.xz) xz -dc "$file" >"$load/modules/$number-${line%.xz}" ;;
      *.zst) zstd -qdc "$file" >"$load/modules/$number-${line%.zst}" ;;
      *) cp "$file" "$load/modules/$number-$line" ;;
    esac
  done <"$load/order"
  (cd "$load" && find modules | cpio --quiet -o -H newc) >"$into/modules.cpio"
  rm -rf "$tree"
  printf '%s\n' "$modules" >"$into/modules.list"
}

refresh_index
if choice=$(pick); then
  read -r -a choice <<<"$choice"
  release=${choice[0]}
  if ! fetch "$release" "${choice[@]:1}"; then
    note "could not fetch $release"
    release=
  fi
fi
if [ -z "${release:-}" ]; then
  release=$(find "$cache" -mindepth 2 -maxdepth 2 -name complete -printf '%h\n' | sed 's|.*/||' | newest_first | head -n 1)
  if [ -z "$release" ]; then
    note "no cloud kernel of series $series in ${suites[*]} of $(debian_mirror), and none cached"
    exit 1
  fi
  note "using the cached $release"
fi
unpack "$cache/$release"
printf '%s\n' "$cache/$release"
