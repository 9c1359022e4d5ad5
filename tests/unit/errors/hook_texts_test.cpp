// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <cerrno>

#include "../../support/error_texts.hpp"
#include "kernel/hook_driver.hpp"

// What a hook says of places that are none, and what an errno means there.

namespace hook_texts_test {

using namespace linchpin;

namespace {

attach_point place_of(mechanism how, uapi::attach_type type, target_kind kind) {
  attach_point at;
  at.how = how;
  at.type = type;
  at.on = {kind, "nowhere"};
  return at;
}

error attached_at(const attach_point& at) {
  live_kernel kernel;
  const auto made = kernel.attach(at, {}, {});
  REQUIRE_FALSE(made);
  return made.error();
}

error explained(mechanism how, int cause, std::string_view operation = "attach") {
  return detail::driver_for(how)->explain(cause, operation, "the hook, program fw");
}

}  // namespace

TEST_CASE("texts of attach points that name nothing", "[errors]") {
  using enum target_kind;
  error_texts::area told{"attach point"};
  told.add("a mechanism of a later version",
           attached_at(place_of(mechanism{9}, uapi::attach_type::xdp, interface)));
  told.add("a type that its mechanism does not have",
           attached_at(place_of(mechanism::tcx, uapi::attach_type::cgroup_inet4_bind, interface)));
  told.add("a type of a later version",
           attached_at(place_of(mechanism::cgroup, uapi::attach_type{9999}, cgroup)));
  told.add(
      "a target of another kind",
      attached_at(place_of(mechanism::cgroup, uapi::attach_type::cgroup_inet_egress, interface)));
  told.check();
}

TEST_CASE("texts of what the kernel says at a hook", "[errors]") {
  using enum mechanism;
  error_texts::area told{"errno at a hook"};
  told.add("tcx, ENODEV", explained(tcx, ENODEV));
  told.add("tcx, ENOLINK", explained(tcx, ENOLINK, "update link"));
  told.add("tcx, ERANGE", explained(tcx, ERANGE));
  told.add("tcx, EEXIST", explained(tcx, EEXIST));
  told.add("tcx, ENOMEM", explained(tcx, ENOMEM));
  told.add("tcx, EMFILE", explained(tcx, EMFILE));
  told.add("tcx, EIO", explained(tcx, EIO));
  told.add("cgroup, E2BIG", explained(cgroup, E2BIG));
  told.add("cgroup, ENOENT", explained(cgroup, ENOENT));
  told.add("cgroup, ENOLINK", explained(cgroup, ENOLINK, "update link"));
  told.add("netns, E2BIG", explained(netns, E2BIG));
  told.add("netns, ENOLINK", explained(netns, ENOLINK, "update link"));
  told.add("xdp, EBUSY", explained(xdp_native, EBUSY));
  told.add("xdp, EEXIST", explained(xdp_native, EEXIST));
  told.add("native xdp, EOPNOTSUPP", explained(xdp_native, EOPNOTSUPP));
  told.add("native xdp, ERANGE", explained(xdp_native, ERANGE));
  told.add("native xdp, ENOSPC", explained(xdp_native, ENOSPC));
  told.add("filter, EINVAL", explained(clsact, EINVAL));
  told.add("filter, ENODEV", explained(clsact, ENODEV));
  told.check();
}

}  // namespace hook_texts_test
