// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Patience with an interface whose XDP hook reads as taken. After the last holder of a link lets
/// go, the link's id disappears at once but the hook is free only after a grace period or two
/// (7 to 34 ms measured); no event tells when, so the interface is asked again and again.
class xdp_patience {
 public:
  explicit xdp_patience(std::uint32_t interface) noexcept : interface_(interface) {}

  /// Waits until the interface has no XDP program.
  /// returns: whether trying again makes sense; false after half a second in all, and already after
  ///   200 ms when a live link is seen to hold the interface
  [[nodiscard]] bool until_free();

  /// Who holds it, after `until_free` gave up.
  [[nodiscard]] const std::string& holder() const noexcept { return holder_; }

 private:
  std::uint32_t interface_;
  std::chrono::steady_clock::time_point start_{};  ///< of the first wait
  std::string holder_;
};

}  // namespace linchpin::detail
