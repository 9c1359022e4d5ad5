// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/driver/table.hpp>

#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "facts.hpp"

using namespace linchpin;

namespace {

std::vector<mechanism> every_mechanism() {
  std::vector<mechanism> all;
  for (const auto* traits : hook_mechanisms()) all.push_back(traits->how);
  return all;
}

attach_point point(mechanism how, uapi::attach_type type, target_kind kind) {
  return {how, type, {kind, "nowhere"}, {}};
}

// Every verb that takes an attach point, with arguments that would be refused otherwise as well; what
// matters is that the answer is about the attach point.
void refused_by_every_verb(const attach_point& at, std::string_view found) {
  live_kernel kernel;
  update_request request;
  request.at = at;
  const auto attached = kernel.attach(at, {}, {});
  const auto updated = kernel.update(request);
  const auto detached = kernel.detach(at, {}, {}, {});
  const auto queried = kernel.query(at);
  REQUIRE_FALSE(attached);
  REQUIRE_FALSE(updated);
  REQUIRE_FALSE(detached);
  REQUIRE_FALSE(queried);
  for (const auto& refusal :
       {attached.error(), updated.error(), detached.error(), queried.error()}) {
    CAPTURE(refusal.message());
    CHECK(refusal.condition() == errc::invalid_argument);
    CHECK(refusal.os_error() == 0);
    CHECK(refusal.found().find(found) != std::string_view::npos);
    CHECK(refusal.subject().find("nowhere") != std::string_view::npos);
  }
}

// A second room of struct_ops: a mechanism of its own, and the attach type of the first.
struct scheduler_room {
  static constexpr mechanism how{200};
  static constexpr mechanism by_it[] = {how};
  static constexpr hook_family family{.name = "scheduler",
                                      .target = &hook::kernel_traits,
                                      .program = uapi::program_type::struct_ops,
                                      .attaches = attached_kind::map,
                                      .structure = "sched_ext_ops",
                                      .attach = uapi::attach_type::struct_ops,
                                      .mechanisms = by_it};
  static constexpr const hook_family* families[] = {&family};
  static constexpr mechanism_traits mechanisms[] = {{.how = how,
                                                     .name = "scheduler link",
                                                     .word = "scheduler",
                                                     .target = &hook::kernel_traits,
                                                     .chain = how,
                                                     .link = uapi::link_type::struct_ops}};
};

// Its driver: that of the other structure, as a room of struct_ops would have it.
template <class Visit>
void for_each_driver(scheduler_room, Visit&& visit) {
  static const detail::struct_ops_driver link{scheduler_room::mechanisms[0]};
  visit(link);
}

}  // namespace

TEST_CASE("every mechanism has a driver of its own and a name", "[kernel][driver]") {
  std::vector<const detail::hook_driver*> drivers;
  for (const auto how : every_mechanism()) {
    const auto* driver = detail::driver_for(how);
    REQUIRE(driver != nullptr);
    CHECK(std::ranges::find(drivers, driver) == drivers.end());
    CHECK(driver->name() == mechanism_name(how));
    drivers.push_back(driver);
  }
  CHECK(detail::driver_for(mechanism{0}) == nullptr);
  CHECK(detail::driver_for(mechanism{7}) == nullptr);
}

TEST_CASE("every hook family is known to the drivers of its mechanisms and to no other",
          "[kernel][driver]") {
  for (const auto* family : hook_families()) {
    for (const auto how : every_mechanism()) {
      INFO(family->name << " as " << mechanism_name(how));
      const bool own = std::ranges::find(family->mechanisms, how) != family->mechanisms.end();
      CHECK(detail::driver_of("attach", point(how, family->attach, family->target->kind))
                .has_value() == own);
    }
  }
}

TEST_CASE("an attach point that names nothing is refused by every verb", "[kernel][driver]") {
  attach_point at;
  at.on.name = "nowhere";
  refused_by_every_verb(at, "mechanism 0");
}

TEST_CASE("a mechanism that this build does not know is refused by every verb",
          "[kernel][driver]") {
  refused_by_every_verb(
      point(mechanism{9}, uapi::attach_type::cgroup_inet_ingress, hook::cgroup_target),
      "mechanism 9");
}

