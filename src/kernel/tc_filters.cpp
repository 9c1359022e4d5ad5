// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/tc_filters.hpp"

#include "core/try.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/object_info.hpp"
#include "kernel/targets.hpp"
#include "kernel/tc_messages.hpp"
#include "kernel/tc_priority.hpp"

#include <algorithm>
#include <cerrno>

#include <linux/netlink.h>
#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::uint32_t our_handle = 1;

struct filter_session {
  route_socket socket;
  tc_place place;
  std::string subject;
};

result<filter_session> open_session(std::string_view operation, const attach_point& at) {
  std::string subject = hook_text(at) + " (clsact)";
  LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, subject, at));
  LINCHPIN_TRY(auto socket, route_socket::open(operation, subject));
  return filter_session{std::move(socket), place_of(index, at.type), std::move(subject)};
}

error filter_error(const route_failure& failure, std::string_view operation,
                   std::string_view subject) {
  return kernel_error(failure.cause, operation, subject).log(failure.text);
}

// The kernel has no word for a missing interface that is the same in every request.
error gone_or(const route_failure& failure, std::string_view operation, const filter_session& in,
              errc when_gone) {
  auto made = filter_error(failure, operation, in.subject);
  if (failure.cause == ENODEV || !interface_exists(in.place.interface)) {
    return std::move(made).as(when_gone).found("the interface is gone");
  }
  return made;
}

std::string place_text(std::uint16_t priority, std::uint32_t handle) {
  return fmt::format("priority {} handle {}", priority, handle);
}

std::string found_text(const std::optional<tc_filter>& filter) {
  if (!filter) return "no filter";
  return fmt::format("program {} ({})", filter->program.value, filter->name);
}

std::vector<chain_entry> entries_of(const std::vector<tc_filter>& filters) {
  std::vector<chain_entry> entries;
  for (const auto& filter : filters) {
    if (!filter.program) continue;
    chain_entry entry;
    entry.program = filter.program;
    entry.tc_priority = filter.priority;
    entry.tc_handle = filter.handle;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::uint16_t> priorities_of(const std::vector<tc_filter>& filters) {
  std::vector<std::uint16_t> taken;
  taken.reserve(filters.size());
  for (const auto& filter : filters) taken.push_back(filter.priority);
  std::sort(taken.begin(), taken.end());
  return taken;
}

}  // namespace

result<attachment_id> create_filter(const attach_point& at, int program, const anchor& where) {
  constexpr std::string_view operation = "attach";
  LINCHPIN_TRY(auto session, open_session(operation, at));
  LINCHPIN_TRY(const auto info, read_program_info(program));
  session.subject = fmt::format("{}, program {}", session.subject, info.name);
  if (const auto failure = make_clsact(session.socket, session.place); failure.cause != 0) {
    auto made = gone_or(failure, operation, session, errc::not_found);
    if (made.is(errc::not_found) && interface_exists(session.place.interface)) {
      return std::move(made)
          .as(errc::unsupported)
          .found("a kernel without the clsact qdisc")
          .advice("modprobe sch_ingress cls_bpf");
    }
    return made;
  }
  route_failure failure;
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::vector<tc_filter> filters;
    failure = list_filters(session.socket, session.place, filters);
    if (failure.cause != 0) return gone_or(failure, operation, session, errc::not_found);
    auto priority = choose_tc_priority(priorities_of(filters), entries_of(filters), where);
    if (!priority) return std::move(priority).error().about(session.subject);
    failure = put_filter(session.socket, session.place, *priority, our_handle, program, info.name,
                         NLM_F_CREATE | NLM_F_EXCL);
    if (failure.cause == 0) return attachment_id{{}, *priority, our_handle};
    if (failure.cause != EEXIST) break;  // taken since we looked: look again
  }
  if (failure.cause == EEXIST) {
    return filter_error(failure, operation, session.subject)
        .as(errc::conflict)
        .found("filters that come faster than a free priority can be chosen");
  }
  auto made = gone_or(failure, operation, session, errc::not_found);
  if (failure.cause == EINVAL) {
    return std::move(made)
        .as(errc::wrong_type)
        .expected("a program of type sched_cls, in a clsact qdisc")
        .found(fmt::format("a program of type {}", static_cast<std::uint32_t>(info.type)));
  }
  return made;
}

