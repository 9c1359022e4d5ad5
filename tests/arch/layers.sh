#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# layers.sh ROOT: includes point downward only, in public headers and in src alike.
set -euo pipefail
cd "$1"

find include/linchpin src -name '*.[ch]pp' -print0 | xargs -0 awk '
  BEGIN {
    n = split("core bpf kernel hook room live policy store engine react observe testing", order, " ")
    for (i = 1; i <= n; i++) rank[order[i]] = i
  }
  FNR == 1 {
    path = FILENAME
    sub(/^include\/linchpin\//, "", path); sub(/^src\//, "", path)
    area = layer_of(path)                                 # "" is the top: linchpin.hpp, fwd.hpp
    if (area == "kernel" && FILENAME ~ /^src\//) area = "live"
    if (area != "" && !(area in rank)) complain("no such layer: " area)
    files++
  }
  # Behind a hook value is a room: its driver and what drivers share. src/kernel stands above the rooms:
  # it is what runs the drivers.
  function layer_of(of) {
    if (of ~ /^hook\/[^\/]*\/detail\// || of ~ /^hook\/detail\//) return "hook"
    if (of ~ /^hook\/[^\/]*\//) return "room"
    return sub(/\/.*/, "", of) ? of : ""
  }
  function complain(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; bad = 1 }
  match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/) {
    target = substr($0, RSTART, RLENGTH)
    sub(/^[^<"]*[<"]/, "", target); sub(/[>"]$/, "", target)
    if (target == "linchpin/linchpin.hpp" && area != "") complain("a layer includes the umbrella")
    ours = sub(/^linchpin\//, "", target)
    to = layer_of(target); if (to == "") next               # std header or sibling
    if (to == "kernel" && !ours) to = "live"
    if (area == "" || !(to in rank) || target !~ /\.hpp$/) next
    if (rank[to] > rank[area]) complain(area " includes " to ", which lies above it")
    if (area == "policy" && to != "policy" && to != "core") complain("policy sees only core, not " to)
  }
  END { if (files == 0) { print "no files found"; bad = 1 } exit bad }'
