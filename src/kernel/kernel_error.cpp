// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_error.hpp"

#include <linchpin/bpf/errno_hint.hpp>

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

std::string_view known_name(uapi::attach_type type) noexcept {
  using enum uapi::attach_type;
  switch (type) {
    case cgroup_inet_ingress:
      return "cgroup_skb_ingress";
    case cgroup_inet_egress:
      return "cgroup_skb_egress";
    case cgroup_inet_sock_create:
      return "cgroup_sock_create";
    case cgroup_sock_ops:
      return "cgroup_sock_ops";
    case cgroup_device:
      return "cgroup_device";
    case cgroup_inet4_bind:
      return "cgroup_bind4";
    case cgroup_inet6_bind:
      return "cgroup_bind6";
    case cgroup_inet4_connect:
      return "cgroup_connect4";
    case cgroup_inet6_connect:
      return "cgroup_connect6";
    case cgroup_inet4_post_bind:
      return "cgroup_post_bind4";
    case cgroup_inet6_post_bind:
      return "cgroup_post_bind6";
    case cgroup_udp4_sendmsg:
      return "cgroup_sendmsg4";
    case cgroup_udp6_sendmsg:
      return "cgroup_sendmsg6";
    case uapi::attach_type::flow_dissector:
      return "flow_dissector";
    case cgroup_sysctl:
      return "cgroup_sysctl";
    case cgroup_udp4_recvmsg:
      return "cgroup_recvmsg4";
    case cgroup_udp6_recvmsg:
      return "cgroup_recvmsg6";
    case cgroup_getsockopt:
      return "cgroup_getsockopt";
    case cgroup_setsockopt:
      return "cgroup_setsockopt";
    case cgroup_inet_sock_release:
      return "cgroup_sock_release";
    case sk_lookup:
      return "sk_lookup";
    case xdp:
      return "xdp";
    case tcx_ingress:
      return "tcx_ingress";
    case tcx_egress:
      return "tcx_egress";
  }
  return {};
}

}  // namespace

error kernel_error(int errno_value, std::string_view operation, std::string_view subject) {
  error made = error::from_errno(errno_value, operation, subject);
  switch (errno_value) {
    case EACCES:
      return std::move(made).advice("look at the owner and mode of the file or directory");
    case EROFS:
      return std::move(made)
          .as(errc::permission_denied)
          .found("a file system that is mounted read-only")
          .advice("mount it writable, or take another directory");
    case EMFILE:
      return std::move(made).advice(
          "raise the limit of open files (ulimit -n), which this process has reached");
    case EPERM:
    case ENOMEM:
      return std::move(made).advice(errno_hint(errno_value, bpf_request::read_info));
    default:
      return made;
  }
}

std::string attach_type_text(uapi::attach_type type) {
  const std::string_view name = known_name(type);
  if (!name.empty()) return std::string{name};
  return fmt::format("attach type {}", static_cast<std::uint32_t>(type));
}

std::string hook_text(const attach_point& at) {
  const bool own_netns = at.on.kind == target_kind::netns && at.on.name.empty();
  return fmt::format("{} {}", attach_type_text(at.type), own_netns ? "own netns" : at.on.name);
}

std::string_view pin_kind_text(pin_kind kind) noexcept {
  switch (kind) {
    case pin_kind::program:
      return "program";
    case pin_kind::map:
      return "map";
    case pin_kind::link:
      return "link";
  }
  return "object";
}

std::string program_text(program_id id) {
  return fmt::format("program {}", id.value);
}

}  // namespace linchpin::detail
