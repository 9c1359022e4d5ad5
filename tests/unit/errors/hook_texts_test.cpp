// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <cerrno>

#include <linchpin/hook/driver/table.hpp>
#include "../../support/error_texts.hpp"

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
  error_texts::area told{"attach point"};
  told.add("a mechanism of a later version",
           attached_at(place_of(mechanism{9}, uapi::attach_type::xdp, hook::interface_target)));
  told.add("a type that its mechanism does not have",
           attached_at(place_of(hook::tcx_link, uapi::attach_type::cgroup_inet4_bind,
                                hook::interface_target)));
  told.add("a type of a later version",
           attached_at(place_of(hook::cgroup_link, uapi::attach_type{9999}, hook::cgroup_target)));
  told.add("a target of another kind",
           attached_at(place_of(hook::cgroup_link, uapi::attach_type::cgroup_inet_egress,
                                hook::interface_target)));
  told.check();
}

TEST_CASE("texts of what the kernel says at a hook", "[errors]") {
  error_texts::area told{"errno at a hook"};
  told.add("tcx, ENODEV", explained(hook::tcx_link, ENODEV));
  told.add("tcx, ENOLINK", explained(hook::tcx_link, ENOLINK, "update link"));
  told.add("tcx, ERANGE", explained(hook::tcx_link, ERANGE));
  told.add("tcx, EEXIST", explained(hook::tcx_link, EEXIST));
  told.add("tcx, ENOMEM", explained(hook::tcx_link, ENOMEM));
  told.add("tcx, EMFILE", explained(hook::tcx_link, EMFILE));
  told.add("tcx, EIO", explained(hook::tcx_link, EIO));
  told.add("cgroup, E2BIG", explained(hook::cgroup_link, E2BIG));
  told.add("cgroup, ENOENT", explained(hook::cgroup_link, ENOENT));
  told.add("cgroup, ENOLINK", explained(hook::cgroup_link, ENOLINK, "update link"));
  told.add("netns, E2BIG", explained(hook::netns_link, E2BIG));
  told.add("netns, ENOLINK", explained(hook::netns_link, ENOLINK, "update link"));
  told.add("xdp, EBUSY", explained(hook::xdp_native, EBUSY));
  told.add("xdp, EEXIST", explained(hook::xdp_native, EEXIST));
  told.add("native xdp, EOPNOTSUPP", explained(hook::xdp_native, EOPNOTSUPP));
  told.add("native xdp, ERANGE", explained(hook::xdp_native, ERANGE));
  told.add("native xdp, ENOSPC", explained(hook::xdp_native, ENOSPC));
  told.add("filter, EINVAL", explained(hook::clsact_filter, EINVAL));
  told.add("filter, ENODEV", explained(hook::clsact_filter, ENODEV));
  told.check();
}

}  // namespace hook_texts_test
