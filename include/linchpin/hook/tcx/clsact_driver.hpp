// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/interface_target.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/tcx/tc_messages.hpp>
#include <linchpin/hook/tcx/tc_priority.hpp>

#include <linchpin/core/detail/try.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <linux/netlink.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::uint32_t our_filter_handle = 1;

struct filter_session {
  route_socket socket;
  tc_place place;
  std::string subject;
  bool egress = false;
};

inline result<filter_session> open_filter_session(std::string_view operation,
                                                  std::uint32_t interface, const attach_point& at) {
  std::string subject = hook_text(at) + " (clsact)";
  LINCHPIN_TRY(auto socket, route_socket::open(operation, subject));
  return filter_session{std::move(socket), place_of(interface, at.type), std::move(subject),
                        at.type == uapi::attach_type::tcx_egress};
}

inline std::string found_filter_text(const std::optional<tc_filter>& filter) {
  if (!filter) return "no filter";
  // libbpf names a filter after its program, with the id once more.
  std::string_view name = filter->name;
  const auto id = fmt::format(":[{}]", filter->program.value);
  if (name.ends_with(id)) name.remove_suffix(id.size());
  return fmt::format("{} ({})", program_text(filter->program), name);
}

inline chain chain_of_filters(const std::vector<tc_filter>& filters) {
  chain made;
  for (const auto& filter : filters) {
    if (!filter.program) {
      made.other_priorities.push_back(filter.priority);
      continue;
    }
    chain_entry entry;
    entry.program = filter.program;
    entry.tc_priority = filter.priority;
    entry.tc_handle = filter.handle;
    made.entries.push_back(std::move(entry));
  }
  // A u32 filter is listed with its hash tables, all at one priority.
  auto& others = made.other_priorities;
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  return made;
}

// cls_bpf filters in direct-action mode under a clsact qdisc, by rtnetlink. A missing qdisc is
// created, and none is ever removed. A filter that is not the expected one is never touched. Where
// somebody has an `ingress` qdisc at the place of clsact, it is used for ingress only: it would run
// an egress filter on the packets that arrive.
class clsact_filter_driver final : public on_interface<hook_driver> {
 public:
  using on_interface::on_interface;

