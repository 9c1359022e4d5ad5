// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/link.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/bpffs.hpp>
#include <linchpin/hook/driver/hook_driver.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What all mechanisms whose attachments are bpf_links have in common: update, detach, and the
/// errors of BPF_LINK_CREATE and BPF_LINK_UPDATE.
class link_driver : public hook_driver {
 public:
  using hook_driver::hook_driver;

  [[nodiscard]] result<void> update(const update_request& request) const override;
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id, int link,
                                    program_id expected) const override;
  [[nodiscard]] std::string describe(const chain_entry& entry) const override;
  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override;

 private:
  [[nodiscard]] error explain_update(const error& refused, const update_request& request, int link,
                                     int old_program) const;
};

inline constexpr std::string_view attaching = "attach";

inline std::string id_or_name(program_id id) {
  const std::string name = program_name(id).value_or("");
  return name.empty() ? program_text(id) : fmt::format("{} ({})", program_text(id), name);
}

inline std::string described_program(int fd) {
  auto info = program_at(fd).info();
  return info ? fmt::format("program {} ({})", info->id.value, info->name) : std::string{"?"};
}

inline constexpr std::string_view updating = "update link";

inline error unopened(int cause, const update_request& request) {
  if (cause != ENOENT) return bpffs_error(cause, "open pinned link", request.pin);
  return error{errc::conflict, updating, hook_text(request.at)}
      .expected(fmt::format("a link pinned at {}", request.pin))
      .found("nothing there")
      .advice("observe and plan again: somebody removed it");
}

inline result<void> check_runs(link_ref link, const update_request& request) {
  auto described = link.info();
  if (!described) return std::move(described).error().about(hook_text(request.at));
  const auto& now = *described;
  const bool same_link = !request.id.link || request.id.link == now.id;
  if (same_link && now.program == request.new_id) return {};
  auto conflict = error{errc::conflict, "verify", hook_text(request.at)}.advice(
      "observe and plan again: somebody else changed this link");
  if (!same_link) {
    return std::move(conflict)
        .expected(fmt::format("link {}", request.id.link.value))
        .found(fmt::format("link {}", now.id.value));
  }
  return std::move(conflict)
      .expected(program_text(request.new_id))
      .found(program_text(now.program));
}

/// The subject of an error: "tcx_ingress eth0, program fw". It asks the kernel for the program's
/// name, so that only errors should call it.
[[nodiscard]] inline std::string attach_subject(const attach_request& request) {
  auto info = program_at(request.program).info();
  return fmt::format("{}, program {}", hook_text(request.at), info ? info->name : std::string{"?"});
}

/// The request for a link of the program and target, without flags.
[[nodiscard]] inline link_request link_of(const hook_place& place,
                                          const attach_request& request) noexcept {
  return {{program_at(request.program), request.at.type}, place.number, request.at.type, 0, 0, {}};
}

/// The attachment of a link that was just made.
[[nodiscard]] inline result<driven_attachment> attachment_of(link made) {
  LINCHPIN_TRY(const auto info, made->info());
  return driven_attachment{std::move(made), {.link = info.id}};
}

[[nodiscard]] inline bool is_relative(const anchor& where) noexcept {
  return where.kind == anchor_kind::before || where.kind == anchor_kind::after;
}

/// The error for a place among other programs that the mechanism cannot give.
[[nodiscard]] inline error no_order(const attach_request& request, std::string_view why) {
  return error{errc::unsupported, attaching, attach_subject(request)}
      .expected("a place before or after other programs")
      .found(why);
}

/// Adds the wanted place to the request, for a chain that the kernel keeps in order.
inline void enter_anchor(const anchor& where, link_request& request) noexcept {
  switch (where.kind) {
    case anchor_kind::unordered:
      break;
    case anchor_kind::first:
      request.flags |= flag_before;
      break;
    case anchor_kind::last:
      request.flags |= flag_after;
      break;
    case anchor_kind::before:
    case anchor_kind::after:
      request.flags |= flag_id;
      request.flags |= where.kind == anchor_kind::before ? flag_before : flag_after;
      if (where.relative_to.link) request.flags |= flag_link;
      request.relative =
          where.relative_to.link ? where.relative_to.link.value : where.relative_to.program.value;
      break;
  }
  request.expected = where.expected;
}

