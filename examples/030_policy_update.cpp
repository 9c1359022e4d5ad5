// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// An update policy of your own: the new program runs beside the old one for a while, so that it has seen
// traffic before it serves alone, wherever a hook has room for two; in place where it has not.
#include "support/stage.hpp"

#include <linchpin/hook/families.hpp>
#include <linchpin/testing/udp.hpp>

#include <array>
#include <chrono>
#include <iostream>

#include <example_witness_1.bpf.hpp>
#include <example_witness_2.bpf.hpp>

struct warmed_up {
  static constexpr std::string_view policy_id = "update.warmed_up/1";
  template <class Hook>
  static constexpr bool works_at = true;

  linchpin::update_choice choose(const linchpin::hook_view& hook) const noexcept {
    using enum linchpin::update_method;
    if (hook.abilities.exclusive) return in_place;
    return {make_before_break, 20'000};  // microseconds
  }
};
static_assert(linchpin::update_policy<warmed_up>);

struct edge_policies : linchpin::default_policies {
  using update_strategy = warmed_up;
};
static_assert(linchpin::policy_set<edge_policies>);

using edge = linchpin::orchestrator<edge_policies>;

// Sends a packet in and one out after each step, and says which versions these met at each hook.
class watcher final : public linchpin::apply_observer {
 public:
  using versions = std::array<std::uint8_t, 3>;

  watcher(const example::stage& stage, linchpin::map_ref met)
      : met_(linchpin::typed_map<std::uint32_t, versions>::over(met).value()),
        here_(udp_socket::bind(stage.address, port).value()),
        there_(udp_socket::bind(stage.peer_address, port, &stage.peer()).value()) {}

  void look(std::string_view after) {
    for (std::uint32_t hook = 0; hook < 3; ++hook) met_.update(hook, {}).value();
    there_.send_numbered(example::stage::address, port, 0, 1).value();
    here_.send_numbered(example::stage::peer_address, port, 0, 1).value();
    for (auto* end : {&here_, &there_}) end->count_arrivals(1, std::chrono::seconds{10}).value();

    std::string seen;
    const char* const hooks[] = {"xdp", "; ingress", "; egress"};
    for (std::uint32_t hook = 0; hook < 3; ++hook) {
      const auto met = met_.lookup(hook).value().value();
      seen += hooks[hook];
      for (std::size_t version = 1; version < 3; ++version)
        if (met[version] != 0) seen += " v" + std::to_string(version);
    }
    if (seen != last_) std::cout << seen << "  (" << after << ")\n";
    last_ = seen;
  }
  void on(const linchpin::step_event& event) noexcept override {
    look(linchpin::text(event.which.kind));
  }

 private:
  using udp_socket = linchpin::testing::udp_socket;
  static constexpr std::uint16_t port = 4000;
  linchpin::typed_map<std::uint32_t, versions> met_;
  udp_socket here_, there_;
  std::string last_;
};

static edge::component_at<linchpin::hook::xdp_way::generic> witness(
    std::span<const std::byte> object) {
  edge::component_at<linchpin::hook::xdp_way::generic> made{
      "witness", linchpin::object_source::memory("witness", object)};
  made.attach("early", linchpin::hook::xdp{example::stage::interface});
  made.attach("arriving", linchpin::hook::tcx_ingress{example::stage::interface});
  made.attach("leaving", linchpin::hook::tcx_egress{example::stage::interface});
  return made;
}

static void show(const example::stage& stage) {
  auto service = edge::open(stage.store()).value();
  service.apply({witness(bpf_objects::example_witness_1())}).value();
  const auto met = linchpin::open_map(service.map_path("witness", "met").value()).value();
  watcher watching{stage, met};
  watching.look("before the upgrade");
  const auto upgrade = service.plan({witness(bpf_objects::example_witness_2())}).value();
  service.apply(upgrade, &watching).value();
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   xdp v1; ingress v1; egress v1  (before the upgrade)
//   xdp v2; ingress v1; egress v1  (update)
//   xdp v2; ingress v1 v2; egress v1  (attach)
//   xdp v2; ingress v1 v2; egress v1 v2  (attach)
//   xdp v2; ingress v2; egress v1 v2  (detach)
//   xdp v2; ingress v2; egress v2  (detach)
