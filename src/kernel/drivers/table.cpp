// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/drivers/table.hpp"

#include "kernel/kernel_error.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

std::string_view kind_text(target_kind kind) noexcept {
  switch (kind) {
    case target_kind::interface:
      return "an interface";
    case target_kind::cgroup:
      return "a cgroup";
    case target_kind::netns:
      return "a netns";
  }
  return "an unknown kind of target";
}

}  // namespace

const hook_driver* driver_for(mechanism how) noexcept {
  switch (how) {
    case mechanism::xdp_native:
      return &xdp_native_driver();
    case mechanism::xdp_generic:
      return &xdp_generic_driver();
    case mechanism::tcx:
      return &tcx_driver();
    case mechanism::clsact:
      return &clsact_driver();
    case mechanism::cgroup:
      return &cgroup_driver();
    case mechanism::netns:
      return &netns_driver();
  }
  return nullptr;
}

result<const hook_driver*> driver_of(std::string_view operation, const attach_point& at) {
  const hook_driver* const driver = driver_for(at.how);
  if (driver == nullptr) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected("a mechanism that this linchpin knows")
        .found(fmt::format("mechanism {}", static_cast<unsigned>(at.how)))
        .advice("written by a newer linchpin? use that one");
  }
  if (!driver->knows(at.type)) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected(fmt::format("an attach type that can be realised as {}", driver->name()))
        .found(attach_type_text(at.type))
        .advice("take the attach points of the hooks in linchpin/hook/");
  }
  if (at.on.kind != driver->target()) {
    return error{errc::invalid_argument, operation, hook_text(at)}
        .expected(
            fmt::format("{} as the target of a {}", kind_text(driver->target()), driver->name()))
        .found(kind_text(at.on.kind));
  }
  return driver;
}

}  // namespace linchpin::detail