TEST_CASE("a hook family that this build does not know is never attached", "[kernel][driver]") {
  // What a user makes of the public parts, without saying what programs are loaded for.
  hook_family unheard_of;
  unheard_of.name = "unheard_of";
  unheard_of.target = &hook::cgroup_traits;
  CHECK(unheard_of.attach == no_attach_type);
  for (const auto how : every_mechanism()) {
    CAPTURE(mechanism_name(how));
    const auto kind = detail::driver_for(how)->target();
    refused_by_every_verb(point(how, unheard_of.attach, kind), "attach type");
    refused_by_every_verb(point(how, uapi::attach_type{9999}, kind), "attach type 9999");
    attach_point unnamed;
    unnamed.how = how;
    unnamed.on = {kind, "nowhere"};
    refused_by_every_verb(unnamed, "attach type");
  }
}

TEST_CASE("attach type 0 is cgroup ingress and nothing else", "[kernel][driver]") {
  for (const auto how : every_mechanism()) {
    const auto kind = detail::driver_for(how)->target();
    const auto as_zero = detail::driver_of("attach", point(how, uapi::attach_type{0}, kind));
    CHECK(as_zero.has_value() == (how == hook::cgroup_link));
    CHECK_FALSE(detail::driver_of("attach", point(how, no_attach_type, kind)));
  }
}

TEST_CASE("a target of another kind is refused by every verb", "[kernel][driver]") {
  refused_by_every_verb(
      point(hook::cgroup_link, uapi::attach_type::cgroup_inet_egress, hook::interface_target),
      "an interface");
  refused_by_every_verb(point(hook::tcx_link, uapi::attach_type::tcx_ingress, hook::netns_target),
                        "a netns");
  refused_by_every_verb(point(hook::netns_link, uapi::attach_type::sk_lookup, target_kind{42}),
                        "an unknown kind");
}

TEST_CASE("an errno means what it means at the hook", "[kernel][driver]") {
  for (const auto how : every_mechanism()) {
    CAPTURE(mechanism_name(how));
    CHECK(condition_at(how, ENODEV) == errc::not_found);
    CHECK(condition_at(how, ENOLINK) == errc::detached);
    CHECK(condition_at(how, ESTALE) == errc::conflict);
    CHECK(condition_at(how, EPERM) == errc::permission_denied);
    CHECK(condition_at(how, EINVAL) == errc::wrong_type);
  }
}

TEST_CASE("an entry of a chain is described by what tells it from the others", "[kernel][driver]") {
  chain_entry entry;
  entry.program = {17};
  entry.name = "fw";
  entry.link = {5};
  CHECK(detail::driver_for(hook::tcx_link)->describe(entry) == "program 17 (fw) by link 5");
  entry.link = {};
  CHECK(detail::driver_for(hook::cgroup_link)->describe(entry) == "program 17 (fw)");
  entry.tc_priority = 256;
  entry.tc_handle = 1;
  CHECK(detail::driver_for(hook::clsact_filter)->describe(entry) ==
        "program 17 (fw) at priority 256 handle 1");
}

TEST_CASE("a second family of struct_ops gets its own driver beside the first",
          "[kernel][driver]") {
  using both = detail::room_list<hook::tcp_congestion_room, scheduler_room>;
  STATIC_REQUIRE(detail::all_differ<both>());
  STATIC_REQUIRE(detail::mechanism_numbers_differ<both>());
  const auto type = uapi::attach_type::struct_ops;
  CHECK(detail::find_family_in<both>(hook::struct_ops_link, type) == &hook::tcp_congestion_family);
  CHECK(detail::find_family_in<both>(scheduler_room::how, type) == &scheduler_room::family);
  const auto first =
      detail::driver_of<both>("attach", point(hook::struct_ops_link, type, hook::kernel_target));
  const auto second =
      detail::driver_of<both>("attach", point(scheduler_room::how, type, hook::kernel_target));
  REQUIRE(first);
  REQUIRE(second);
  CHECK((*first)->name() == "struct_ops link");
  CHECK((*second)->name() == "scheduler link");
}

TEST_CASE("families that cannot be told from each other are no list", "[kernel][driver]") {
  // The mechanism and the attach type of the first room again.
  static constexpr hook_family again{.name = "again",
                                     .attach = uapi::attach_type::struct_ops,
                                     .mechanisms = hook::tcp_congestion_family.mechanisms};
  STATIC_REQUIRE_FALSE(detail::places_differ(again, hook::tcp_congestion_family));
  using twice = detail::room_list<hook::tcp_congestion_room, hook::tcp_congestion_room>;
  STATIC_REQUIRE_FALSE(detail::all_differ<twice>());
  STATIC_REQUIRE_FALSE(detail::mechanism_numbers_differ<twice>());
}
