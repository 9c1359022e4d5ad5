// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/libbpf_log.hpp>

// What somebody has set in an object that libbpf opened, beside the same object as it was declared.
namespace linchpin::inline LINCHPIN_ABI::detail::object_changes {

// What libbpf has of an object, in the object's order.
struct opened_parts {
  explicit opened_parts(bpf_object& of) {
    for (auto* map = bpf_object__next_map(&of, nullptr); map != nullptr;
         map = bpf_object__next_map(&of, map)) {
      maps.push_back(map);
      map_specs.push_back(describe(of, *map));
    }
    for (auto* program = bpf_object__next_program(&of, nullptr); program != nullptr;
         program = bpf_object__next_program(&of, program)) {
      programs.push_back(program);
      program_specs.push_back(describe(*program));
    }
  }

  std::vector<bpf_map*> maps;
  std::vector<bpf_program*> programs;
  std::vector<map_spec> map_specs;
  std::vector<program_spec> program_specs;
};

template <class Spec>
inline bool same_names(const std::vector<Spec>& left, const std::vector<Spec>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Spec& one, const Spec& other) { return one.name == other.name; });
}

// A property that libbpf tells of both, and its name.
struct property {
  std::string_view name;
  bool same;
};

inline std::optional<std::string_view> first_other(std::initializer_list<property> all) {
  for (const auto& each : all) {
    if (!each.same) return each.name;
  }
  return std::nullopt;
}

inline bool same_text(const char* left, const char* right) {
  return std::string_view{left != nullptr ? left : ""} == (right != nullptr ? right : "");
}

inline std::optional<std::string_view> odd_property(const bpf_map* set, const bpf_map* declared) {
  return first_other({
      {"a live map", bpf_map__fd(set) < 0},
      {"whether it is created", bpf_map__autocreate(set) == bpf_map__autocreate(declared)},
      {"its type", bpf_map__type(set) == bpf_map__type(declared)},
      {"the size of its entries", bpf_map__key_size(set) == bpf_map__key_size(declared) &&
                                      bpf_map__value_size(set) == bpf_map__value_size(declared)},
      {"its flags", bpf_map__map_flags(set) == bpf_map__map_flags(declared)},
      {"what is special to its type (map_extra)",
       bpf_map__map_extra(set) == bpf_map__map_extra(declared)},
      {"its NUMA node", bpf_map__numa_node(set) == bpf_map__numa_node(declared)},
      {"its interface", bpf_map__ifindex(set) == bpf_map__ifindex(declared)},
      // A pin that the object declares is made nowhere: the store has pins of its own.
      {"the path of its pin",
       bpf_map__pin_path(declared) != nullptr || same_text(bpf_map__pin_path(set), nullptr)},
  });
}

// A live map that was given as the template of inner maps cannot be read back, but libbpf takes no
// second one, and says so in its log. It takes -1, which stands for none, where there is none.
inline bool has_inner_descriptor(bpf_map* map) {
  const libbpf_log held;
  return bpf_map__set_inner_map_fd(map, -1) != 0;
}

// The inner maps of a map of maps: declared ones are compared as any map.
inline std::optional<std::string_view> odd_inner_map(bpf_map* set, bpf_map* declared) {
  const auto type = bpf_map__type(set);
  if (type != BPF_MAP_TYPE_ARRAY_OF_MAPS && type != BPF_MAP_TYPE_HASH_OF_MAPS) return std::nullopt;
  const auto* const inner = bpf_map__inner_map(set);
  const auto* const inner_declared = bpf_map__inner_map(declared);
  if (inner == nullptr || inner_declared == nullptr) {
    const bool given = inner != inner_declared || has_inner_descriptor(set);
    return given ? std::optional<std::string_view>{"an inner map"} : std::nullopt;
  }
  if (const auto odd = odd_property(inner, inner_declared)) return "its inner map";
  const bool same = bpf_map__max_entries(inner) == bpf_map__max_entries(inner_declared);
  return same ? std::nullopt : std::optional<std::string_view>{"its inner map"};
}

inline bool same_code(const bpf_program* left, const bpf_program* right) {
  const auto bytes = [](const bpf_program* of) {
    return std::as_bytes(std::span{bpf_program__insns(of), bpf_program__insn_cnt(of)});
  };
  const auto one = bytes(left), other = bytes(right);
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

inline std::optional<std::string_view> odd_property(const bpf_program* set,
                                                    const bpf_program* declared) {
  return first_other({
      {"whether it is loaded", bpf_program__autoload(set) == bpf_program__autoload(declared)},
      {"its type", bpf_program__type(set) == bpf_program__type(declared)},
      {"its attach type",
       bpf_program__expected_attach_type(set) == bpf_program__expected_attach_type(declared)},
      {"its flags", bpf_program__flags(set) == bpf_program__flags(declared)},
      {"its instructions", same_code(set, declared)},
  });
}

// What stands at a place of a struct_ops map: a number, or a program by its number.
struct callback {
  bool is_program = false;
  std::uint64_t number = 0;

  friend bool operator==(const callback&, const callback&) = default;
};

inline callback as_program(std::uint64_t word, const std::vector<bpf_program*>& programs) {
  const auto found = std::find_if(programs.begin(), programs.end(), [word](const bpf_program* one) {
    return reinterpret_cast<std::uintptr_t>(one) == word;
  });
  if (found == programs.end()) return {false, word};
  return {true, static_cast<std::uint64_t>(found - programs.begin())};
}

// libbpf tells from 1.4 on what a struct_ops map begins with, programs by their addresses.
inline bool same_callbacks(std::span<const std::byte> set, std::span<const std::byte> declared,
                           const opened_parts& set_parts, const opened_parts& declared_parts) {
  if (set.size() != declared.size()) return false;
  for (std::size_t at = 0; at < set.size(); at += sizeof(std::uint64_t)) {
    const auto size = std::min(set.size() - at, sizeof(std::uint64_t));
    std::uint64_t left = 0, right = 0;
    std::memcpy(&left, set.data() + at, size);
    std::memcpy(&right, declared.data() + at, size);
    if (as_program(left, set_parts.programs) != as_program(right, declared_parts.programs))
      return false;
  }
  return true;
}

}  // namespace linchpin::detail::object_changes
