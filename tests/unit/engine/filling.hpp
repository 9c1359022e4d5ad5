// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "fixture.hpp"

// The guard's flows, as a component fills them and as the kernel has them.
namespace engine_test {

struct guard_flow {
  std::uint64_t packets;
  std::uint32_t last_seen;
  std::uint32_t pad;
};

using counts = std::map<std::uint32_t, std::uint64_t>;

template <class Object>
void append(std::vector<std::byte>& to, const Object& object) {
  const auto* first = reinterpret_cast<const std::byte*>(&object);
  to.insert(to.end(), first, first + sizeof object);
}

inline linchpin::map_entries flow_entries(const counts& packets) {
  linchpin::map_entries made{sizeof(std::uint32_t), sizeof(guard_flow), {}, {}};
  for (const auto& [key, count] : packets) {
    append(made.keys, key);
    append(made.values, guard_flow{count, 0, 0});
  }
  return made;
}

inline counts read_flows(linchpin::kernel& kernel, linchpin::handle_ref map) {
  const auto read = must(kernel.read_map(map));
  counts made;
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint32_t key = 0;
    guard_flow value{};
    std::memcpy(&key, read.keys.data() + i * sizeof key, sizeof key);
    std::memcpy(&value, read.values.data() + i * read.value_size, sizeof value);
    made[key] = value.packets;
  }
  return made;
}

/// The guard with its flows filled.
template <class Carry = linchpin::carry::discard>
linchpin::desired_component filling(const counts& packets,
                                    std::span<const std::byte> object = bpf_objects::guard(),
                                    Carry carry = {}) {
  auto made = guard(object);
  made.map("flows").carry(carry).fill(flow_entries(packets));
  return made;
}

inline std::vector<std::byte> bytes_of(std::initializer_list<unsigned> numbers) {
  std::vector<std::byte> made;
  for (const auto number : numbers) made.push_back(static_cast<std::byte>(number));
  return made;
}

inline std::string text_of(std::initializer_list<unsigned> numbers) {
  std::string made;
  for (const auto number : numbers) made += static_cast<char>(number);
  return made;
}

}  // namespace engine_test
