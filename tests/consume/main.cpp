// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// What a user's program needs of an installed linchpin: headers, code in the library, its
// dependencies, a machine in memory (of linchpin::testing) and, by linchpin_add_bpf, the bytes of a
// BPF object.
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/linchpin.hpp>

#include <cstddef>
#include <cstdio>

#ifndef WITHOUT_TESTING
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/fake_machine.hpp>

// What the library throws is caught by its type.
static bool failures_are_caught() {
  linchpin::testing::fake_machine host;
  linchpin::testing::fake_kernel kernel{host};
  auto edge = linchpin::orchestrator<>::open("/sys/fs/bpf/edge", {.on = &kernel}).value();
  try {
    edge.apply(
            {linchpin::component{"absent", linchpin::object_source::file("/no/such/object.bpf.o")}})
        .value();
  } catch (const linchpin::failure& caught) {
    return caught.error().condition() == linchpin::errc::not_found;
  }
  return false;
}
#endif

#ifndef WITHOUT_BPF_OBJECT
#include "counter.bpf.hpp"

// As the user's own tests would, on a machine in memory.
static bool upgrades() {
  linchpin::testing::fake_machine host;
  linchpin::testing::fake_kernel kernel{host};
  auto edge = linchpin::orchestrator<>::open("/sys/fs/bpf/edge", {.on = &kernel}).value();
  linchpin::component counter{"counter",
                              linchpin::object_source::memory("counter", bpf_objects::counter())};
  counter.attach("count", linchpin::hook::xdp{"lo"});
  edge.apply({counter}).value();
  counter.map("packets").max_entries(70).carry(linchpin::carry::copy{});
  const auto report = edge.apply({counter}).value();
  return report.updated == 1 && edge.status().value().healthy() && host.programs().size() == 1;
}
#endif

int main() {
  if (linchpin::version() != linchpin::header_version) {
    std::puts("the library has another version than the headers");
    return 1;
  }
  const auto absent = linchpin::object_source::file("/no/such/object.bpf.o").read();
  if (absent || absent.error().condition() != linchpin::errc::not_found) {
    std::puts("a missing object was read, or for another reason not");
    return 1;
  }
  // Conditions compare by the address of their category: there is one in a process.
  const std::byte no_elf[4]{};
  const auto damaged = linchpin::object_source::memory("damaged", no_elf).read();
  if (damaged || damaged.error().code() != linchpin::errc::bad_format) {
    std::puts("four bytes are an object, or for another reason not");
    return 1;
  }
#ifndef WITHOUT_TESTING
  if (!failures_are_caught()) {
    std::puts("a component without its object starts, or fails in another way");
    return 1;
  }
#endif
#ifndef WITHOUT_BPF_OBJECT
  const auto counter =
      linchpin::object_source::memory("counter", bpf_objects::counter()).read().value();
  const auto* packets = counter.spec().find_map("packets");
  if (!counter.spec().find_program("count") || !packets || packets->max_entries != 7) {
    std::puts("the embedded object is not the one that was compiled");
    return 1;
  }
  if (!upgrades()) {
    std::puts("an upgrade on a machine in memory left another state");
    return 1;
  }
#endif
  const auto running = linchpin::version();
  std::printf("linchpin %d.%d.%d works\n", running.major_number, running.minor_number,
              running.patch_number);
  return 0;
}
