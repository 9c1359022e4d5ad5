// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for what outlives the process. A third one has its place here and needs two
/// processes that hand a store over to each other, which there are not yet: until_handover, pinned
/// until the successor has taken over, and gone with whoever dies without one.
namespace linchpin::inline LINCHPIN_ABI::lifetime {

/// Links and maps are pinned: traffic is handled while the service restarts, and the next
/// process adopts them. The stock choice.
struct durable {
  static constexpr std::string_view policy_id = "lifetime.durable/1";

  /// Durable, whatever the component.
  [[nodiscard]] constexpr lifetime_kind choose(std::string_view) const noexcept {
    return lifetime_kind::durable;
  }
};
static_assert(lifetime_policy<durable>);

/// Nothing is pinned: whatever ends the process, SIGKILL included, detaches its programs. A
/// child forked without exec holds copies of the handles and keeps them attached.
///
/// For tools that look at traffic for a while, and for tests.
struct ephemeral {
  static constexpr std::string_view policy_id = "lifetime.ephemeral/1";

  /// Ephemeral, whatever the component.
  [[nodiscard]] constexpr lifetime_kind choose(std::string_view) const noexcept {
    return lifetime_kind::ephemeral;
  }
};
static_assert(lifetime_policy<ephemeral>);

}  // namespace linchpin::lifetime
