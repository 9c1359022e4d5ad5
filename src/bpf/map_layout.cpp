// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/possible_cpus.hpp>

#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::uint32_t no_common_lru = 1U << 1;    // BPF_F_NO_COMMON_LRU
constexpr std::uint32_t access_flags = 3U << 3;     // BPF_F_RDONLY, BPF_F_WRONLY: of the fd
constexpr std::uint32_t readonly_to_bpf = 1U << 7;  // BPF_F_RDONLY_PROG

constexpr std::array<std::string_view, 34> type_names{"unspecified",
                                                      "hash",
                                                      "array",
                                                      "prog_array",
                                                      "perf_event_array",
                                                      "percpu_hash",
                                                      "percpu_array",
                                                      "stack_trace",
                                                      "cgroup_array",
                                                      "lru_hash",
                                                      "lru_percpu_hash",
                                                      "lpm_trie",
                                                      "array_of_maps",
                                                      "hash_of_maps",
                                                      "devmap",
                                                      "sockmap",
                                                      "cpumap",
                                                      "xskmap",
                                                      "sockhash",
                                                      "cgroup_storage",
                                                      "reuseport_sockarray",
                                                      "percpu_cgroup_storage",
                                                      "queue",
                                                      "stack",
                                                      "sk_storage",
                                                      "devmap_hash",
                                                      "struct_ops",
                                                      "ringbuf",
                                                      "inode_storage",
                                                      "task_storage",
                                                      "bloom_filter",
                                                      "user_ringbuf",
                                                      "cgrp_storage",
                                                      "arena"};

// source: bpf_object__create_map in libbpf 1.1, which drops the BTF of these
bool keeps_btf(uapi::map_type type) {
  switch (type) {
    case uapi::map_type::perf_event_array:
    case uapi::map_type::cgroup_array:
    case uapi::map_type::stack_trace:
    case uapi::map_type::array_of_maps:
    case uapi::map_type::hash_of_maps:
    case uapi::map_type::devmap:
    case uapi::map_type::devmap_hash:
    case uapi::map_type::cpumap:
    case uapi::map_type::xskmap:
    case uapi::map_type::sockmap:
    case uapi::map_type::sockhash:
    case uapi::map_type::queue:
    case uapi::map_type::stack:
    case uapi::map_type::ringbuf:
    case uapi::map_type::user_ringbuf:
      return false;
    default:
      return true;
  }
}

std::uint64_t rounded_up(std::uint64_t value, std::uint64_t multiple) {
  return multiple == 0 ? value : (value + multiple - 1) / multiple * multiple;
}

std::uint64_t ring_bytes(std::uint64_t wanted) {
  auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  while (bytes < wanted) bytes *= 2;
  return bytes;
}

std::uint64_t entries_as_created(const map_spec& map) {
  const auto cpus = [] { return std::uint64_t{possible_cpus().value_or(0U)}; };
  switch (map.type) {
    case uapi::map_type::ringbuf:
    case uapi::map_type::user_ringbuf:
      return ring_bytes(map.max_entries);
    case uapi::map_type::perf_event_array:
      return map.max_entries != 0 ? map.max_entries : cpus();
    case uapi::map_type::lru_hash:
    case uapi::map_type::lru_percpu_hash:
      return (map.flags & no_common_lru) != 0 ? rounded_up(map.max_entries, cpus())
                                              : map.max_entries;
    default:
      return map.max_entries;
  }
}

std::uint32_t lasting_flags(const map_spec& map) {
  std::uint32_t flags = map.flags & ~access_flags;
  const bool is_devmap =
      map.type == uapi::map_type::devmap || map.type == uapi::map_type::devmap_hash;
  if (is_devmap) flags &= ~readonly_to_bpf;  // the kernel adds it by itself
  return flags;
}

std::string words(const layout_field& field) {
  return fmt::format("{} at bit {}", field.type, field.bit_offset);
}

std::string words_with_size(const layout_field& field) {
  return fmt::format("{}, {} bits", words(field), field.bit_size);
}

const layout_field* find(const std::vector<layout_field>& fields, std::string_view path) {
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [path](const layout_field& field) { return field.path == path; });
  return at != fields.end() ? &*at : nullptr;
}

std::string change(const layout_field& is, const layout_field& expected) {
  if (words(is) == words(expected)) {
    return fmt::format("{}: {} -> {}", is.path, words_with_size(is), words_with_size(expected));
  }
  return fmt::format("{}: {} -> {}", is.path, words(is), words(expected));
}

void compare_fields(const map_spec& is, const map_spec& expected,
                    std::vector<std::string>& differences) {
  if (!keeps_btf(is.type) && !keeps_btf(expected.type)) return;
  if (is.layout.empty() && expected.layout.empty()) return;
  if (is.layout.empty() || expected.layout.empty()) {
    const auto side = [](const map_spec& map) {
      return map.layout.empty() ? std::string{"no BTF to compare with"}
                                : fmt::format("{} fields by BTF", map.layout.size());
    };
    differences.push_back(fmt::format("layout: {} -> {}", side(is), side(expected)));
    return;
  }
  for (const auto& field : is.layout) {
    const layout_field* other = find(expected.layout, field.path);
    if (other == nullptr) {
      differences.push_back(fmt::format("{}: {} -> absent", field.path, words_with_size(field)));
    } else if (!(*other == field)) {
      differences.push_back(change(field, *other));
    }
  }
  for (const auto& field : expected.layout) {
    if (find(is.layout, field.path) == nullptr) {
      differences.push_back(fmt::format("{}: absent -> {}", field.path, words_with_size(field)));
    }
  }
}

}  // namespace

std::string name_of(uapi::map_type type) {
  const auto index = static_cast<std::size_t>(type);
  return index < type_names.size() ? std::string{type_names[index]}
                                   : fmt::format("map type {}", index);
}

std::vector<std::string> layout_differences(const map_spec& is, const map_spec& expected) {
  std::vector<std::string> differences;
  if (is.type != expected.type) {
    differences.push_back(fmt::format("type: {} -> {}", name_of(is.type), name_of(expected.type)));
  }
  const auto compare = [&differences](std::string_view what, std::uint64_t a, std::uint64_t b) {
    if (a != b) differences.push_back(fmt::format("{}: {} -> {}", what, a, b));
  };
  compare("key_size", is.key_size, expected.key_size);
  compare("value_size", is.value_size, expected.value_size);
  if (entries_as_created(is) != entries_as_created(expected)) {
    compare("max_entries", is.max_entries, expected.max_entries);
  }
  if (lasting_flags(is) != lasting_flags(expected)) {
    differences.push_back(fmt::format("flags: {:#x} -> {:#x}", is.flags, expected.flags));
  }
  compare_fields(is, expected, differences);
  return differences;
}

}  // namespace linchpin
