// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/fake_machine.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guide.bpf.hpp"
#include "samples.hpp"
#include "store/store.hpp"

// A machine with a service that has a store, and somebody else who can write to its bpffs.
namespace store_test {

inline const std::string root = "/sys/fs/bpf/edge";

inline bool contains(const std::vector<std::string>& all, const std::string& wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

inline std::vector<std::byte> flipped(std::vector<std::byte> bytes, std::size_t bit) {
  bytes[bit / 8] ^= std::byte{1} << (bit % 8);
  return bytes;
}

template <class T>
T must(linchpin::result<T> outcome) {
  if (!outcome) FAIL(outcome.error().message());
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

struct ground {
  linchpin::testing::fake_machine machine;
  linchpin::testing::fake_kernel service{machine};
  linchpin::testing::fake_kernel outsider{machine};

  linchpin::store open() { return must(linchpin::store::open(service, root)); }

  /// A program and two maps, loaded by whoever is named.
  static linchpin::loaded_object load(linchpin::kernel& by) {
    const auto elf = bpf_objects::guide();
    return must(
        by.load(must(linchpin::object_image::parse("guide", {elf.begin(), elf.end()})), {}));
  }

  std::vector<std::byte> bytes(const std::string& path) {
    return must(outsider.read_blob(root + path)).value();
  }
  void put(const std::string& path, std::span<const std::byte> content) {
    must(outsider.write_blob(root + path, content));
  }
  void remove(const std::string& path) { must(outsider.remove_pin(root + path)); }
  /// Somebody else's map, or program.
  linchpin::map_id pin_map(const std::string& path) {
    const auto theirs = load(outsider);
    must(outsider.pin(theirs.maps[0].map.ref(), root + path));
    return theirs.maps[0].info.id;
  }
  void pin_program(const std::string& path) {
    const auto theirs = load(outsider);
    must(outsider.pin(theirs.programs[0].program.ref(), root + path));
  }
  [[nodiscard]] bool stands(const std::string& path) const {
    return contains(machine.pins(), root + path);
  }

  /// Two components with their records and the index: "firewall" and "guide".
  void fill() {
    auto store = open();
    must(store.write_record(sample_record("firewall")));
    must(store.write_record(sample_record("guide", 40)));
    must(store.write_index(sample_manifest()));
  }
};

inline const linchpin::store::found_component& find(const linchpin::store& store,
                                                    std::string_view name) {
  for (const auto& found : store.found()) {
    if (found.name == name) return found;
  }
  FAIL("no component " << name << " was found");
  std::abort();
}

}  // namespace store_test
