// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include <span>
#include <string>
#include <vector>

#include "property.bpf.hpp"
#include "property_v2.bpf.hpp"
#include "scene.hpp"

// A component with programs at hooks of five kinds, so that a change of one can be told from a change
// of the others.
namespace engine_test {

inline linchpin::desired_component five(const std::string& name, std::span<const std::byte> object,
                                        int priority = 10) {
  linchpin::desired_component made{name, elf(object)};
  made.attach("ts_p_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  made.attach("ts_p_out", linchpin::hook::tcx_egress{"eth0"});
  made.attach("ts_p_xdp", linchpin::hook::xdp{"eth0"});
  made.attach("ts_p_connect4", linchpin::hook::cgroup_connect4{web});
  made.attach("ts_p_lookup", linchpin::hook::sk_lookup{});
  return made;
}

inline std::vector<linchpin::attach_point> hooks_of_five(const machine& host) {
  return {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0"), host.connect4(),
          host.point(linchpin::hook::netns_link, attach_type::sk_lookup, "")};
}

}  // namespace engine_test
