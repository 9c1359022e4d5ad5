// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "engine/plan_variables.hpp"
#include "engine/variable_copy.hpp"
#include "globals.hpp"
#include "shapes.bpf.hpp"
#include "shapes_kptr.bpf.hpp"
#include "shapes_swapped.bpf.hpp"
#include "shapes_v2.bpf.hpp"

// A component whose variables have every shape, and copies of its maps of variables.
namespace engine_test {

struct cell {
  std::uint32_t hits;
  std::uint32_t misses;
};
struct grid {
  cell rows[2][3];
};
struct board {
  cell rows[2][3];
  std::uint16_t bits;
  std::uint64_t whole;
};
struct packed_cell {
  std::uint32_t narrow;
  std::uint64_t wide;
} __attribute__((packed));
struct tail {
  std::uint32_t count;
  std::uint32_t numbers[2];
};
struct longer_tail {
  std::uint32_t count;
  std::uint32_t numbers[3];
};

inline linchpin::desired_component shaped(
    std::span<const std::byte> object = bpf_objects::shapes()) {
  linchpin::desired_component made{"sampler", elf(object)};
  made.attach("shapes_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

inline bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A component whose variables have values.
struct shaped_host : machine {
  explicit shaped_host(std::span<const std::byte> from = bpf_objects::shapes()) : object(from) {
    must(edge.apply({shaped(object)}));
  }

  template <class Value>
  void write(std::string_view name, Value value) {
    write_variable(edge, kernel, object, name, value);
  }
  template <class Value>
  Value read(std::string_view name, std::span<const std::byte> of = bpf_objects::shapes_v2()) {
    return variable<Value>(edge, kernel, of, name);
  }

  std::span<const std::byte> object;
  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

// The pin of a map of variables of generation 1. bpffs takes no dots.
inline std::string pin_of(std::string section) {
  std::replace(section.begin(), section.end(), '.', '-');
  return std::string{root} + "/sampler/gen-1/map-" + section;
}

// A map of an object that nothing runs with, for a copy of its variables into another one.
struct two_maps {
  explicit two_maps(std::span<const std::byte> object, std::string_view section)
      : image(must(elf(object).read())),
        planned{*image.spec().find_map(section), {}, {}, false, {}},
        from(load()),
        to(load()) {
    running.maps = {{planned.spec, {}}};
    linchpin::keep_variables(planned, linchpin::carry_method::copy, {running, image.spec()}, {});
  }

  [[nodiscard]] linchpin::variable_copy copy() const {
    return {planned, {{planned.spec.name, from.ref()}}, to.ref()};
  }
  template <class Value>
  void put(const linchpin::handle& map, std::string_view name, std::size_t offset, Value value) {
    const auto place = variable_of(image.bytes(), name);
    const linchpin::variable_write write{place.offset + static_cast<std::uint32_t>(offset),
                                         std::as_bytes(std::span<const Value, 1>{&value, 1})};
    must(kernel.write_variables(map.ref(), std::array{write}, false));
  }
  template <class Value>
  Value get(const linchpin::handle& map, std::string_view name) {
    const auto bytes = must(kernel.read_map(map.ref())).values;
    Value value{};
    std::memcpy(&value, bytes.data() + variable_of(image.bytes(), name).offset, sizeof value);
    return value;
  }

  linchpin::handle load() {
    auto loaded = must(kernel.load(image, {}));
    for (auto& map : loaded.maps) {
      if (map.name == planned.spec.name) return std::move(map.map);
    }
    FAIL("no map " << planned.spec.name);
    return {};
  }

  machine host;
  fake_kernel kernel{host};
  linchpin::object_image image;
  linchpin::planned_map planned;
  linchpin::generation_record running;
  linchpin::handle from;
  linchpin::handle to;
};

}  // namespace engine_test
