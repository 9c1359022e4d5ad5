// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

struct section_meaning {
  uapi::program_type type{};
  uapi::attach_type attach{};
};

/// What a section name means that the libbpf at hand is too old to know ("tcx/ingress" before
/// libbpf 1.3).
[[nodiscard]] std::optional<section_meaning> meaning_of_section(std::string_view section) noexcept;

namespace sections {

struct section_row {
  std::string_view section;
  section_meaning meaning;
};

// The sections that libbpf 1.7 knows and libbpf 1.1 does not. Attach types that have no name in
// core/uapi.hpp belong to hooks for which linchpin has no hook value.
// source: section_defs in libbpf.c
inline constexpr uapi::attach_type netfilter{45};
constexpr uapi::attach_type inet_unix(unsigned offset) {
  return uapi::attach_type{49 + offset};
}
inline constexpr uapi::attach_type netkit_primary{54};
inline constexpr uapi::attach_type netkit_peer{55};

inline constexpr std::array<section_row, 13> rows{{
    {"tcx/ingress", {uapi::program_type::sched_cls, uapi::attach_type::tcx_ingress}},
    {"tcx/egress", {uapi::program_type::sched_cls, uapi::attach_type::tcx_egress}},
    {"tc/ingress", {uapi::program_type::sched_cls, uapi::attach_type::tcx_ingress}},
    {"tc/egress", {uapi::program_type::sched_cls, uapi::attach_type::tcx_egress}},
    {"netkit/primary", {uapi::program_type::sched_cls, netkit_primary}},
    {"netkit/peer", {uapi::program_type::sched_cls, netkit_peer}},
    {"sk_skb/verdict", {uapi::program_type::sk_skb, uapi::attach_type::sk_skb_verdict}},
    {"netfilter", {uapi::program_type::netfilter, netfilter}},
    {"cgroup/connect_unix", {uapi::program_type::cgroup_sock_addr, inet_unix(0)}},
    {"cgroup/sendmsg_unix", {uapi::program_type::cgroup_sock_addr, inet_unix(1)}},
    {"cgroup/recvmsg_unix", {uapi::program_type::cgroup_sock_addr, inet_unix(2)}},
    {"cgroup/getpeername_unix", {uapi::program_type::cgroup_sock_addr, inet_unix(3)}},
    {"cgroup/getsockname_unix", {uapi::program_type::cgroup_sock_addr, inet_unix(4)}},
}};

}  // namespace sections

inline std::optional<section_meaning> meaning_of_section(std::string_view section) noexcept {
  if (section.starts_with('?')) section.remove_prefix(1);  // "?tcx/ingress": not autoloaded
  for (const auto& row : sections::rows) {
    if (row.section == section) return row.meaning;
  }
  return std::nullopt;
}

}  // namespace linchpin::detail
