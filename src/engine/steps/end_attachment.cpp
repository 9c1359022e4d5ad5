// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/execution.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

attach_point bare_point(const attachment_record& record) {
  return {record.how, record.type, target_of(record), record.identity};
}

void leave(execution& in, const component_change& change, const attachment_record& record) {
  in.leave_alone(
      fmt::format("{}: something that is not ours stands there", subject_of(change.name, record)));
}

// A filter in another network namespace than its path leads to cannot be told from a stranger's.
result<bool> in_another_netns(execution& in, const attachment_record& record) {
  const target named{hook::netns_target, record.netns};
  LINCHPIN_TRY(const auto there, in.kernel().resolve({&named, 1}));
  return !there.front() || there.front()->id != record.identity.netns.value;
}

// Whether the component is attached anew at the name of a filter, because the name means another
// network namespace by now: nothing is left to find the filter by.
bool is_given_up(const component_change& change, const attachment_record& record) {
  if (!change.stays || record.netns.empty()) return false;
  const auto& after = change.after.attachments;
  return std::any_of(after.begin(), after.end(), [&record](const attachment_record& next) {
    return next.family == record.family && target_of(next) == target_of(record) &&
           next.identity.netns != record.identity.netns;
  });
}

result<void> end_filter(execution& in, const component_change& change,
                        const attachment_record& record) {
  const auto expected = change.program_of(record).id;
  if (!expected) {
    leave(in, change, record);
    return {};
  }
  auto ended = in.kernel().detach(bare_point(record), record.id, {}, expected);
  if (ended) {
    in.waited = false;
    ++in.report.detached;
    return {};
  }
  const auto& why = ended.error();
  if (says_gone(why)) return {};
  if (!why.is(errc::conflict)) return ended;
  LINCHPIN_TRY(const bool elsewhere, in_another_netns(in, record));
  if (elsewhere && !is_given_up(change, record)) return ended;
  if (elsewhere) {
    in.leave_alone(fmt::format("{}: it is in another network namespace; it runs on",
                               subject_of(change.name, record)));
    return {};
  }
  leave(in, change, record);
  return {};
}

result<void> detach(execution& in, const attachment_record& record, handle_ref link,
                    const link_info& info) {
  if (!info.target_gone()) {
    LINCHPIN_CHECK(in.kernel().detach(bare_point(record), {info.id, 0, 0}, link, info.program));
    in.waited = false;
  }
  ++in.report.detached;
  return {};
}

result<void> perform(execution& in, const step& which) {
  auto& change = in.change_of(which);
  if (change.before == nullptr) return {};
  const auto& record = change.before->attachments[which.before];
  // An attachment without an id was waiting for its target: nothing is attached.
  if (record.id == attachment_id{}) return {};
  if (find_hook_family(record.family) == nullptr) {
    in.leave_alone(fmt::format("{}: of a hook family that this linchpin does not know; it runs on",
                               subject_of(change.name, record)));
    return {};
  }
  if (!has_link(record.how)) return end_filter(in, change, record);
  LINCHPIN_TRY(const auto found,
               find_link(in.store(), change.name, record, change.kept_link(which.before), in.path));
  if (found.what == link_found::kind::ours) {
    LINCHPIN_CHECK(detach(in, record, found.link, found.info));
    return change.durable() ? in.store().remove_pin(in.path) : result<void>{};
  }
  if (found.what == link_found::kind::foreign) leave(in, change, record);
  // The pin is gone. Another process may hold the link, which keeps it attached; its id is on
  // record.
  const auto opened = in.kernel().open_by_id(pin_kind::link, record.id.link.value);
  if (!opened) {
    if (!opened.error().is(errc::permission_denied)) return opened.error();
    in.leave_alone(
        fmt::format("{}: its pin is gone, and opening link {} by its id takes "
                    "CAP_SYS_ADMIN; where another process holds it, it runs on",
                    subject_of(change.name, record), record.id.link.value));
    return {};
  }
  if (!*opened) return {};
  LINCHPIN_TRY(const auto info, in.kernel().describe_link(opened->ref()));
  if (info.target_gone()) return {};
  // The id on record proves the link ours. A link that got the same id later would be attached
  // elsewhere.
  if (!change.owns(info.program) && info.target != record.identity.id) {
    leave(in, change, record);
    return {};
  }
  return detach(in, record, opened->ref(), info);
}

}  // namespace

const step_actions end_attachment_actions{"detach", perform, nullptr, nullptr, subject_before};

}  // namespace linchpin
