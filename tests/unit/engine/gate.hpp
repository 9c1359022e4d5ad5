// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include <span>
#include <string>

#include "scene.hpp"

// The component "gate" at different hooks, for tests of what it may take for its own.
namespace engine_test {

inline constexpr const char* blue = "/run/netns/blue";
inline const std::string component_root = std::string{root} + "/gate";

inline linchpin::desired_component at_both(
    std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
  return made;
}

inline linchpin::desired_component three_on(
    const std::string& interface, std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{interface});
  made.attach("guard_out", linchpin::hook::tcx_egress{interface});
  made.attach("guard_xdp", linchpin::hook::xdp{interface});
  return made;
}

}  // namespace engine_test
