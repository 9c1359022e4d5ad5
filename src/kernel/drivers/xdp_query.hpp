// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The XDP programs of an interface: none, one, or one beside an offloaded one.
/// errors: not_found when there is no such interface
/// source: rtnetlink(7) RTM_GETLINK, IFLA_XDP
[[nodiscard]] result<std::vector<program_id>> query_xdp(std::uint32_t interface);

/// The MTU of an interface, for messages; nothing where it cannot be had.
[[nodiscard]] std::optional<std::uint32_t> interface_mtu(std::uint32_t interface);

}  // namespace linchpin::detail
