// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/driver/hook_driver.hpp>
#include <linchpin/hook/families.hpp>

// A path has no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define LINCHPIN_HEADER_OF_ROOM(room) <linchpin/hook/room/driver.hpp>
#include <linchpin/hook/rooms.inc>
#undef LINCHPIN_HEADER_OF_ROOM

#include <string_view>

#include <fmt/format.h>

// The drivers of the hook families in linchpin/hook/rooms.inc. Each driver's header has an overload
// of `for_each_driver` that takes its family's room and runs through its drivers.
namespace linchpin::inline LINCHPIN_ABI::detail {

static_assert(all_differ<every_room>(),
              "linchpin: two hook families have one name, or a mechanism and an attach type in "
              "common, or links that nothing tells from each other; a second family of struct_ops "
              "has a mechanism and a structure of its own");
static_assert(mechanism_numbers_differ<every_room>(),
              "linchpin: two mechanisms have one number, which stands in records: take a number "
              "that nobody has");

/// Runs through the drivers of all hook families, in the order of the list.
template <class... Rooms, class Visit>
void for_each_driver(room_list<Rooms...>, Visit&& visit) {
  (for_each_driver(Rooms{}, visit), ...);
}

/// The driver of a mechanism, or nullptr for a number that is none.
/// \tparam List the rooms to look in
template <class List = every_room>
[[nodiscard]] const hook_driver* driver_for(mechanism how) noexcept {
  const hook_driver* found = nullptr;
  for_each_driver(List{}, [&](const hook_driver& driver) {
    if (driver.traits().how == how) found = &driver;
  });
  return found;
}

/// A driver that attaches to targets of a kind, or nullptr for a number that is none.
[[nodiscard]] inline const hook_driver* driver_at(target_kind kind) noexcept {
  const hook_driver* found = nullptr;
  for_each_driver(every_room{}, [&](const hook_driver& driver) {
    if (found == nullptr && driver.target() == kind) found = &driver;
  });
  return found;
}

/// The driver of an attach point, after checking that a family has its mechanism and attach type,
/// and that the kind of target is the driver's.
/// \tparam List the rooms to look in
/// errors: invalid_argument, before any system call
template <class List = every_room>
[[nodiscard]] result<const hook_driver*> driver_of(std::string_view operation,
                                                   const attach_point& at) {
  const hook_driver* const driver = driver_for<List>(at.how);
  if (driver == nullptr) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected("a mechanism that this linchpin knows")
        .found(fmt::format("mechanism {}", static_cast<unsigned>(at.how)))
        .advice("written by a newer linchpin? use that one");
  }
  if (find_family_in<List>(at.how, at.type) == nullptr) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected(fmt::format("an attach type that can be realised as {}", driver->name()))
        .found(attach_type_text(at.type))
        .advice("take the attach points of the hooks in linchpin/hook/");
  }
  if (at.on.kind != driver->target()) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected(fmt::format("{} as the target of a {}", driver->traits().target->indefinite,
                              driver->name()))
        .found(std::string{traits_of(at.on.kind).indefinite});
  }
  return driver;
}

}  // namespace linchpin::detail
