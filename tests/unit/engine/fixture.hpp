// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/fake_machine.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../../support/loose_orchestrator.hpp"
#include "guard.bpf.hpp"
#include "guard_percpu.bpf.hpp"
#include "guard_renamed.bpf.hpp"
#include "guard_v2.bpf.hpp"
#include "guard_wide.bpf.hpp"
#include "guide.bpf.hpp"
#include "guide_v2.bpf.hpp"

// A machine with two interfaces and a cgroup, and the components that the engine's tests move.
namespace engine_test {

using linchpin::uapi::attach_type;

inline constexpr const char* root = "/sys/fs/bpf/edge";

struct ordered : linchpin::default_policies {
  using attach_order = linchpin::order::priority;
};

struct machine : linchpin::testing::fake_machine {
  machine() {
    add_interface("eth0");
    add_interface("eth1");
    add_cgroup("/sys/fs/cgroup/web");
  }

  [[nodiscard]] linchpin::attach_point ingress(const std::string& interface) const {
    return point(linchpin::hook::tcx_link, attach_type::tcx_ingress, interface);
  }
  [[nodiscard]] linchpin::attach_point egress(const std::string& interface) const {
    return point(linchpin::hook::tcx_link, attach_type::tcx_egress, interface);
  }
  [[nodiscard]] linchpin::attach_point xdp(const std::string& interface) const {
    return point(linchpin::hook::xdp_native, attach_type::xdp, interface);
  }
  [[nodiscard]] linchpin::attach_point connect4() const {
    return point(linchpin::hook::cgroup_link, attach_type::cgroup_inet4_connect,
                 "/sys/fs/cgroup/web");
  }
  /// All hooks at which the guard stands.
  [[nodiscard]] std::vector<linchpin::attach_point> guarded() const {
    return {ingress("eth0"), ingress("eth1"), egress("eth0"), xdp("eth0"), connect4()};
  }
};

inline linchpin::object_source elf(std::span<const std::byte> bytes) {
  return linchpin::object_source::memory("fixture", bytes);
}

/// Five hooks of four kinds.
inline linchpin::desired_component guard(std::span<const std::byte> bytes = bpf_objects::guard(),
                                         int priority = 10) {
  linchpin::desired_component made{"guard", elf(bytes)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"}).priority(priority);
  made.attach("guard_out", linchpin::hook::tcx_egress{"eth0"}).priority(priority);
  made.attach("guard_xdp", linchpin::hook::xdp{"eth0"}).priority(priority);
  made.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"})
      .priority(priority);
  return made;
}

inline linchpin::desired_component guide(std::span<const std::byte> bytes = bpf_objects::guide(),
                                         int priority = 20) {
  linchpin::desired_component made{"guide", elf(bytes)};
  made.attach("guide_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  return made;
}

template <class Policies = ordered>
loose_orchestrator<Policies> open(linchpin::kernel& kernel,
                                  linchpin::policy_values<Policies> values = {}) {
  auto opened = loose_orchestrator<Policies>::open(root, {.on = &kernel}, std::move(values));
  if (!opened) FAIL(opened.error().message());
  return *std::move(opened);
}

/// The value, or a failed test that says why.
template <class T>
T must(linchpin::result<T> outcome) {
  if (!outcome) FAIL(outcome.error().message());
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

template <class T>
linchpin::error refused(const linchpin::result<T>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

}  // namespace engine_test
