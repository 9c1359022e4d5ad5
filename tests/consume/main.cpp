// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// What a user's program needs of an installed linchpin: headers, code in the library, its
// dependencies, and (by linchpin_add_bpf) the bytes of a BPF object.
#include <linchpin/linchpin.hpp>

#include <cstdio>

#ifndef WITHOUT_BPF_OBJECT
#include "counter.bpf.hpp"
#endif

int main() {
  const auto absent = linchpin::object_source::file("/no/such/object.bpf.o").read();
  if (absent || absent.error().condition() != linchpin::errc::not_found) {
    std::puts("a missing object was read, or for another reason not");
    return 1;
  }
#ifndef WITHOUT_BPF_OBJECT
  const auto counter =
      linchpin::object_source::memory("counter", bpf_objects::counter()).read().value();
  const auto* packets = counter.spec().find_map("packets");
  if (!counter.spec().find_program("count") || !packets || packets->max_entries != 7) {
    std::puts("the embedded object is not the one that was compiled");
    return 1;
  }
#endif
  std::printf("linchpin %d.%d.%d works\n", linchpin::version.major_number,
              linchpin::version.minor_number, linchpin::version.patch_number);
  return 0;
}
