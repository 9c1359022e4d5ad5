// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/linchpin.hpp>

#include <cstdio>
#include <string>

struct edge_policies : linchpin::default_policies {
  using attach_order = linchpin::order::priority;  // lower numbers run first
};

int main(int argc, char** argv) try {
  if (argc != 3) return std::puts("usage: first_steps INTERFACE OBJECTS"), 2;
  const std::string interface = argv[1], objects = argv[2];
  auto edge = linchpin::orchestrator<edge_policies>::open("/sys/fs/bpf/edge").value();

  using source = linchpin::object_source;
  linchpin::component firewall{"firewall", source::file(objects + "/firewall.bpf.o")};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{interface}).priority(10);

  linchpin::component balancer{"balancer", source::file(objects + "/balancer.bpf.o")};
  balancer.attach("balancer", linchpin::hook::tcx_ingress{interface}).priority(20);
  balancer.attach("returner", linchpin::hook::tcx_egress{interface});
  balancer.map("balanced").carry(linchpin::carry::copy{});

  const auto plan = edge.plan({firewall, balancer}).value();
  std::puts(plan.text().c_str());  // what will change and why; nothing has yet
  edge.apply(plan).value();        // all of it or none of it
  std::puts(edge.status().value().text().c_str());
} catch (const linchpin::failure& failed) {
  std::fprintf(stderr, "%s\n", failed.error().message().c_str());
  return 1;
}
