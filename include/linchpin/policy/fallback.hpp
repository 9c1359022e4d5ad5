// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

/// Stock strategies for what to do when the kernel or the device lacks the preferred way. A way of
/// which nothing is known is tried: unknown is not no.
namespace linchpin::inline LINCHPIN_ABI::fallback {

/// The preferred way or none.
/// errors: where it is known to be missing, the plan is refused (unsupported)
struct strict {
  static constexpr std::string_view policy_id = "fallback.strict/1";

  /// The first way if it may still be chosen and is not known to be missing.
  /// returns: an index, or nothing
  [[nodiscard]] std::optional<std::size_t> choose(const hook_view&,
                                                  std::span<const rung_view> rungs,
                                                  std::size_t from) const noexcept;
};
static_assert(fallback_policy<strict>);

/// The first way that is not known to be missing, in the hook's own order: tcx then clsact,
/// native XDP then generic. The stock choice.
struct ladder {
  static constexpr std::string_view policy_id = "fallback.ladder/1";

  /// The next way at or after `from` that is not known to be missing.
  /// returns: an index, or nothing when the ladder has no rung left
  [[nodiscard]] std::optional<std::size_t> choose(const hook_view&,
                                                  std::span<const rung_view> rungs,
                                                  std::size_t from) const noexcept;
};
static_assert(fallback_policy<ladder>);

}  // namespace linchpin::fallback

#include <linchpin/policy/detail/fallback.hpp>
