// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/link.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/route_socket.hpp>
#include <linchpin/hook/xdp/query.hpp>

#include <linchpin/core/detail/heuristics.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::chrono::milliseconds longest_wait_for_xdp_link{longest_wait_for_xdp_link_ms};
inline constexpr std::chrono::milliseconds longest_wait_for_xdp{longest_wait_for_xdp_place_ms};

// The live XDP link on an interface; nothing without CAP_SYS_ADMIN.
inline std::optional<link_info> find_xdp_link(std::uint32_t interface, program_id program) {
  const auto all = list_links();
  if (!all) return std::nullopt;
  for (const auto id : *all) {
    const auto opened = open_link(id);
    if (!opened) continue;  // ended in the meantime
    const auto info = (*opened)->info();
    // The index alone does not identify an interface across network namespaces.
    if (info && info->type == uapi::link_type::xdp && info->target == interface &&
        info->program == program) {
      return *info;
    }
  }
  return std::nullopt;
}

/// Waits for an interface whose XDP hook is taken, perhaps by a link that is ending. When the last
/// holder of a link lets go, the id of the link disappears at once, but the hook is free only after
/// a grace period or two (measured: 7 to 34 ms). No event reports it, so that the interface is
/// asked again and again.
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

inline bool xdp_patience::until_free() {
  const auto start = std::chrono::steady_clock::now();
  if (start_ == decltype(start_){}) start_ = start;
  for (;;) {
    auto programs = query_xdp(interface_);
    if (!programs) {
      holder_ = programs.error().message();
      return false;
    }
    const auto waited = std::chrono::steady_clock::now() - start_;
    if (programs->empty()) return waited < longest_wait_for_xdp;
    // Some kernels (5.10.223, 6.16.12) end an unpinned link only after a grace period, so that a
    // live link proves that the interface is taken only when it stays.
    const auto link = find_xdp_link(interface_, programs->front());
    if (waited >= (link ? longest_wait_for_xdp_link : longest_wait_for_xdp)) {
      const program_id program = programs->front();
      holder_ = fmt::format("program {} ({})", program.value, program_name(program).value_or(""));
      if (link) holder_ += fmt::format(" by link {}", link->id.value);
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace linchpin::detail
