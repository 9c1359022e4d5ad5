#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# portable.sh ROOT: no call that only glibc has, in what users compile. Written for musl, the other C library of Linux.
set -euo pipefail
cd "$1"

# Names that musl lacks, or that do something else there: its strerror_r is that of POSIX, its basename changes its
# argument. gettid is younger than the oldest glibc on which our kernels run.
names='error_t|program_invocation_name|program_invocation_short_name|strerrorname_np|strerrordesc_np|strerror_r'
names+='|canonicalize_file_name|get_current_dir_name|TEMP_FAILURE_RETRY|execvpe|qsort_r|secure_getenv|gettid'
names+='|rawmemchr|gnu_get_libc_version|mallinfo2?|malloc_usable_size|backtrace_symbols|fts_open|strtou?ll_l'
names+='|off64_t|(open|lseek|stat|lstat|fstat|statfs|statvfs|mmap|readdir)64|pthread_(yield|getname_np|tryjoin_np)'
names+='|__GLIBC__|__GLIBC_PREREQ|__GNU_LIBRARY__|__off_t|__ssize_t|__BEGIN_DECLS|__THROW'
bad=0
if found=$(grep -nErw "($names)" include src examples bpf --include='*.[ch]pp' --include='*.[ch]'); then
  printf 'only glibc has:\n%s\n' "$found"
  bad=1
fi
if found=$(grep -nEr '(\bbasename\(|<(error|execinfo|fts|gnu/[a-z-]*|sys/cdefs|printf|libio|malloc)\.h>)' \
  include src examples --include='*.[ch]pp'); then
  printf 'only glibc has, or has in this way:\n%s\n' "$found"
  bad=1
fi
# The kernel's header and the C library's define the same structures, and only glibc has an agreement with it.
while IFS= read -r pair; do
  while IFS= read -r file; do
    ! grep -qE "<${pair#* }>" "$file" || {
      printf '%s: includes both %s and %s\n' "$file" "${pair% *}" "${pair#* }"
      bad=1
    }
  done < <(grep -lEr "<${pair% *}>" include src examples --include='*.[ch]pp')
done <<'END'
linux/if.h net/if.h
linux/in.h netinet/in.h
linux/in6.h netinet/in.h
linux/tcp.h netinet/tcp.h
linux/route.h net/route.h
linux/if_ether.h netinet/if_ether.h
linux/sysinfo.h sys/sysinfo.h
END
exit "$bad"
