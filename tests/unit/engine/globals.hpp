// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>

#include <cstring>
#include <string_view>

#include "globals.bpf.hpp"
#include "globals_locked.bpf.hpp"
#include "globals_v2.bpf.hpp"
#include "scene.hpp"

// A component whose object has variables of every kind, and what is in them.
namespace engine_test {

struct prefix {
  std::uint8_t bytes[3];
  std::uint8_t length;
};

inline linchpin::desired_component sampler(
    std::span<const std::byte> object = bpf_objects::globals()) {
  linchpin::desired_component made{"sampler", elf(object)};
  made.attach("globals_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

inline linchpin::variable_spec variable_of(std::span<const std::byte> object,
                                           std::string_view name) {
  const auto image = must(elf(object).read());
  for (const auto& variable : image.spec().variables) {
    if (variable.name == name) return variable;
  }
  FAIL("no variable " << name);
  return {};
}

/// The value of a variable of the running generation.
template <class Value>
Value variable(linchpin::orchestrator_core& edge, linchpin::kernel& kernel,
               std::span<const std::byte> object, std::string_view name) {
  const auto place = variable_of(object, name);
  REQUIRE(place.size == sizeof(Value));
  const auto map = must(edge.map_handle("sampler", place.map));
  const auto bytes = must(kernel.read_map(map)).values;
  Value value{};
  std::memcpy(&value, bytes.data() + place.offset, sizeof value);
  return value;
}

/// What the program would have written into a variable of the running generation.
template <class Value>
void write_variable(linchpin::orchestrator_core& edge, linchpin::kernel& kernel,
                    std::span<const std::byte> object, std::string_view name, Value value) {
  const auto place = variable_of(object, name);
  REQUIRE(place.size == sizeof(Value));
  const auto map = must(edge.map_handle("sampler", place.map));
  auto entries = must(kernel.read_map(map));
  std::memcpy(entries.values.data() + place.offset, &value, sizeof value);
  must(kernel.write_map(map, entries, false));
}

}  // namespace engine_test
