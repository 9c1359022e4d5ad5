// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/bpf_call.hpp"
#include "kernel/bpffs.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/links.hpp"
#include "kernel/object_info.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::detail {

namespace {

std::string id_or_name(program_id id) {
  const std::string name = program_name(id);
  return name.empty() ? program_text(id) : fmt::format("{} ({})", program_text(id), name);
}

std::string described_program(int fd) {
  auto info = read_program_info(fd);
  return info ? fmt::format("program {} ({})", info->id.value, info->name) : std::string{"?"};
}

constexpr std::string_view updating = "update link";

error unopened(int cause, const update_request& request) {
  if (cause != ENOENT) return bpffs_error(cause, "open pinned link", request.pin);
  return error{errc::conflict, updating, hook_text(request.at)}
      .expected(fmt::format("a link pinned at {}", request.pin))
      .found("nothing there")
      .advice("somebody removed it; observe and plan again");
}

error explain_update(int cause, const update_request& request, int link_fd, int old_program) {
  auto made = kernel_error(
      cause, updating,
      fmt::format("{}, to {}", hook_text(request.at), described_program(request.program.number)));
  switch (cause) {
    case EPERM: {
      // The kernel's word for "the old program is not the one you named", and for no privilege.
      auto link = read_link_info(link_fd);
      auto old = read_program_info(old_program);
      if (!link || !old || link->program == old->id) return made;
      return error::from_errno(cause, updating, made.subject())
          .as(errc::conflict)
          .expected(described_program(old_program))
          .found(id_or_name(link->program))
          .still_running(id_or_name(link->program));
    }
    case ENOLINK:
      return std::move(made).found("the interface, cgroup or netns of the link is gone");
    case EINVAL:
      return std::move(made)
          .as(errc::wrong_type)
          .expected(
              "a program of the same type, and for XDP also of the same attach type, as the one "
              "it replaces")
          .still_running(described_program(old_program));
    default:
      return made;
  }
}

// The front of struct bpf_link_info. Asked for after every update, and each byte more costs.
struct link_front {
  std::uint32_t type = 0;
  std::uint32_t id = 0;
  std::uint32_t program = 0;
};

result<void> check_runs(int link, const update_request& request) {
  link_front front;
  info_arguments arguments{fd_argument(link), sizeof front, address(&front)};
  if (bpf_call(BPF_OBJ_GET_INFO_BY_FD, arguments) != 0) {
    return kernel_error(errno, "describe link", hook_text(request.at));
  }
  const bool same_link = !request.id.link || request.id.link.value == front.id;
  if (same_link && front.program == request.new_id.value) return {};
  auto conflict = error{errc::conflict, "verify", hook_text(request.at)}.advice(
      "somebody else changed this link; observe and plan again");
  if (!same_link) {
    return std::move(conflict)
        .expected(fmt::format("link {}", request.id.link.value))
        .found(fmt::format("link {}", front.id));
  }
  return std::move(conflict)
      .expected(program_text(request.new_id))
      .found(program_text({front.program}));
}

}  // namespace

// Done at every hook of an upgrade: its four system calls stand in one function, for each return from
// one costs the CPU a wrong guess.
result<void> update_link(const update_request& request) {
  unique_fd opened;
  if (!request.pin.empty()) {
    opened = unique_fd::adopt(open_pinned(request.pin));
    if (!opened) return unopened(errno, request);
  }
  const int link = opened ? opened.native() : request.link.number;
  unique_fd by_id;
  int old_program = request.expected.number;
  if (!request.expected) {
    id_arguments arguments{request.expected_id.value};
    by_id = unique_fd::adopt(bpf_call(BPF_PROG_GET_FD_BY_ID, arguments));
    if (!by_id) {
      if (errno == ENOENT) {
        return error{errc::conflict, updating, hook_text(request.at)}
            .expected(program_text(request.expected_id))
            .found("no such program any more");
      }
      return kernel_error(errno, updating, hook_text(request.at))
          .expected("a handle of the program to replace, or CAP_SYS_ADMIN to get one by its id");
    }
    old_program = by_id.native();
  }
  link_update_arguments arguments;
  arguments.link_fd = fd_argument(link);
  arguments.new_program_fd = fd_argument(request.program.number);
  arguments.flags = flag_replace;
  arguments.old_program_fd = fd_argument(old_program);
  if (bpf_call(BPF_LINK_UPDATE, arguments) != 0) {
    return explain_update(errno, request, link, old_program);
  }
  return request.new_id ? check_runs(link, request) : result<void>{};
}

result<void> detach_link(const attach_point& at, int link, program_id expected) {
  LINCHPIN_TRY(const auto info, read_link_info(link));
  if (info.target_gone()) return {};
  if (info.program != expected) {
    return error{errc::conflict, "detach", hook_text(at)}
        .expected(id_or_name(expected))
        .found(id_or_name(info.program))
        .still_running(id_or_name(info.program));
  }
  link_detach_arguments arguments{fd_argument(link)};
  if (bpf_call(BPF_LINK_DETACH, arguments) == 0) return {};
  return kernel_error(errno, "detach", hook_text(at));
}

}  // namespace linchpin::detail