  // sch_ingress and cls_bpf may be modules. They load when they are first used, if they are there.
  [[nodiscard]] mechanism_facts probe() const override {
    return {traits().how, answer::unknown("clsact shows at the first attach"),
            answer::no("filters are ordered by numbers, without a revision")};
  }

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(const std::uint32_t index,
                 interface_of(operation, hook_text(at) + " (clsact)", at));
    return hook_place{{}, index};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override;
  [[nodiscard]] result<void> update(const update_request& request) const override;
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id, int link,
                                    program_id expected) const override;
  /// Filters in run order; of those that are no eBPF programs only the priorities.
  [[nodiscard]] result<chain> query(const hook_place& place, const attach_point& at) const override;

  [[nodiscard]] result<std::uint16_t> choose_number(const numbers_taken& taken, std::size_t index,
                                                    anchor_kind kind) const override {
    return choose_tc_priority(taken, index, kind);
  }
  [[nodiscard]] result<std::uint16_t> number_at(const chain& seen,
                                                const anchor& where) const override {
    return tc_priority_at(seen, where);
  }
  [[nodiscard]] std::uint32_t past_last_number() const noexcept override {
    return past_last_priority;
  }

  [[nodiscard]] std::string describe(const chain_entry& entry) const override {
    auto text = program_text(entry.program);
    if (!entry.name.empty()) text += fmt::format(" ({})", entry.name);
    return text + fmt::format(" at priority {} handle {}", entry.tc_priority, entry.tc_handle);
  }

  [[nodiscard]] std::string attachment_text(const chain_entry& entry) const override {
    return fmt::format("a filter of priority {}, handle {:#x}", entry.tc_priority, entry.tc_handle);
  }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = kernel_error(cause, operation, subject);
    switch (cause) {
      case ENODEV:
        return std::move(made).as(errc::not_found).found("the interface is gone");
      case EINVAL:
        return std::move(made).as(errc::wrong_type).expected("a program of type sched_cls");
      default:
        return made;
    }
  }

 private:
  // Whether filters at a place run in the wanted direction. Ingress filters run under a clsact and
  // under an `ingress` qdisc, so that the kind of the qdisc is looked at for egress only.
  [[nodiscard]] result<bool> runs_there(filter_session& in, std::string_view operation,
                                        errc when_gone, std::string& kind) const {
    if (!in.egress) return true;
    const auto failure = find_qdisc(in.socket, in.place, kind);
    if (failure.cause != 0) return failed(failure, operation, in, when_gone);
    return kind == "clsact";
  }

  [[nodiscard]] result<void> make_qdisc(filter_session& in) const;
  [[nodiscard]] result<std::uint16_t> put_in_place(filter_session& in, const program_info& program,
                                                   const attach_request& request) const;
  // The same for an egress filter that was added a moment ago.
  [[nodiscard]] result<void> check_direction(filter_session& in, std::uint16_t priority,
                                             program_id program) const;
  [[nodiscard]] error not_attached(const route_failure& failure, filter_session& in,
                                   const program_info& program) const;

  // The error for a failed request. For a missing interface the kernel answers different requests
  // with different errnos; therefore this looks for the interface.
  [[nodiscard]] error failed(const route_failure& failure, std::string_view operation,
                             const filter_session& in, errc when_gone) const {
    auto made = explain(failure.cause, operation, in.subject).log(failure.text);
    if (failure.cause == ENODEV || !interface_exists(in.place.interface)) {
      return std::move(made).as(when_gone).found("the interface is gone");
    }
    return made;
  }

  [[nodiscard]] std::string expected_text(const attachment_id& id, program_id expected) const {
    chain_entry entry;
    entry.program = expected;
    entry.tc_priority = id.tc_priority;
    entry.tc_handle = id.tc_handle;
    return describe(entry);
  }
};

inline error wrong_qdisc(const filter_session& in, std::string_view kind) {
  auto made = error{kind.empty() ? errc::conflict : errc::busy, attaching, in.subject}.expected(
      "a clsact qdisc, or none");
  if (kind.empty()) {
    return std::move(made)
        .found("a qdisc that was removed meanwhile")
        .advice("observe and plan again");
  }
  return std::move(made)
      .found(fmt::format("an {} qdisc of somebody else, which has no egress", kind))
      .advice(
          "replace it by clsact, which runs its filters as well: tc qdisc "
          "del dev NAME ingress, then "
          "tc qdisc add dev NAME clsact, then its filters again");
}

inline result<void> clsact_filter_driver::make_qdisc(filter_session& in) const {
  const auto failure = make_clsact(in.place);
  if (failure.cause == 0) return {};
  if (failure.cause == EEXIST) {
    std::string kind;
    LINCHPIN_TRY(const bool usable, runs_there(in, attaching, errc::not_found, kind));
    if (!usable) return wrong_qdisc(in, kind);
    return {};
  }
  auto made = failed(failure, attaching, in, errc::not_found);
  if (failure.cause == ENOENT && interface_exists(in.place.interface)) {
    return std::move(made)
        .as(errc::unsupported)
        .found("a kernel without the clsact qdisc")
        .advice("modprobe sch_ingress cls_bpf");
  }
  return made;
}

inline error clsact_filter_driver::not_attached(const route_failure& failure, filter_session& in,
                                                const program_info& program) const {
  auto made = failed(failure, attaching, in, errc::not_found);
  if (made.is(errc::not_found)) return made;
  switch (failure.cause) {
    case EEXIST:
      return std::move(made)
          .as(errc::conflict)
          .found("filters that come faster than a free priority can be chosen");
    case EINVAL: {
      if (program.type != uapi::program_type::sched_cls) {
        return std::move(made).found(
            fmt::format("a program of type {}", static_cast<std::uint32_t>(program.type)));
      }
      // The program is right, so that the qdisc was missing. Somebody may have added one since.
      std::string kind;
      LINCHPIN_TRY(const bool usable, runs_there(in, attaching, errc::not_found, kind));
      return wrong_qdisc(in, usable ? std::string_view{} : kind);
    }
    default:
      return made;
  }
}

