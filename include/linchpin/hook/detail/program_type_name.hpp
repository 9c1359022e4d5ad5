// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

// In the order of enum bpf_prog_type.
inline constexpr std::array<std::string_view, 33> program_type_names{
    "typeless",
    "socket_filter",
    "kprobe",
    "sched_cls",
    "sched_act",
    "tracepoint",
    "xdp",
    "perf_event",
    "cgroup_skb",
    "cgroup_sock",
    "lwt_in",
    "lwt_out",
    "lwt_xmit",
    "sock_ops",
    "sk_skb",
    "cgroup_device",
    "sk_msg",
    "raw_tracepoint",
    "cgroup_sock_addr",
    "lwt_seg6local",
    "lirc_mode2",
    "sk_reuseport",
    "flow_dissector",
    "cgroup_sysctl",
    "raw_tracepoint_writable",
    "cgroup_sockopt",
    "tracing",
    "struct_ops",
    "ext",
    "lsm",
    "sk_lookup",
    "syscall",
    "netfilter",
};

static_assert(program_type_names[static_cast<std::size_t>(uapi::program_type::netfilter)] ==
              "netfilter");
static_assert(program_type_names[static_cast<std::size_t>(uapi::program_type::cgroup_sock_addr)] ==
              "cgroup_sock_addr");

/// The kernel's word for a program type ("sched_cls"); its number for one we have no number of.
[[nodiscard]] inline std::string program_type_name(uapi::program_type type) {
  const auto number = static_cast<std::uint32_t>(type);
  if (number < program_type_names.size()) return std::string{program_type_names[number]};
  return std::to_string(number);
}

}  // namespace linchpin::detail
