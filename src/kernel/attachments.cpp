// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/driver/table.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

result<attachment> live_kernel::attach(const attach_point& at, handle_ref program,
                                       const anchor& where) {
  LINCHPIN_TRY(const auto* driver, detail::driver_of("attach", at));
  const auto& known = facts();
  LINCHPIN_TRY(auto made,
               detail::in_netns_of(at, "attach", [&]() -> result<detail::driven_attachment> {
                 LINCHPIN_TRY(const auto place, driver->open("attach", at));
                 return driver->attach(place, {at, program.number, where, known});
               }));
  if (!made.link) return attachment{{}, made.id};
  return attachment{handle{*this, std::move(made.link).release().release()}, made.id};
}

result<void> live_kernel::update(const update_request& request) {
  LINCHPIN_TRY(const auto* driver, detail::driver_of("update", request.at));
  // A link is updated by its descriptor, from every network namespace.
  if (driver->traits().has_link) return driver->update(request);
  return detail::in_netns_of(request.at, "update", [&] { return driver->update(request); });
}

result<void> live_kernel::detach(const attach_point& at, const attachment_id& id, handle_ref link,
                                 program_id expected) {
  LINCHPIN_TRY(const auto* driver, detail::driver_of("detach", at));
  const auto act = [&] { return driver->detach(at, id, link.number, expected); };
  return driver->traits().has_link ? act() : detail::in_netns_of(at, "detach", act);
}

result<chain> live_kernel::query(const attach_point& at) {
  constexpr std::string_view operation = "query chain";
  LINCHPIN_TRY(const auto* driver, detail::driver_of(operation, at));
  LINCHPIN_TRY(auto found, detail::in_netns_of(at, operation, [&]() -> result<chain> {
                 LINCHPIN_TRY(const auto place, driver->open(operation, at));
                 return driver->query(place, at);
               }));
  for (auto& entry : found.entries) {
    auto name = detail::program_name(entry.program);
    entry.name_known = name.has_value();
    entry.name = std::move(name).value_or("");
  }
  return found;
}

result<std::optional<sole_program>> live_kernel::find_sole_program(const attach_point& at) {
  constexpr std::string_view operation = "find sole program";
  LINCHPIN_TRY(const auto* driver, detail::driver_of(operation, at));
  LINCHPIN_TRY(const auto place, driver->open(operation, at));
  LINCHPIN_TRY(auto found, driver->find_sole_program(place, at));
  if (!found) return found;
  auto name = detail::program_name(found->program.program);
  found->program.name_known = name.has_value();
  found->program.name = std::move(name).value_or("");
  return found;
}

}  // namespace linchpin