result<void> replace_filter(const update_request& request) {
  constexpr std::string_view operation = "update filter";
  LINCHPIN_TRY(auto session, open_session(operation, request.at));
  LINCHPIN_TRY(const auto info, read_program_info(request.program.number));
  program_id wanted = request.expected_id;
  if (!wanted) {
    LINCHPIN_TRY(const auto old, read_program_info(request.expected.number));
    wanted = old.id;
  }
  const std::uint16_t priority = request.id.tc_priority;
  const std::uint32_t handle = request.id.tc_handle;
  std::optional<tc_filter> found;
  const auto look = [&](program_id expected) -> result<void> {
    const auto failure = find_filter(session.socket, session.place, priority, handle, found);
    if (failure.cause != 0) return gone_or(failure, operation, session, errc::target_gone);
    if (found && found->program == expected) return {};
    if (!found && !interface_exists(session.place.interface)) {
      return error{errc::target_gone, operation, session.subject}.found("the interface is gone");
    }
    auto made =
        error{errc::conflict, operation, session.subject}
            .expected(fmt::format("{} at {}", program_text(expected), place_text(priority, handle)))
            .found(found_text(found));
    if (!found) return made;
    return std::move(made).still_running(found_text(found));
  };
  LINCHPIN_CHECK(look(wanted));
  const auto failure = put_filter(session.socket, session.place, priority, handle,
                                  request.program.number, info.name, NLM_F_REPLACE);
  if (failure.cause != 0) {
    auto made = gone_or(failure, operation, session, errc::target_gone);
    if (failure.cause == ENOENT && interface_exists(session.place.interface)) {
      return std::move(made).as(errc::conflict).found("no filter there any more");
    }
    if (failure.cause == EINVAL) {
      return std::move(made)
          .as(errc::wrong_type)
          .expected("a program of type sched_cls")
          .still_running(found_text(found));
    }
    return made;
  }
  return look(info.id);
}

result<void> delete_filter(const attach_point& at, const attachment_id& id, program_id expected) {
  constexpr std::string_view operation = "detach";
  LINCHPIN_TRY(auto session, open_session(operation, at));
  if (!interface_exists(session.place.interface)) return {};
  std::optional<tc_filter> found;
  auto failure = find_filter(session.socket, session.place, id.tc_priority, id.tc_handle, found);
  if (failure.cause == ENODEV || (failure.cause == 0 && !found)) return {};
  if (failure.cause != 0) return filter_error(failure, operation, session.subject);
  if (found->program != expected) {
    return error{errc::conflict, operation, session.subject}
        .expected(fmt::format("{} at {}", program_text(expected),
                              place_text(id.tc_priority, id.tc_handle)))
        .found(found_text(found))
        .still_running(found_text(found));
  }
  failure = remove_filter(session.socket, session.place, id.tc_priority, id.tc_handle);
  if (failure.cause == 0 || failure.cause == ENODEV) return {};
  return filter_error(failure, operation, session.subject);
}

result<chain> query_filters(const attach_point& at) {
  constexpr std::string_view operation = "query chain";
  LINCHPIN_TRY(auto session, open_session(operation, at));
  if (!interface_exists(session.place.interface)) {
    return error{errc::not_found, operation, session.subject}.found("no such interface");
  }
  std::vector<tc_filter> filters;
  const auto failure = list_filters(session.socket, session.place, filters);
  if (failure.cause != 0 && failure.cause != EINVAL) {
    return gone_or(failure, operation, session, errc::not_found);
  }
  chain found;
  found.entries = entries_of(filters);
  return found;
}

}  // namespace linchpin::detail
