# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Prints "WHAT CALL COUNT" for the system calls between the marks of trace.cpp in what strace wrote,
# bpf(2) by command. Calls for memory are left out: an allocator asks for it when it likes, and a load has a buffer for
# the verifier's log, which the C does not have (three calls, a microsecond together).
match($0, /access\("\/bench\/(begin|end)\/[a-z_]+"/) {
  split(substr($0, RSTART, RLENGTH), part, /["\/]+/)
  inside = part[3] == "begin" ? part[4] : ""
  next
}
inside != "" {
  line = $0
  sub(/^[0-9]+ +/, "", line)
  name = line
  if (!sub(/\(.*/, "", name) || name !~ /^[a-z_0-9]+$/) next
  if (name == "bpf") { sub(/^bpf\(/, "", line); sub(/[,)].*/, "", line); name = line }
  if (name ~ /^(brk|madvise|mprotect|munlock)$/ || name == "mmap" && line ~ /MAP_ANONYMOUS/) next
  count[inside " " name]++
}
END { for (what in count) print what, count[what] }
