// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/testing/detail/note.hpp>
#include <linchpin/testing/findings.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::testing::detail {

inline constexpr std::uint32_t page_bytes = 4096;

// A kind of map that a sizing policy is asked about.
struct sizing_sample {
  uapi::map_type type;
  std::string_view name;
  std::uint32_t flags;

  [[nodiscard]] bool is_ring() const noexcept { return type == uapi::map_type::ringbuf; }
  [[nodiscard]] map_view declared(std::uint32_t entries) const {
    return {.component = "alder",
            .name = "flows",
            .type = type,
            .key_size = is_ring() ? 0U : 4U,
            .value_size = is_ring() ? 0U : 8U,
            .max_entries = is_ring() ? std::max(page_bytes, entries) : entries,
            .flags = flags};
  }
};

// Asks about one map in a plan of its own, twice.
template <class Lifted>
std::optional<map_shape> size_of(const Lifted& policy, const map_view& declared,
                                 const machine_view& machine, findings& found) {
  const auto ask = [&]() -> std::optional<map_shape> {
    const auto shapes = answer_of(policy.sizes({std::span{&declared, 1}, machine}), found);
    if (!shapes) return std::nullopt;
    if (shapes->size() == 1) return shapes->front();
    note(found, "it gives another number of sizes than there are maps");
    return std::nullopt;
  };
  const auto first = ask();
  if (first != ask()) note(found, "asked twice about the same map, it answers otherwise");
  return first;
}

inline void check_shape(const sizing_sample& kind, const map_shape& given, findings& found) {
  const std::string name{kind.name};
  if (given.max_entries == 0) {
    note(found, "it gives a map no entries, which no kernel takes (" + name + ")");
  }
  if ((given.flags & kind.flags) != kind.flags) {
    note(found, "it loses flags that the object declares, and that the type needs (" + name + ")");
  }
  const bool power = (given.max_entries & (given.max_entries - 1)) == 0;
  if (kind.is_ring() && (!power || given.max_entries < page_bytes)) {
    note(found, "it gives a ring buffer a size that is no power of two of pages");
  }
}

// A policy that chooses among a few words: they are words, and the same ones each time.
template <class Answer, class Policy, class View>
void check_choice(const Policy& policy, const View& view, Answer last, findings& found) {
  const auto first = answer_of(policy.choose(view), found);
  const auto again = answer_of(policy.choose(view), found);
  if (first != again) note(found, "asked twice about the same, it answers otherwise");
  if (first && *first > last) note(found, "it answers with a word that there is not");
}

}  // namespace linchpin::testing::detail
