// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/ending.hpp"

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/running.hpp"

namespace linchpin {

namespace {

result<ending> end_filter(kernel& acting, const attachment_record& record, program_id expected) {
  if (!expected) return ending::not_ours;
  auto ended = acting.detach(point_of(record), record.id, {}, expected);
  if (ended) return ending::ended;
  if (ended.error().is(errc::conflict)) return ending::not_ours;
  return std::move(ended).error();
}

result<ending> end_link(kernel& acting, const attachment_record& record, handle_ref link) {
  LINCHPIN_TRY(const auto info, acting.describe_link(link));
  if (record.id.link && info.id != record.id.link) return ending::not_ours;
  if (!info.target_gone()) {
    LINCHPIN_CHECK(acting.detach(point_of(record), {info.id, 0, 0}, link, info.program));
  }
  return ending::ended;
}

}  // namespace

result<ending> end_attachment(store& in, std::string_view component,
                              const attachment_record& record, handle_ref kept,
                              program_id expected) {
  if (!has_link(record.how)) {
    if (record.id == attachment_id{}) return ending::absent;
    return end_filter(in.acting(), record, expected);
  }
  if (kept) return end_link(in.acting(), record, kept);
  const auto path = in.link_path(component, record.slot);
  LINCHPIN_TRY(const auto opened, in.acting().open_pin(path, pin_kind::link));
  if (!opened) return ending::absent;
  LINCHPIN_TRY(const auto ended, end_link(in.acting(), record, opened.ref()));
  if (ended == ending::ended) LINCHPIN_CHECK(in.acting().remove_pin(path));
  return ended;
}

std::string subject_of(std::string_view component, const attachment_record& record) {
  return fmt::format("component {}, {}", component, subject_of(record));
}

}  // namespace linchpin
