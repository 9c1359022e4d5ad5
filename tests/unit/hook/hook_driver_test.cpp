// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/driver/table.hpp>

#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <vector>

using namespace linchpin;

namespace {

std::vector<mechanism> every_mechanism() {
  return {hook::xdp_native,  hook::xdp_generic, hook::tcx_link,     hook::clsact_filter,
          hook::cgroup_link, hook::netns_link,  hook::sockmap_link, hook::struct_ops_link};
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

errc condition(mechanism how, int cause) {
  return detail::driver_for(how)->explain(cause, "attach", "somewhere").condition();
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
    attach_point untold;
    untold.how = how;
    untold.on = {kind, "nowhere"};
    refused_by_every_verb(untold, "attach type");
  }
}

TEST_CASE("attach type 0 is cgroup ingress and nothing else", "[kernel][driver]") {
  for (const auto how : every_mechanism()) {
    const auto* driver = detail::driver_for(how);
    CHECK(driver->knows(uapi::attach_type{0}) == (how == hook::cgroup_link));
    CHECK_FALSE(driver->knows(no_attach_type));
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
    CHECK(condition(how, ENODEV) == errc::not_found);
    CHECK(condition(how, ENOLINK) == errc::detached);
    CHECK(condition(how, ESTALE) == errc::conflict);
    CHECK(condition(how, EPERM) == errc::permission_denied);
    CHECK(condition(how, EINVAL) == errc::wrong_type);
  }
  CHECK(condition(hook::tcx_link, ERANGE) == errc::full);
  CHECK(condition(hook::cgroup_link, E2BIG) == errc::full);
  CHECK(condition(hook::netns_link, E2BIG) == errc::full);
  CHECK(condition(hook::cgroup_link, ENOENT) == errc::not_found);
  CHECK(condition(hook::tcx_link, EEXIST) == errc::already_exists);
  CHECK(condition(hook::xdp_native, EEXIST) == errc::busy);
  CHECK(condition(hook::xdp_native, EBUSY) == errc::busy);
  CHECK(condition(hook::xdp_native, EOPNOTSUPP) == errc::unsupported);
  // A fallback goes on from native to generic XDP at these.
  CHECK(condition(hook::xdp_native, ERANGE) == errc::unsupported);
  CHECK(condition(hook::xdp_native, ENOSPC) == errc::unsupported);
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
