// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// What a policy says instead of an answer. The reason reaches the user as it is, in an error of
/// `errc::refused` that names the policy and what it was asked about; the plan is refused.
struct refusal {
  std::string reason;  ///< "needs 12 MB, and the budget leaves 3"
  /// Of a policy that was asked about several things: which one it is about, by its index in the view.
  std::optional<std::size_t> about{};
};

/// An answer of a policy, or a refusal.
///
///     decision<map_shape> size(const map_view& declared, const machine_view& machine) const {
///       if (declared.max_entries > 1'000'000) return refusal{"more than a million entries"};
///       return map_shape{declared.max_entries, declared.flags};
///     }
template <class T>
class decision {
 public:
  constexpr decision(T answer) : answer_(std::move(answer)) {}
  decision(refusal why) : reason_(std::move(why.reason)), about_(why.about) {}

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return answer_.has_value(); }
  [[nodiscard]] constexpr const T& operator*() const noexcept { return *answer_; }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return &*answer_; }
  /// Empty where there is an answer.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  [[nodiscard]] const std::optional<std::size_t>& about() const noexcept { return about_; }

 private:
  std::optional<T> answer_;
  std::string reason_;
  std::optional<std::size_t> about_;
};

/// What a policy may return that answers with a T: a T, from a function that does not throw, or a
/// `decision<T>`, whose reason may need memory.
template <class Answer, class T>
concept answers_with = std::same_as<Answer, T> || std::same_as<Answer, decision<T>>;

}  // namespace linchpin
