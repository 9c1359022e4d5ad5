// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

/// returns: the positions of `names`, by name; equal names in the order in which they stand.
[[nodiscard]] std::vector<std::uint32_t> sorted_by_name(std::span<const std::string_view> names);

}  // namespace detail

/// Things with a `name`, in the order in which they were declared, that can also be looked up by
/// name. The list is built once and not changed afterwards, so the lookup cannot go out of date.
template <class Named>
class named_list {
 public:
  named_list() noexcept = default;
  named_list(std::vector<Named> items) : items_(std::move(items)) {
    std::vector<std::string_view> names;
    names.reserve(items_.size());
    for (const auto& item : items_) names.push_back(item.name);
    by_name_ = detail::sorted_by_name(names);
  }

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
  /// \param item one of this list: what `find` returned
  /// returns: its place in declaration order.
  [[nodiscard]] std::size_t index_of(const Named& item) const noexcept {
    return static_cast<std::size_t>(&item - items_.data());
  }

  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }
  [[nodiscard]] auto end() const noexcept { return items_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] const Named& operator[](std::size_t index) const noexcept { return items_[index]; }

  friend bool operator==(const named_list& left, const named_list& right) {
    return left.items_ == right.items_;
  }

 private:
  std::vector<Named> items_;
  std::vector<std::uint32_t> by_name_;  // positions in items_
};

}  // namespace linchpin

#include <linchpin/bpf/detail/named_list.hpp>
