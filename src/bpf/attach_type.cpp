// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/attach_type.hpp"

#include "core/try.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// For these the expected attach type 0 is a program that says nothing about where it attaches; for
// all others 0 is either refused at load or means something else than the hook at hand.
// source: bpf_prog_attach_check_attach_type in kernel/bpf/syscall.c
bool may_be_unspecified(uapi::program_type type) {
  switch (type) {
    case uapi::program_type::sched_cls:
    case uapi::program_type::cgroup_skb:
    case uapi::program_type::sock_ops:
    case uapi::program_type::cgroup_device:
    case uapi::program_type::cgroup_sysctl:
    case uapi::program_type::flow_dissector:
    case uapi::program_type::xdp:  // compared by the kernel itself
      return true;
    default:
      return false;
  }
}

}  // namespace

bool reports_attach_type(uapi::link_type type) noexcept {
  return type == uapi::link_type::cgroup || type == uapi::link_type::netns ||
         type == uapi::link_type::tcx || type == uapi::link_type::netkit;
}

result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                               std::string_view operation, std::string_view subject) {
  if (what.expected_attach_type == hook) return {};
  LINCHPIN_TRY(const auto info, what.program.info());
  if (what.expected_attach_type == uapi::attach_type{} && may_be_unspecified(info.type)) return {};
  return error{errc::wrong_type, operation, subject}
      .expected(fmt::format("a program for attach type {}", static_cast<std::uint32_t>(hook)))
      .found(fmt::format("program {} (id {}) for attach type {}", info.name, info.id.value,
                         static_cast<std::uint32_t>(what.expected_attach_type)))
      .advice(
          "load it for that attach type: in an update the kernel would take this one and run it "
          "where it was not meant to run");
}

}  // namespace linchpin::detail
