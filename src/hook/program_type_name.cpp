// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "hook/program_type_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::hook {

namespace {

// In the order of enum bpf_prog_type.
constexpr std::array<std::string_view, 33> names{
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

static_assert(names[static_cast<std::size_t>(uapi::program_type::netfilter)] == "netfilter");
static_assert(names[static_cast<std::size_t>(uapi::program_type::cgroup_sock_addr)] ==
              "cgroup_sock_addr");

}  // namespace

std::string program_type_name(uapi::program_type type) {
  const auto number = static_cast<std::uint32_t>(type);
  if (number < names.size()) return std::string{names[number]};
  return fmt::format("{}", number);
}

}  // namespace linchpin::hook
