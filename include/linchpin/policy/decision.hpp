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

/// What a policy says instead of an answer. The plan is refused then, before anything changed.
///
/// The reason reaches the user as it is, in an error of `errc::refused` that names the policy
/// and what it was asked about: write it for the person who has to change something.
struct refusal {
  /// One clause, without the policy's name: "needs 12 MB, and the budget leaves 3".
  std::string reason;
  /// Of a policy that was asked about several things: which one it is about, by its index in the
  /// view.
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
  /// An answer.
  constexpr decision(T answer) : answer_(std::move(answer)) {}
  /// A refusal.
  decision(refusal why) : reason_(std::move(why.reason)), about_(why.about) {}

  /// Whether there is an answer.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return answer_.has_value(); }
  /// The answer; there must be one.
  [[nodiscard]] constexpr const T& operator*() const noexcept { return *answer_; }
  /// The answer; there must be one.
  [[nodiscard]] constexpr const T* operator->() const noexcept { return &*answer_; }
  /// Why there is none; empty where there is an answer.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// Which of several things a refusal is about, as `refusal::about`.
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
