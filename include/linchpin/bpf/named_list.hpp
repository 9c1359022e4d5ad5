// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Things with a `name`, in the order in which they were declared, that can also be looked up by
/// name. The list is built once and not changed afterwards, so the lookup cannot go out of date.
///
/// ownership: a value; it owns its items. Pointers and iterators into it end with it.
/// threads: reading is safe from any number at once.
/// \tparam Named has a member `name` that is a string
template <class Named>
class named_list {
 public:
  /// An empty list.
  named_list() noexcept = default;
  /// Takes the items in declaration order. Several may have the same name.
  named_list(std::vector<Named> items) : items_(std::move(items)) {
    by_name_.reserve(items_.size());
    for (std::uint32_t position = 0; position < items_.size(); ++position) insert(position);
  }

  /// Looks up an item by its name.
  /// returns: the first of that name in declaration order; null when there is none.
  /// cost: logarithmic in the length of the list
  [[nodiscard]] const Named* find(std::string_view name) const noexcept {
    std::size_t low = 0;
    std::size_t high = by_name_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (items_[by_name_[middle]].name < name) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == by_name_.size() || items_[by_name_[low]].name != name) return nullptr;
    return &items_[by_name_[low]];
  }
  /// Where an item stands.
  /// \param item one of this list: what `find` returned
  /// returns: its place in declaration order, from 0.
  [[nodiscard]] std::size_t index_of(const Named& item) const noexcept {
    return static_cast<std::size_t>(&item - items_.data());
  }

  // As a container, in declaration order.

  /// The first item.
  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }
  /// Behind the last item.
  [[nodiscard]] auto end() const noexcept { return items_.end(); }
  /// How many items there are.
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  /// \param index less than `size()`
  [[nodiscard]] const Named& operator[](std::size_t index) const noexcept { return items_[index]; }

  friend bool operator==(const named_list& left, const named_list& right) {
    return left.items_ == right.items_;
  }

 private:
  // Inserts behind all items of the same name. Lists are short, and only numbers are moved.
  void insert(std::uint32_t position) {
    std::size_t low = 0;
    std::size_t high = by_name_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (items_[position].name < items_[by_name_[middle]].name) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    by_name_.insert(by_name_.begin() + static_cast<std::ptrdiff_t>(low), position);
  }

  std::vector<Named> items_;
  std::vector<std::uint32_t> by_name_;  // positions in items_
};

}  // namespace linchpin
