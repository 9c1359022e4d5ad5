// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/is_one_of.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cstdint>

#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::layouts {

inline constexpr std::uint32_t no_common_lru = 1U << 1;    // BPF_F_NO_COMMON_LRU
inline constexpr std::uint32_t access_flags = 3U << 3;     // BPF_F_RDONLY, BPF_F_WRONLY: of the fd
inline constexpr std::uint32_t readonly_to_bpf = 1U << 7;  // BPF_F_RDONLY_PROG

// source: bpf_object__create_map in libbpf 1.1, which drops the BTF of these
inline bool keeps_btf(uapi::map_type type) {
  using enum uapi::map_type;
  return !is_one_of(
      type, {perf_event_array, cgroup_array, stack_trace, array_of_maps, hash_of_maps, devmap,
             devmap_hash, cpumap, xskmap, sockmap, sockhash, queue, stack, ringbuf, user_ringbuf});
}

inline std::uint64_t rounded_up(std::uint64_t value, std::uint64_t multiple) {
  return multiple == 0 ? value : (value + multiple - 1) / multiple * multiple;
}

inline std::uint64_t ring_bytes(std::uint64_t wanted) {
  auto bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  while (bytes < wanted) bytes *= 2;
  return bytes;
}

inline std::uint64_t entries_as_created(const map_spec& map) {
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

inline std::uint32_t lasting_flags(const map_spec& map) {
  std::uint32_t flags = map.flags & ~access_flags;
  const bool is_devmap =
      map.type == uapi::map_type::devmap || map.type == uapi::map_type::devmap_hash;
  if (is_devmap) flags &= ~readonly_to_bpf;  // the kernel adds it by itself
  return flags;
}

inline std::string words(const layout_field& field) {
  return detail::composed({field.type, " at bit ", field.bit_offset});
}

inline std::string words_with_size(const layout_field& field) {
  return detail::composed({words(field), ", ", field.bit_size, " bits"});
}

inline const layout_field* find(const std::vector<layout_field>& fields, std::string_view path) {
  for (const auto& field : fields) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

inline std::string change(const layout_field& is, const layout_field& expected) {
  if (words(is) == words(expected)) {
    return detail::composed(
        {is.path, ": ", words_with_size(is), " -> ", words_with_size(expected)});
  }
  return detail::composed({is.path, ": ", words(is), " -> ", words(expected)});
}

inline void compare_fields(const map_spec& is, const map_spec& expected,
                           std::vector<std::string>& differences) {
  if (!keeps_btf(is.type) && !keeps_btf(expected.type)) return;
  if (is.layout.empty() && expected.layout.empty()) return;
  if (is.layout.empty() || expected.layout.empty()) {
    const auto side = [](const map_spec& map) {
      return map.layout.empty() ? std::string{"no BTF to compare with"}
                                : detail::composed({map.layout.size(), " fields by BTF"});
    };
    differences.push_back(detail::composed({"layout: ", side(is), " -> ", side(expected)}));
    return;
  }
  for (const auto& field : is.layout) {
    const layout_field* other = find(expected.layout, field.path);
    if (other == nullptr) {
      differences.push_back(
          detail::composed({field.path, ": ", words_with_size(field), " -> absent"}));
    } else if (!(*other == field)) {
      differences.push_back(change(field, *other));
    }
  }
  for (const auto& field : expected.layout) {
    if (find(is.layout, field.path) == nullptr) {
      differences.push_back(detail::composed({field.path, ": absent -> ", words_with_size(field)}));
    }
  }
}

}  // namespace detail::layouts

inline std::vector<std::string> layout_differences(const map_spec& is, const map_spec& expected) {
  std::vector<std::string> differences;
  if (is.type != expected.type) {
    differences.push_back(
        detail::composed({"type: ", name_of(is.type), " -> ", name_of(expected.type)}));
  }
  const auto compare = [&differences](std::string_view what, std::uint64_t a, std::uint64_t b) {
    if (a != b) differences.push_back(detail::composed({what, ": ", a, " -> ", b}));
  };
  compare("key_size", is.key_size, expected.key_size);
  compare("value_size", is.value_size, expected.value_size);
  if (detail::layouts::entries_as_created(is) != detail::layouts::entries_as_created(expected)) {
    compare("max_entries", is.max_entries, expected.max_entries);
  }
  if (detail::layouts::lasting_flags(is) != detail::layouts::lasting_flags(expected)) {
    differences.push_back(
        detail::composed({"flags: ", detail::hex{is.flags}, " -> ", detail::hex{expected.flags}}));
  }
  detail::layouts::compare_fields(is, expected, differences);
  return differences;
}

}  // namespace linchpin
