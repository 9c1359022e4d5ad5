// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "edge_components.hpp"

#include <quickstart_balancer_1.bpf.hpp>
#include <quickstart_balancer_2.bpf.hpp>
#include <quickstart_firewall_1.bpf.hpp>
#include <quickstart_firewall_2.bpf.hpp>
#include <quickstart_meter_1.bpf.hpp>
#include <quickstart_meter_2.bpf.hpp>

namespace quickstart {

std::array<linchpin::desired_component, 3> edge_components(const std::string& interface,
                                                           unsigned version) {
  using linchpin::object_source;
  namespace hook = linchpin::hook;
  const bool first = version == 1;

  linchpin::component firewall{
      "firewall", object_source::memory("firewall", first ? bpf_objects::quickstart_firewall_1()
                                                          : bpf_objects::quickstart_firewall_2())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{interface}).priority(10);

  linchpin::component balancer{
      "balancer", object_source::memory("balancer", first ? bpf_objects::quickstart_balancer_1()
                                                          : bpf_objects::quickstart_balancer_2())};
  balancer.attach("balancer", linchpin::hook::tcx_ingress{interface}).priority(20);
  balancer.attach("returner", linchpin::hook::tcx_egress{interface}).priority(20);

  // On a network card one leaves the choice to linchpin, which prefers the driver. The driver of a
  // virtual cable has little to gain: it switches segmentation offload off for the whole cable.
  linchpin::component<edge_policies::update_strategy, linchpin::hook::xdp_way::generic> meter{
      "meter", object_source::memory("meter", first ? bpf_objects::quickstart_meter_1()
                                                    : bpf_objects::quickstart_meter_2())};
  meter.attach("meter", linchpin::hook::xdp{interface}).priority(30);

  return {std::move(firewall), std::move(balancer), std::move(meter)};
}

}  // namespace quickstart
