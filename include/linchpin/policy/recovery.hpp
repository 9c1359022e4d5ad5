// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for what to do about a step that failed.
namespace linchpin::inline LINCHPIN_ABI::recovery {

/// The whole transaction is undone at the first failure; the last good generation runs on. The
/// stock choice.
struct roll_back {
  static constexpr std::string_view policy_id = "recovery.roll_back/1";

  /// Roll back, whatever failed.
  [[nodiscard]] constexpr recovery_action choose(const failure_view&) const noexcept {
    return recovery_action::roll_back;
  }
};
static_assert(recovery_policy<roll_back>);

/// What lost a race is tried again, each time after twice as long; then the whole transaction
/// is undone.
///
/// For kernels and drivers that ask to try later, and for hooks that others change all the
/// time. What may have taken effect already is never tried again.
class retry {
 public:
  static constexpr std::string_view policy_id = "recovery.retry/1";
  /// No wait is longer, in microseconds: an apply holds the store's lock meanwhile.
  static constexpr std::uint32_t longest_wait_us = 100'000;
  /// No step is tried more often.
  static constexpr std::uint32_t most_attempts = 16;

  /// Five attempts, the second one after a millisecond.
  constexpr retry() noexcept = default;
  /// Other numbers.
  /// \param attempts how often a step is tried in all, at most 16
  /// \param first_wait_us microseconds before the second attempt; at most 100 ms between two
  constexpr retry(std::uint32_t attempts, std::uint32_t first_wait_us) noexcept
      : attempts_(attempts < most_attempts ? attempts : most_attempts),
        first_wait_us_(first_wait_us) {}

  /// Retry with the wait that is due, or roll back once the attempts are used up.
  [[nodiscard]] constexpr recovery_answer choose(const failure_view& failed) const noexcept {
    if (!failed.retryable || failed.attempt >= attempts_) return recovery_action::roll_back;
    std::uint64_t wait = first_wait_us_;
    for (std::uint32_t i = 1; i < failed.attempt && wait < longest_wait_us; ++i) wait *= 2;
    return {recovery_action::retry,
            static_cast<std::uint32_t>(wait < longest_wait_us ? wait : longest_wait_us)};
  }

 private:
  std::uint32_t attempts_ = 5;
  std::uint32_t first_wait_us_ = 1000;
};
static_assert(recovery_policy<retry>);

/// What lost a race is tried again as `retry` says; then the component of the failed step stays as
/// it is, and the others get what is asked for. For services whose components do not need each
/// other.
///
/// Everything is undone before the plan is made anew without that component, so that no packet
/// meets a half of anything. `apply_report::held_back` tells who was left out and why. Where all
/// that was asked for would be left out, the error is returned.
class degrade {
 public:
  static constexpr std::string_view policy_id = "recovery.degrade/1";

  /// Without a second attempt.
  constexpr degrade() noexcept = default;
  /// With attempts first.
  explicit constexpr degrade(retry first) noexcept : first_(first) {}

  /// What `retry` says, and degrade where that would roll back.
  [[nodiscard]] constexpr recovery_answer choose(const failure_view& failed) const noexcept {
    const recovery_answer again = first_.choose(failed);
    return again.action == recovery_action::retry ? again : recovery_action::degrade;
  }

 private:
  retry first_{1, 0};
};
static_assert(recovery_policy<degrade>);

}  // namespace linchpin::recovery
