// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/bpf_call.hpp"
#include "kernel/chain_query.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/links.hpp"
#include "kernel/object_info.hpp"
#include "kernel/targets.hpp"
#include "kernel/xdp_taken.hpp"

#include <cerrno>

#include <linux/if_link.h>
#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::string_view operation = "attach";

std::string subject_of(const attach_point& at, int program) {
  auto info = read_program_info(program);
  return fmt::format("{}, program {}", hook_text(at), info ? info->name : std::string{"?"});
}

error no_order(const attach_point& at, int program, std::string_view why) {
  return error{errc::unsupported, operation, subject_of(at, program)}
      .expected("a place before or after other programs")
      .found(why);
}

// Flags and anchor of a chain that the kernel keeps in order.
void place(const anchor& where, link_create_arguments& arguments) noexcept {
  switch (where.kind) {
    case anchor_kind::unordered:
      break;
    case anchor_kind::first:
      arguments.flags |= flag_before;
      break;
    case anchor_kind::last:
      arguments.flags |= flag_after;
      break;
    case anchor_kind::before:
    case anchor_kind::after:
      arguments.flags |= flag_id;
      arguments.flags |= where.kind == anchor_kind::before ? flag_before : flag_after;
      if (where.relative_to.link) arguments.flags |= flag_link;
      arguments.relative =
          where.relative_to.link ? where.relative_to.link.value : where.relative_to.program.value;
      break;
  }
  arguments.expected_revision = where.expected.value;
}

bool is_relative(const anchor& where) noexcept {
  return where.kind == anchor_kind::before || where.kind == anchor_kind::after;
}

// What the errno of BPF_LINK_CREATE at a chain means, beyond what it says.
error explain(int cause, const attach_point& at, int program, const anchor& where) {
  auto made = kernel_error(cause, operation, subject_of(at, program));
  switch (cause) {
    case ESTALE:
      return std::move(made)
          .expected(fmt::format("a chain at revision {}", where.expected.value))
          .found("a later revision");
    case EEXIST:
      return std::move(made).found("the same program in the chain already");
    case ENOENT:
      if (!is_relative(where)) return made;
      return std::move(made)
          .as(errc::conflict)
          .expected(where.relative_to.link
                        ? fmt::format("link {} in the chain", where.relative_to.link.value)
                        : fmt::format("program {} in the chain", where.relative_to.program.value))
          .found("none");
    case ERANGE:
    case E2BIG:
      return std::move(made).as(errc::full).found("as many programs as the kernel allows there");
    case EINVAL:
      return std::move(made)
          .as(errc::wrong_type)
          .expected(fmt::format("a program loaded for {}", attach_type_text(at.type)))
          .advice("compare the program's section name with the hook");
    default:
      return made;
  }
}

result<unique_fd> create_xdp(const attach_point& at, int program, const anchor& where) {
  if (is_relative(where)) return no_order(at, program, "XDP takes one program for each interface");
  LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, hook_text(at), at));
  link_create_arguments arguments;
  arguments.program_fd = fd_argument(program);
  arguments.target = index;
  arguments.attach_type = static_cast<std::uint32_t>(uapi::attach_type::xdp);
  arguments.flags = at.how == mechanism::xdp_native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  int cause = 0;
  xdp_patience patience{index};
  do {
    auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
    if (link) return link;
    cause = errno;
  } while (cause == EBUSY && patience.until_free());

  auto made = kernel_error(cause, operation, subject_of(at, program));
  switch (cause) {
    case EBUSY:
      return std::move(made)
          .expected("an interface without an XDP program")
          .found(patience.holder());
    case EEXIST:
      return std::move(made)
          .as(errc::busy)
          .expected("an interface without an XDP program")
          .found("one in the other mode, native or generic");
    case EOPNOTSUPP:
      return std::move(made)
          .found("a driver without native XDP")
          .advice("allow generic XDP for this interface");
    case EINVAL:
      if (!interface_exists(index))
        return std::move(made).as(errc::not_found).found("no such interface");
      return std::move(made)
          .as(errc::wrong_type)
          .expected("an XDP program loaded with the attach type xdp, on a device that takes it")
          .advice(
              "an MTU too large for native XDP, or a program bound to another device, also "
              "give EINVAL");
    default:
      return made;
  }
}

result<unique_fd> create_tcx(const attach_point& at, int program, const anchor& where) {
  LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, hook_text(at), at));
  link_create_arguments arguments;
  arguments.program_fd = fd_argument(program);
  arguments.target = index;
  arguments.attach_type = static_cast<std::uint32_t>(at.type);
  place(where, arguments);
  auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
  if (link) return link;
  return explain(errno, at, program, where);
}

result<unique_fd> create_cgroup(const attach_point& at, int program, const anchor& where,
                                const kernel_facts& facts) {
  const bool ordered = facts.cgroup_order.is_yes();
  if (!ordered && (is_relative(where) || where.kind == anchor_kind::first)) {
    return no_order(at, program, facts.cgroup_order.reason());
  }
  LINCHPIN_TRY(const unique_fd cgroup, open_target(operation, hook_text(at), at));
  link_create_arguments arguments;
  arguments.program_fd = fd_argument(program);
  arguments.target = fd_argument(cgroup.native());
  arguments.attach_type = static_cast<std::uint32_t>(at.type);
  // Without order a link goes last by itself, and a revision would be ignored without a word.
  if (ordered) place(where, arguments);
  auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
  if (link) return link;
  const int cause = errno;
  auto made = explain(cause, at, program, where);
  if (cause == EPERM) {
    return std::move(made)
        .found(
            "EPERM: no privilege, or a program here or above that was attached without "
            "BPF_F_ALLOW_MULTI and so keeps others out")
        .advice("bpftool cgroup tree; the process needs CAP_BPF and CAP_NET_ADMIN");
  }
  return made;
}

result<unique_fd> create_netns(const attach_point& at, int program, const anchor& where) {
  if (is_relative(where) || where.kind == anchor_kind::first) {
    return no_order(at, program, "a netns appends");
  }
  LINCHPIN_TRY(const unique_fd netns, open_target(operation, hook_text(at), at));
  link_create_arguments arguments;
  arguments.program_fd = fd_argument(program);
  arguments.target = fd_argument(netns.native());
  arguments.attach_type = static_cast<std::uint32_t>(at.type);
  auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
  if (link) return link;
  const int cause = errno;
  auto made = explain(cause, at, program, where);
  const bool exclusive = at.type == uapi::attach_type::flow_dissector;
  if (exclusive && (cause == E2BIG || cause == EEXIST)) {
    return std::move(made)
        .as(errc::busy)
        .found("another flow dissector in this netns or in the first one");
  }
  return made;
}

}  // namespace

result<unique_fd> create_link(const attach_point& at, int program, const anchor& where,
                              const kernel_facts& facts) {
  switch (at.how) {
    case mechanism::xdp_native:
    case mechanism::xdp_generic:
      return create_xdp(at, program, where);
    case mechanism::tcx:
      if (facts.tcx.is_no()) {
        return error{errc::unsupported, operation, subject_of(at, program)}.found(
            facts.tcx.reason());
      }
      return create_tcx(at, program, where);
    case mechanism::cgroup:
      return create_cgroup(at, program, where, facts);
    case mechanism::netns:
      return create_netns(at, program, where);
    case mechanism::clsact:
      break;
  }
  return error{errc::invalid_argument, operation, hook_text(at)}.found("a mechanism without links");
}

}  // namespace linchpin::detail