// Whether any filter has that priority.
inline bool is_priority_taken(filter_session& in, std::uint16_t priority) {
  std::vector<tc_filter> filters;
  if (list_filters(in.socket, in.place, filters).cause != 0) return false;
  return std::any_of(filters.begin(), filters.end(),
                     [priority](const tc_filter& filter) { return filter.priority == priority; });
}

inline result<std::uint16_t> clsact_filter_driver::put_in_place(
    filter_session& in, const program_info& program, const attach_request& request) const {
  route_failure failure;
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::vector<tc_filter> filters;
    failure = list_filters(in.socket, in.place, filters);
    if (failure.cause != 0) break;
    auto priority = tc_priority_at(chain_of_filters(filters), request.where);
    if (!priority) {
      // The filters of an interface that is gone read as none.
      if (!interface_exists(in.place.interface)) {
        return explain(ENODEV, attaching, in.subject);
      }
      return std::move(priority).error().about(in.subject);
    }
    failure = add_filter(in.place, *priority, our_filter_handle, request.program);
    if (failure.cause == 0) return priority;
    // Somebody has taken the priority since it was looked at, with a filter of any kind: look
    // again.
    const bool taken =
        failure.cause == EEXIST || (failure.cause == EINVAL && is_priority_taken(in, *priority));
    if (!taken) break;
  }
  return not_attached(failure, in, program);
}

inline result<void> clsact_filter_driver::check_direction(filter_session& in,
                                                          std::uint16_t priority,
                                                          program_id program) const {
  std::string kind;
  LINCHPIN_TRY(const bool right, runs_there(in, attaching, errc::not_found, kind));
  if (right) return {};
  // Somebody has exchanged the qdisc since it was looked at, and the filter may run on packets that
  // arrive.
  std::optional<tc_filter> found;
  auto failure = find_filter(in.socket, in.place, priority, our_filter_handle, found);
  if (failure.cause == 0 && found && found->program == program) {
    failure = remove_filter(in.place, priority, our_filter_handle);
  }
  if (failure.cause != 0) return failed(failure, attaching, in, errc::not_found);
  return wrong_qdisc(in, kind);
}

inline result<driven_attachment> clsact_filter_driver::attach(const hook_place& at_interface,
                                                              const attach_request& request) const {
  LINCHPIN_TRY(auto session, open_filter_session(attaching, at_interface.number, request.at));
  LINCHPIN_TRY(const auto info, program_at(request.program).info());
  session.subject = fmt::format("{}, program {}", session.subject, info.name);
  LINCHPIN_CHECK(make_qdisc(session));
  LINCHPIN_TRY(const std::uint16_t priority, put_in_place(session, info, request));
  LINCHPIN_CHECK(check_direction(session, priority, info.id));
  return driven_attachment{{}, {.tc_priority = priority, .tc_handle = our_filter_handle}};
}

