// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_error.hpp"

#include <linchpin/bpf/errno_hint.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

struct attach_type_name {
  uapi::attach_type type;
  std::string_view text;
};

constexpr std::array attach_type_names{
    attach_type_name{uapi::attach_type::cgroup_inet_ingress, "cgroup_skb_ingress"},
    attach_type_name{uapi::attach_type::cgroup_inet_egress, "cgroup_skb_egress"},
    attach_type_name{uapi::attach_type::cgroup_inet_sock_create, "cgroup_sock_create"},
    attach_type_name{uapi::attach_type::cgroup_sock_ops, "cgroup_sock_ops"},
    attach_type_name{uapi::attach_type::cgroup_device, "cgroup_device"},
    attach_type_name{uapi::attach_type::cgroup_inet4_bind, "cgroup_bind4"},
    attach_type_name{uapi::attach_type::cgroup_inet6_bind, "cgroup_bind6"},
    attach_type_name{uapi::attach_type::cgroup_inet4_connect, "cgroup_connect4"},
    attach_type_name{uapi::attach_type::cgroup_inet6_connect, "cgroup_connect6"},
    attach_type_name{uapi::attach_type::cgroup_inet4_post_bind, "cgroup_post_bind4"},
    attach_type_name{uapi::attach_type::cgroup_inet6_post_bind, "cgroup_post_bind6"},
    attach_type_name{uapi::attach_type::cgroup_udp4_sendmsg, "cgroup_sendmsg4"},
    attach_type_name{uapi::attach_type::cgroup_udp6_sendmsg, "cgroup_sendmsg6"},
    attach_type_name{uapi::attach_type::flow_dissector, "flow_dissector"},
    attach_type_name{uapi::attach_type::cgroup_sysctl, "cgroup_sysctl"},
    attach_type_name{uapi::attach_type::cgroup_udp4_recvmsg, "cgroup_recvmsg4"},
    attach_type_name{uapi::attach_type::cgroup_udp6_recvmsg, "cgroup_recvmsg6"},
    attach_type_name{uapi::attach_type::cgroup_getsockopt, "cgroup_getsockopt"},
    attach_type_name{uapi::attach_type::cgroup_setsockopt, "cgroup_setsockopt"},
    attach_type_name{uapi::attach_type::cgroup_inet_sock_release, "cgroup_sock_release"},
    attach_type_name{uapi::attach_type::sk_lookup, "sk_lookup"},
    attach_type_name{uapi::attach_type::xdp, "xdp"},
    attach_type_name{uapi::attach_type::tcx_ingress, "tcx_ingress"},
    attach_type_name{uapi::attach_type::tcx_egress, "tcx_egress"}};

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
  const auto known =
      std::find_if(attach_type_names.begin(), attach_type_names.end(),
                   [type](const attach_type_name& name) { return name.type == type; });
  if (known != attach_type_names.end()) return std::string{known->text};
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
