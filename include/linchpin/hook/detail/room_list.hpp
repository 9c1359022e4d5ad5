// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <array>
#include <cstddef>
#include <iterator>

#include <linchpin/bpf/detail/kernel_words.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

// What stands at each number, since it is looked up for every hook at every plan; null at the
// others.
constexpr std::size_t numbers = 256;
template <std::size_t Count>
constexpr std::array<const mechanism_traits*, numbers> by_number(
    const std::array<const mechanism_traits*, Count>& all) {
  std::array<const mechanism_traits*, numbers> table{};
  for (const auto* traits : all) table[static_cast<std::size_t>(traits->how)] = traits;
  return table;
}
template <std::size_t Count>
constexpr std::array<const target_traits*, numbers> targets_by_number(
    const std::array<const mechanism_traits*, Count>& all) {
  std::array<const target_traits*, numbers> table{};
  for (const auto* traits : all)
    table[static_cast<std::size_t>(traits->target->kind)] = traits->target;
  return table;
}

constexpr bool has_mechanism(const hook_family& family, mechanism how) noexcept {
  for (const auto own : family.mechanisms) {
    if (own == how) return true;
  }
  return false;
}

/// The hook families and mechanisms of some rooms.
template <class... Rooms>
struct room_list {
  static constexpr std::size_t family_count = (std::size(Rooms::families) + ... + 0);
  static constexpr std::size_t mechanism_count = (std::size(Rooms::mechanisms) + ... + 0);

  static constexpr std::array<const hook_family*, family_count> families() {
    std::array<const hook_family*, family_count> all{};
    std::size_t filled = 0;
    const auto enter = [&](const auto& from) {
      for (const auto* family : from) all[filled++] = family;
    };
    (enter(Rooms::families), ...);
    return all;
  }
  static constexpr std::array<const mechanism_traits*, mechanism_count> mechanisms() {
    std::array<const mechanism_traits*, mechanism_count> all{};
    std::size_t filled = 0;
    const auto enter = [&](const auto& from) {
      for (const auto& traits : from) all[filled++] = &traits;
    };
    (enter(Rooms::mechanisms), ...);
    return all;
  }
};

template <class List>
inline constexpr auto families_in = List::families();
template <class List>
inline constexpr auto mechanisms_in = List::mechanisms();

// The families of one mechanism stand together, from `first` to `end`.
template <std::size_t Count>
struct families_by_mechanism {
  struct part {
    std::size_t first = 0;
    std::size_t end = 0;
  };
  std::array<const hook_family*, Count> families{};
  std::array<part, numbers> at{};
};

template <class List>
constexpr auto group_by_mechanism() {
  constexpr auto pairs = [] {
    std::size_t count = 0;
    for (const auto* family : families_in<List>) count += family->mechanisms.size();
    return count;
  }();
  families_by_mechanism<pairs> made;
  std::size_t filled = 0;
  for (const auto* traits : mechanisms_in<List>) {
    auto& part = made.at[static_cast<std::size_t>(traits->how)];
    part.first = filled;
    for (const auto* family : families_in<List>) {
      if (has_mechanism(*family, traits->how)) made.families[filled++] = family;
    }
    part.end = filled;
  }
  return made;
}
template <class List>
inline constexpr auto by_mechanism_in = group_by_mechanism<List>();

/// The family of a list with this mechanism and this attach type; null where there is none.
template <class List>
constexpr const hook_family* find_family_in(mechanism how, uapi::attach_type attach) noexcept {
  const auto& grouped = by_mechanism_in<List>;
  const auto& part = grouped.at[static_cast<std::size_t>(how)];
  for (std::size_t i = part.first; i != part.end; ++i) {
    if (grouped.families[i]->attach == attach) return grouped.families[i];
  }
  return nullptr;
}

/// Whether no mechanism together with an attach type belongs to both of two families.
constexpr bool places_differ(const hook_family& left, const hook_family& right) noexcept {
  if (left.attach != right.attach) return true;
  for (const auto how : left.mechanisms) {
    if (has_mechanism(right, how)) return false;
  }
  return true;
}

/// Whether the links of two families differ in what the kernel says of them: their type, their
/// attach type where links of that type report it, or else the structure of the map that they run.
template <class List>
constexpr bool links_differ(const hook_family& left, const hook_family& right) noexcept {
  if (left.structure != right.structure) return true;
  for (const auto* one : mechanisms_in<List>) {
    if (!one->has_link || !has_mechanism(left, one->how)) continue;
    for (const auto* other : mechanisms_in<List>) {
      const bool alike =
          other->has_link && has_mechanism(right, other->how) && one->link == other->link;
      const bool by_type = reports_attach_type(one->link) && left.attach != right.attach;
      if (alike && !by_type) return false;
    }
  }
  return true;
}

/// Whether all families of a list have names and places of their own, and links that can be told
/// from each other.
template <class List>
constexpr bool all_differ() noexcept {
  const auto& all = families_in<List>;
  for (std::size_t left = 0; left != all.size(); ++left) {
    for (std::size_t right = left + 1; right != all.size(); ++right) {
      const bool differ = all[left]->name != all[right]->name &&
                          places_differ(*all[left], *all[right]) &&
                          links_differ<List>(*all[left], *all[right]);
      if (!differ) return false;
    }
  }
  return true;
}

/// Whether no two mechanisms have one number, which records keep.
template <class List>
constexpr bool mechanism_numbers_differ() noexcept {
  const auto& all = mechanisms_in<List>;
  for (std::size_t left = 0; left != all.size(); ++left) {
    for (std::size_t right = left + 1; right != all.size(); ++right) {
      if (all[left]->how == all[right]->how) return false;
    }
  }
  return true;
}

}  // namespace linchpin::detail
