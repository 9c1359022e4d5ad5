// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/route_socket.hpp>

#include <linchpin/core/detail/try.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::string_view querying_xdp = "query xdp";

// Calls `each` with every attribute of an interface.
template <class Each>
result<void> read_interface(std::uint32_t interface, Each&& each) {
  const std::string subject = fmt::format("interface of index {}", interface);
  LINCHPIN_TRY(auto socket, route_socket::open(querying_xdp, subject));
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(interface);
  std::vector<route_reply> replies;
  const auto failure = socket.ask(route_message{RTM_GETLINK, 0, fixed}, replies);
  if (failure.cause != 0) {
    return kernel_error(failure.cause, querying_xdp, subject).log(failure.text);
  }
  for (const auto& reply : replies) {
    std::vector<route_attribute> attributes;
    if (!reply.read(fixed, attributes)) continue;
    for (const auto& attribute : attributes) each(attribute);
  }
  return {};
}

/// The XDP programs of an interface: none, one, or one beside an offloaded one.
/// errors: not_found when there is no such interface
/// source: rtnetlink(7) RTM_GETLINK, IFLA_XDP
[[nodiscard]] inline result<std::vector<program_id>> query_xdp(std::uint32_t interface) {
  std::vector<program_id> programs;
  const auto keep = [&programs](std::uint32_t id) {
    const program_id program{id};
    if (program && std::find(programs.begin(), programs.end(), program) == programs.end()) {
      programs.push_back(program);
    }
  };
  LINCHPIN_CHECK(read_interface(interface, [&keep](const route_attribute& attribute) {
    if (attribute.type != IFLA_XDP) return;
    for (const auto& part : route_attributes(attribute.payload)) {
      switch (part.type) {
        case IFLA_XDP_PROG_ID:  // absent where several modes hold a program
        case IFLA_XDP_DRV_PROG_ID:
        case IFLA_XDP_SKB_PROG_ID:
        case IFLA_XDP_HW_PROG_ID:
          keep(part.u32());
          break;
        default:
          break;
      }
    }
  }));
  return programs;
}

/// The MTU of an interface, for messages; nothing where the kernel does not report it.
[[nodiscard]] inline std::optional<std::uint32_t> interface_mtu(std::uint32_t interface) {
  std::optional<std::uint32_t> mtu;
  const auto read = read_interface(interface, [&mtu](const route_attribute& attribute) {
    if (attribute.type == IFLA_MTU) mtu = attribute.u32();
  });
  return read ? mtu : std::nullopt;
}

}  // namespace linchpin::detail