// The kernel replaces a filter without comparing it with the expected one. Therefore the filter is
// looked at right before and right after.
inline result<void> clsact_filter_driver::update(const update_request& request) const {
  constexpr std::string_view operation = "update filter";
  LINCHPIN_TRY(const auto at_interface, open(operation, request.at));
  LINCHPIN_TRY(auto session, open_filter_session(operation, at_interface.number, request.at));
  LINCHPIN_TRY(const auto info, program_at(request.program.number).info());
  program_id wanted = request.expected_id;
  if (!wanted) {
    LINCHPIN_TRY(const auto old, program_at(request.expected.number).info());
    wanted = old.id;
  }
  const std::uint16_t priority = request.id.tc_priority;
  const std::uint32_t handle = request.id.tc_handle;
  std::optional<tc_filter> found;
  const auto look = [&](program_id expected) -> result<void> {
    std::string kind;
    LINCHPIN_TRY(const bool right, runs_there(session, operation, errc::detached, kind));
    if (!right) {
      return error{errc::conflict, operation, session.subject}
          .expected(expected_text(request.id, expected))
          .found(kind.empty() ? "no clsact qdisc" : fmt::format("an {} qdisc", kind));
    }
    const auto failure = find_filter(session.socket, session.place, priority, handle, found);
    if (failure.cause != 0) return failed(failure, operation, session, errc::detached);
    if (found && found->program == expected) return {};
    if (!found && !interface_exists(session.place.interface)) {
      return error{errc::detached, operation, session.subject}.found("the interface is gone");
    }
    auto made = error{errc::conflict, operation, session.subject}
                    .expected(expected_text(request.id, expected))
                    .found(found_filter_text(found))
                    .advice("observe and plan again");
    if (!found) return made;
    return std::move(made).still_running(found_filter_text(found));
  };
  LINCHPIN_CHECK(look(wanted));
  const auto failure =
      replace_filter(session.socket, session.place, priority, handle, request.program.number, info);
  if (failure.cause != 0) {
    auto made = failed(failure, operation, session, errc::detached);
    if (failure.cause == ENOENT && interface_exists(session.place.interface)) {
      return std::move(made).as(errc::conflict).found("no filter there any more");
    }
    if (failure.cause == EINVAL) return std::move(made).still_running(found_filter_text(found));
    return made;
  }
  return look(info.id);
}

inline result<void> clsact_filter_driver::detach(const attach_point& at, const attachment_id& id,
                                                 int, program_id expected) const {
  constexpr std::string_view operation = "detach";
  LINCHPIN_TRY(const auto at_interface, open(operation, at));
  LINCHPIN_TRY(auto session, open_filter_session(operation, at_interface.number, at));
  if (!interface_exists(session.place.interface)) return {};
  std::string kind;
  LINCHPIN_TRY(const bool right, runs_there(session, operation, errc::detached, kind));
  if (!right) return {};  // filters go with their qdisc
  std::optional<tc_filter> found;
  auto failure = find_filter(session.socket, session.place, id.tc_priority, id.tc_handle, found);
  if (failure.cause == ENODEV || (failure.cause == 0 && !found)) return {};
  if (failure.cause != 0) return explain(failure.cause, operation, session.subject);
  if (found->program != expected) {
    return error{errc::conflict, operation, session.subject}
        .expected(expected_text(id, expected))
        .found(found_filter_text(found))
        .still_running(found_filter_text(found))
        .advice("observe and plan again");
  }
  failure = remove_filter(session.place, id.tc_priority, id.tc_handle);
  if (failure.cause == 0 || failure.cause == ENODEV) return {};
  return explain(failure.cause, operation, session.subject).log(failure.text);
}

inline result<chain> clsact_filter_driver::query(const hook_place& at_interface,
                                                 const attach_point& at) const {
  constexpr std::string_view operation = "query chain";
  LINCHPIN_TRY(auto session, open_filter_session(operation, at_interface.number, at));
  if (!interface_exists(session.place.interface)) {
    return error{errc::not_found, operation, session.subject}.found("no such interface");
  }
  std::vector<tc_filter> filters;
  const auto failure = list_filters(session.socket, session.place, filters);
  if (failure.cause != 0 && failure.cause != EINVAL) {
    return failed(failure, operation, session, errc::not_found);
  }
  chain found;
  if (filters.empty()) return found;
  std::string kind;
  LINCHPIN_TRY(const bool right, runs_there(session, operation, errc::not_found, kind));
  if (right) found = chain_of_filters(filters);
  return found;
}

}  // namespace linchpin::detail