/// Adds to an error that another writer has changed the chain, where that is what happened.
[[nodiscard]] inline error stale_revision(error made, const anchor& where) {
  return std::move(made)
      .as(errc::conflict)
      .expected(fmt::format("a chain at revision {}", where.expected.value))
      .found("a later revision")
      .advice("observe and plan again");
}

[[nodiscard]] inline error missing_anchor(error made, const hook_driver& driver,
                                          const anchor& where) {
  return std::move(made)
      .as(errc::conflict)
      .expected(fmt::format("{} in the chain", driver.describe(where.relative_to)))
      .found("none")
      .advice("observe and plan again: it has left since the chain was read");
}

inline std::string link_driver::describe(const chain_entry& entry) const {
  auto text = program_text(entry.program);
  if (!entry.name.empty()) text += fmt::format(" ({})", entry.name);
  if (entry.link) text += fmt::format(" by link {}", entry.link.value);
  return text;
}

inline error link_driver::explain(int cause, std::string_view operation,
                                  std::string_view subject) const {
  auto made = kernel_error(cause, operation, subject);
  switch (cause) {
    case ENOLINK:
      return std::move(made)
          .as(errc::detached)
          .found(fmt::format(
              "a link that is attached nowhere: its {} is gone, or somebody detached it",
              traits().target->word));
    case ENODEV:
      return std::move(made)
          .as(errc::not_found)
          .found(fmt::format("the {} is gone", traits().target->word));
    case EEXIST:
      return std::move(made).found("the same program in the chain already");
    case EINVAL:
      return std::move(made).as(errc::wrong_type);
    default:
      return made;
  }
}

inline error link_driver::explain_update(const error& refused, const update_request& request,
                                         int link, int old_program) const {
  const int cause = refused.os_error();
  auto made = explain(
      cause, updating,
      fmt::format("{}, to {}", hook_text(request.at), described_program(request.program.number)));
  switch (cause) {
    case EPERM: {
      if (!refused.is(errc::conflict)) return made;
      const auto now = link_at(link).info();
      const auto other = now ? id_or_name(now->program) : std::string{refused.found()};
      return error::from_errno(cause, updating, made.subject())
          .as(errc::conflict)
          .expected(described_program(old_program))
          .found(other)
          .still_running(other)
          .advice("observe and plan again");
    }
    case EINVAL:
      return std::move(made)
          .expected(
              "a program of the same type, and for XDP also of the same attach type, as the one it "
              "replaces")
          .still_running(described_program(old_program));
    default:
      return made;
  }
}

inline result<void> link_driver::update(const update_request& request) const {
  unique_fd opened;
  if (!request.pin.empty()) {
    opened = unique_fd::adopt(open_pin(request.pin));
    if (!opened) return unopened(errno, request);
  }
  const int link = opened ? opened.native() : request.link.number;
  unique_fd by_id;
  int old_program = request.expected.number;
  if (!request.expected) {
    by_id = unique_fd::adopt(open_id(request.expected_id.value, object_kind::program));
    if (!by_id) {
      if (errno == ENOENT) {
        return error{errc::conflict, updating, hook_text(request.at)}
            .expected(program_text(request.expected_id))
            .found("no such program any more")
            .advice("observe and plan again");
      }
      return kernel_error(errno, updating, hook_text(request.at))
          .expected("a handle of the program to replace")
          .advice("pin the program, or grant CAP_SYS_ADMIN to open it by its id");
    }
    old_program = by_id.native();
  }
  const auto replaced =
      link_at(link).replace(program_at(request.program.number), program_at(old_program));
  if (!replaced) return explain_update(replaced.error(), request, link, old_program);
  return request.new_id ? check_runs(link_at(link), request) : result<void>{};
}

inline result<void> link_driver::detach(const attach_point& at, const attachment_id&, int link,
                                        program_id expected) const {
  LINCHPIN_TRY(const auto info, link_at(link).info());
  if (info.target_gone()) return {};
  if (info.program != expected) {
    return error{errc::conflict, "detach", hook_text(at)}
        .expected(id_or_name(expected))
        .found(id_or_name(info.program))
        .still_running(id_or_name(info.program))
        .advice("observe and plan again");
  }
  const auto ended = link_at(link).detach();
  if (ended) return {};
  return kernel_error(ended.error().os_error(), "detach", hook_text(at));
}

}  // namespace linchpin::detail
