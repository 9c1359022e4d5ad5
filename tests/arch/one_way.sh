#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# one_way.sh ROOT: objects, programs, maps and links are made, changed and described by the RAII types
# alone. Nothing outside include/linchpin/bpf calls bpf(2) or libbpf for that.
set -euo pipefail
cd "$1"

# Probes ask for what no object can declare; the kernel in memory reads objects that libbpf opened.
calls='\b(bpf_(link|obj|map|prog|object|program)_[a-z_]*|sys_bpf)\('
commands='\bBPF_(LINK|OBJ|MAP)_(CREATE|UPDATE|DETACH|PIN|GET|LOOKUP|DELETE|FREEZE)[A-Z_]*[,)]'
found=$(find include/linchpin src -name '*.[ch]pp' -not -path 'include/linchpin/bpf/*' -not -path 'src/testing/*' -print0 |
  xargs -0 grep -nE "$calls|$commands|__NR_bpf" |
  grep -vE '^[^:]*:[0-9]+: *//' |
  grep -vE '^include/linchpin/hook/driver/scratch\.hpp:[0-9]+:.*\bbpf_prog_load\(' |
  grep -vE '^include/linchpin/hook/tcp_congestion/driver\.hpp:[0-9]+:.*\bbpf_map_create\(' || true)
if [[ -n $found ]]; then
  echo "calls beside the RAII types of include/linchpin/bpf:"
  echo "$found"
  exit 1
fi
