// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/tcx/tc_messages.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <arpa/inet.h>

namespace footing {

/// What `tc filter add dev INTERFACE ingress prio N u32 match u32 0x12345678 0xffffffff` does: somebody's
/// filter that is no BPF program, and that no packet of the tests matches. Needs a clsact qdisc there.
/// returns: 0 or errno
inline int try_u32_filter(std::uint32_t interface, linchpin::uapi::attach_type direction,
                          std::uint16_t priority) {
  auto socket = linchpin::detail::route_socket::open("test", "u32").value();
  tcmsg fixed{};
  fixed.tcm_family = AF_UNSPEC;
  fixed.tcm_ifindex = static_cast<int>(interface);
  fixed.tcm_parent = linchpin::detail::place_of(interface, direction).parent;
  fixed.tcm_info = TC_H_MAKE(static_cast<std::uint32_t>(priority) << 16, htons(ETH_P_ALL));
  linchpin::detail::route_message message{RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, fixed};
  message.add_text(TCA_KIND, "u32");
  tc_u32_key key{};
  key.mask = 0xffffffff;
  key.val = htonl(0x12345678);
  // A selector of one key, then that key.
  std::array<std::byte, sizeof(tc_u32_sel) + sizeof key> match{};
  match[offsetof(tc_u32_sel, nkeys)] = std::byte{1};
  std::memcpy(match.data() + sizeof(tc_u32_sel), &key, sizeof key);
  const auto options = message.begin_nest(TCA_OPTIONS);
  message.add(TCA_U32_SEL, match.data(), match.size());
  message.end_nest(options);
  std::vector<linchpin::detail::route_reply> replies;
  return socket.ask(message, replies).cause;
}

/// The same; the test is skipped on a kernel that was built without u32.
inline void add_u32_filter(std::uint32_t interface, linchpin::uapi::attach_type direction,
                           std::uint16_t priority) {
  const int cause = try_u32_filter(interface, direction, priority);
  if (cause == ENOENT) SKIP("no u32 filters: kernel without CONFIG_NET_CLS_U32");
  if (cause != 0) FAIL("u32 filter: " << std::strerror(cause));
}

}  // namespace footing
