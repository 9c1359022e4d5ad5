// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "guard_cache.bpf.hpp"
#include "samples.bpf.hpp"
#include "telling.hpp"

// Maps whose contents cannot go from one generation to the next as was asked.

namespace texts_test {

namespace {

struct with_a_guard : machine {
  with_a_guard() { must(edge.apply({guard()})); }

  /// The guard with another object, and one map of it that is to be carried.
  template <class Carry>
  linchpin::error plan(std::span<const std::byte> object, const char* map, Carry how,
                       std::uint32_t entries = 0) {
    auto made = guard(object);
    auto words = made.map(map).carry(how);
    if (entries != 0) words.max_entries(entries);
    return refused(edge.plan({made}));
  }

  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

linchpin::desired_component ring_of(std::uint32_t bytes) {
  linchpin::desired_component made{"samples", elf(bpf_objects::samples())};
  made.map("samples").max_entries(bytes);
  return made;
}

}  // namespace

TEST_CASE("texts of maps that cannot be carried", "[errors]") {
  using linchpin::carry::copy;
  using linchpin::carry::reuse;
  with_a_guard host;
  error_texts::area told{"carry"};
  told.add("shared, of another size", host.plan(bpf_objects::guard(), "flows", reuse{}, 128));
  told.add("shared, of another layout", host.plan(bpf_objects::guard_wide(), "flows", reuse{}));
  told.add("shared, of another type", host.plan(bpf_objects::guard_cache(), "flows", reuse{}));
  told.add("copied, of another layout", host.plan(bpf_objects::guard_wide(), "flows", copy{}));
  told.add("copied from one value to one of each CPU",
           host.plan(bpf_objects::guard_percpu(), "flows", copy{}));
  told.add("copied into a smaller array", host.plan(bpf_objects::guard(), "totals", copy{}, 2));
  must(host.edge.apply({guard(), ring_of(4096)}));
  auto larger = ring_of(8192);
  larger.map("samples").carry(reuse{});
  told.add("a ring buffer shared, of another size", host.edge.plan({guard(), larger}));
  auto copied = ring_of(8192);
  copied.map("samples").carry(copy{});
  told.add("a ring buffer copied", host.edge.plan({guard(), copied}));
  told.check();
}

namespace {

struct without_entries {
  static constexpr std::string_view policy_id = "sizing.without_entries/1";
  [[nodiscard]] linchpin::map_shape size(const linchpin::map_view& declared,
                                         const linchpin::machine_view&) const noexcept {
    return {0, declared.flags};
  }
};
struct sized_so : ordered {
  using map_sizing = without_entries;
};

}  // namespace

TEST_CASE("texts of sizes that no kernel takes", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"size"};
  auto edge = open<sized_so>(kernel);
  told.add("that a policy chose", edge.plan({guard()}));
  told.check();
}

}  // namespace texts_test
