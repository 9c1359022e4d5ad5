// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/program.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether `link_info::attach_type` means something for a type of link.
[[nodiscard]] bool reports_attach_type(uapi::link_type type) noexcept;

/// Refuses a program that was loaded for another attach type than the hook's. The kernel checks
/// that for most hooks when a link is created, but not when a link is updated.
/// errors: wrong_type
[[nodiscard]] result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                                             std::string_view operation, std::string_view subject);

namespace attach_types {

// A program of one of these types with the expected attach type 0 may be attached anywhere its type
// fits. For all other types 0 is refused at load, or is the number of a certain hook.
// source: bpf_prog_attach_check_attach_type in kernel/bpf/syscall.c
inline bool may_be_unspecified(uapi::program_type type) {
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

}  // namespace attach_types

inline bool reports_attach_type(uapi::link_type type) noexcept {
  return type == uapi::link_type::cgroup || type == uapi::link_type::netns ||
         type == uapi::link_type::tcx || type == uapi::link_type::netkit ||
         type == uapi::link_type::sockmap;
}

inline result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                                      std::string_view operation, std::string_view subject) {
  if (what.expected_attach_type == hook) return {};
  LINCHPIN_TRY(const auto info, what.program.info());
  if (what.expected_attach_type == uapi::attach_type{} &&
      attach_types::may_be_unspecified(info.type))
    return {};
  return error{errc::wrong_type, operation, subject}
      .expected(detail::composed({"a program for ", name_of(hook)}))
      .found(detail::composed({"program ", info.name, " (id ", info.id.value, ") for ",
                               what.expected_attach_type == uapi::attach_type{}
                                   ? "no attach type"
                                   : name_of(what.expected_attach_type)}))
      .advice(
          "load it for that attach type: in an update the kernel would take this one and run it "
          "where it was not meant to run");
}

}  // namespace linchpin::detail
