// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <cstdint>

// What linchpin knows of the words of bpf(2), whoever uses them: types of programs, attach types,
// types of maps and of links. When the kernel gets a new one, its number goes into core/uapi.hpp,
// and what is true of it into this file.
namespace linchpin::inline LINCHPIN_ABI::detail {

/// What struct bpf_link_info says of a link behind the three fields that all links have.
enum class link_target : std::uint8_t {
  nothing,          ///< that linchpin reads
  number,           ///< 32 bits, without an attach type: the ifindex
  number_and_type,  ///< 32 bits and the attach type: an ifindex, the inode of a netns, a map
  cgroup,           ///< 64 bits and the attach type: the id of the cgroup
  attached_map,     ///< the map that the link runs; its target is the kernel as a whole
};

/// source: bpf_link_ops::fill_link_info of each type of link
[[nodiscard]] constexpr link_target target_told_by(uapi::link_type type) noexcept {
  switch (type) {
    case uapi::link_type::cgroup:
      return link_target::cgroup;
    case uapi::link_type::netns:
    case uapi::link_type::tcx:
    case uapi::link_type::netkit:
    case uapi::link_type::sockmap:
      return link_target::number_and_type;
    case uapi::link_type::xdp:
      return link_target::number;
    case uapi::link_type::struct_ops:
      return link_target::attached_map;
    default:
      return link_target::nothing;
  }
}

/// Whether `link_info::attach_type` means something for a type of link.
[[nodiscard]] constexpr bool reports_attach_type(uapi::link_type type) noexcept {
  const auto told = target_told_by(type);
  return told == link_target::cgroup || told == link_target::number_and_type;
}

/// Whether a program of a type that was loaded for the expected attach type 0 may be attached
/// anywhere its type fits. For all other types 0 is refused at load, or is the number of a certain
/// hook.
/// source: bpf_prog_attach_check_attach_type in kernel/bpf/syscall.c
[[nodiscard]] constexpr bool may_be_unspecified(uapi::program_type type) noexcept {
  switch (type) {
    case uapi::program_type::sched_cls:
    case uapi::program_type::cgroup_skb:
    case uapi::program_type::sock_ops:
    case uapi::program_type::cgroup_device:
    case uapi::program_type::cgroup_sysctl:
    case uapi::program_type::flow_dissector:
    case uapi::program_type::sk_msg:
    case uapi::program_type::sk_skb:
    case uapi::program_type::xdp:  // compared by the kernel itself
      return true;
    default:
      return false;
  }
}

/// Whether the target of a link with an attach type is an interface, by its number.
[[nodiscard]] constexpr bool is_on_interface(uapi::attach_type type) noexcept {
  switch (type) {
    case uapi::attach_type::xdp:
    case uapi::attach_type::tcx_ingress:
    case uapi::attach_type::tcx_egress:
    case uapi::attach_type::netkit_primary:
    case uapi::attach_type::netkit_peer:
      return true;
    default:
      return false;
  }
}

// The names of types that libbpf 1.1 has no name for; null for all others.

[[nodiscard]] constexpr const char* newer_name(uapi::program_type type) noexcept {
  return type == uapi::program_type::netfilter ? "netfilter" : nullptr;
}

[[nodiscard]] constexpr const char* newer_name(uapi::map_type type) noexcept {
  return type == uapi::map_type::arena ? "arena" : nullptr;
}

[[nodiscard]] constexpr const char* newer_name(uapi::attach_type type) noexcept {
  switch (type) {
    case uapi::attach_type::tcx_ingress:
      return "tcx_ingress";
    case uapi::attach_type::tcx_egress:
      return "tcx_egress";
    case uapi::attach_type::netkit_primary:
      return "netkit_primary";
    case uapi::attach_type::netkit_peer:
      return "netkit_peer";
    default:
      return nullptr;
  }
}

[[nodiscard]] constexpr const char* newer_name(uapi::link_type type) noexcept {
  switch (type) {
    case uapi::link_type::netfilter:
      return "netfilter";
    case uapi::link_type::tcx:
      return "tcx";
    case uapi::link_type::uprobe_multi:
      return "uprobe_multi";
    case uapi::link_type::netkit:
      return "netkit";
    case uapi::link_type::sockmap:
      return "sockmap";
    default:
      return nullptr;
  }
}

}  // namespace linchpin::detail
