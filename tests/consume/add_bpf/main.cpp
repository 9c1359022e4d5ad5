// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// consumer SLOTS: whether each object that was compiled in has the programs of its sources, and one
// map of that many slots.
#include <linchpin/bpf/object.hpp>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <span>
#include <string>

#include "counter.bpf.hpp"
#ifdef WITH_SKELETON
#include "framed.skel.h"
#endif
#ifdef WITH_LINKED
#include "linked.bpf.hpp"
#endif

namespace {

bool is_it(const char* name, const linchpin::object_spec& spec, std::uint32_t slots,
           std::initializer_list<const char*> programs) {
  const auto* packets = spec.find_map("packets");
  bool same = packets != nullptr && packets->max_entries == slots && spec.maps.size() == 1 &&
              spec.programs.size() == programs.size();
  for (const auto* program : programs) same = same && spec.find_program(program) != nullptr;
  if (!same) std::printf("%s: the object is not the one of its sources\n", name);
  return same;
}

bool holds(const char* name, std::span<const std::byte> bytes, std::uint32_t slots,
           std::initializer_list<const char*> programs) {
  const auto opened = linchpin::object::open(linchpin::object_source::memory(name, bytes)).value();
  return is_it(name, opened.spec(), slots, programs);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::puts("usage: consumer SLOTS"), 2;
  const auto slots = static_cast<std::uint32_t>(std::atoi(argv[1]));
  bool all = holds("counter", bpf_objects::counter(), slots, {"count"});
#ifdef WITH_SKELETON
  framed* const skeleton = framed__open();
  if (skeleton == nullptr) return std::puts("the skeleton does not open"), 1;
  {
    // The skeleton goes on owning what linchpin looks at and would load.
    const auto borrowed = linchpin::object::borrow(*skeleton->obj);
    all = is_it("framed", borrowed.spec(), slots, {"count"}) && all;
    const auto planned = borrowed.planned_map("packets").value();
    all = planned.max_entries == bpf_map__max_entries(skeleton->maps.packets) && all;
  }
  framed__destroy(skeleton);
#endif
#ifdef WITH_LINKED
  all = holds("linked", bpf_objects::linked(), slots, {"count", "count_twice"}) && all;
#endif
  return all ? 0 : 1;
}
