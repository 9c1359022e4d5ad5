// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/route_socket.hpp"

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <optional>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Where filters go: an interface and a direction of its clsact qdisc.
struct tc_place {
  std::uint32_t interface = 0;
  std::uint32_t parent = 0;
};

/// One filter, of any kind.
struct tc_filter {
  std::uint16_t priority = 0;
  std::uint32_t handle = 0;
  std::uint32_t chain = 0;  ///< 0 runs by itself, others only when a filter jumps there
  std::string kind;
  program_id program{};
  std::string name;
};

[[nodiscard]] tc_place place_of(std::uint32_t interface, uapi::attach_type direction) noexcept;

// The requests. A failure with cause 0 is success.

/// errors: EEXIST where a qdisc stands already, which may be an `ingress` one
[[nodiscard]] route_failure make_clsact(route_socket& socket, const tc_place& place);
/// The kind of the qdisc that stands where clsact does: "clsact", "ingress",
/// empty for none. An `ingress` qdisc takes egress filters and runs them on
/// packets that arrive.
[[nodiscard]] route_failure find_qdisc(route_socket& socket, const tc_place& place,
                                       std::string& kind);
/// In run order. An interface without a qdisc there has no filters.
[[nodiscard]] route_failure list_filters(route_socket& socket, const tc_place& place,
                                         std::vector<tc_filter>& filters);
/// \param found left empty where there is no such filter
[[nodiscard]] route_failure find_filter(route_socket& socket, const tc_place& place,
                                        std::uint16_t priority, std::uint32_t handle,
                                        std::optional<tc_filter>& found);
/// \param flags NLM_F_CREATE | NLM_F_EXCL, or NLM_F_REPLACE
[[nodiscard]] route_failure put_filter(route_socket& socket, const tc_place& place,
                                       std::uint16_t priority, std::uint32_t handle, int program,
                                       const std::string& name, std::uint16_t flags);
[[nodiscard]] route_failure remove_filter(route_socket& socket, const tc_place& place,
                                          std::uint16_t priority, std::uint32_t handle);

}  // namespace linchpin::detail
