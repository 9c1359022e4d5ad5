// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>

#include <csignal>
#include <cstring>

#include "bpf/turnstile.bpf.h"
#include "kernel/engine/traffic.hpp"

// Programs that outlived their owners, and owners that did not notice that their programs went.

using namespace live_engine;
using linchpin::attachment_state;
using linchpin::testing::child_end;
using linchpin::testing::in_child;

namespace {

struct ephemeral : ordered {
  using lifetime = linchpin::lifetime::ephemeral;
};

template <class Policies>
void live_and_be_killed(stage& here, const std::vector<linchpin::desired_component>& desired) {
  const auto end = must(in_child([&] {
    auto edge = must(loose_orchestrator<Policies>::open(here.root()));
    must(edge.apply(desired));
    std::raise(SIGKILL);
    return 1;
  }));
  REQUIRE(end == child_end{true, SIGKILL});
}

}  // namespace

TEST_CASE("orphans: what is said to be ephemeral does not outlive its killed owner",
          "[kernel][incident]") {
  stage here;
  const auto before = here.take_census();
  live_and_be_killed<ephemeral>(here, {here.linked_hooks()});
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
  for (const auto& hook : {here.ingress(), here.xdp(), here.skb(), here.egress(), here.connect4()})
    CHECK(wait_until(here.kernel, [&] { return here.chain(hook).empty(); }));
}

TEST_CASE("orphans: restarts after kill -9 neither leave stale programs nor add second ones",
          "[kernel][incident]") {
  stage here;
  live_and_be_killed<ordered>(here, {here.five_hooks()});
  const auto first = here.take_census();
  for (int restart = 0; restart < 4; ++restart) {
    const bool upgrades = restart >= 2;
    const auto object =
        upgrades && restart % 2 == 0 ? bpf_objects::turnstile_v2() : bpf_objects::turnstile();
    live_and_be_killed<ordered>(here, {here.five_hooks(object)});
    for (const auto& hook :
         {here.ingress(), here.xdp(), here.skb(), here.egress(), here.connect4()})
      CHECK(here.chain(hook).size() == 1);
    CHECK(wait_until(here.kernel, [&] {
      const auto now = here.take_census();
      return now.links == first.links && now.programs.size() == first.programs.size() &&
             now.maps.size() == first.maps.size();
    }));
    if (!upgrades) CHECK(here.take_census() == first);
  }
}

TEST_CASE("orphans: a cgroup that died under its programs shows in the status",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({stage::one("socket", "ts_connect4", here.connect4())}));
  here.remove_cgroup();
  CHECK(wait_until(here.kernel, [&] { return !must(edge.status()).healthy(); }));
  const auto status = must(edge.status());
  CHECK(status.components.at(0).attachments.at(0).state == attachment_state::target_gone);
  INFO(status.text());
  CHECK(status.text().find(std::string{text(attachment_state::target_gone)}) != std::string::npos);
}

TEST_CASE("orphans: a hundred upgrades leave as many programs, maps and pins as one",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const auto first = here.take_census();
  const auto pins = here.pins(here.root()).size();
  for (int i = 0; i < 100; ++i)
    must(edge.apply(
        {here.three_hooks(i % 2 == 0 ? bpf_objects::turnstile_v2() : bpf_objects::turnstile())}));
  CHECK(here.pins(here.root()).size() == pins);
  CHECK(wait_until(here.kernel, [&] {
    const auto now = here.take_census();
    return now.links == first.links && now.programs.size() == first.programs.size() &&
           now.maps.size() == first.maps.size();
  }));
}

TEST_CASE("orphans: an interface that was made anew is attached to again and counts",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  here.remove_interface();
  here.make_interface();
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({here.three_hooks()}));
  CHECK(must(edge.status()).healthy());

  traffic passing{here};
  const auto counted = [&] {
    const auto read = must(here.kernel.read_map(must(edge.map_handle("turnstile", "ts_tallies"))));
    std::uint64_t packets = 0;
    const auto slot = turnstile_tcx * turnstile_versions + 1;
    std::memcpy(&packets, read.values.data() + slot * sizeof packets, sizeof packets);
    return packets;
  };
  CHECK(wait_until(here.kernel, [&] { return counted() > 0; }));
  CHECK(counted() <= passing.stop());
}

TEST_CASE("orphans: an uninstall leaves a machine as it was found", "[kernel][incident]") {
  stage here;
  stranger theirs{here, here.ingress()};
  const auto before = here.take_census();
  const auto pins = here.pins(here.bpffs());
  live_and_be_killed<ordered>(here, {here.five_hooks()});
  must(here.open().remove_all());
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
  CHECK(here.pins(here.root()).empty());
  CHECK(here.pins(here.bpffs()).size() == pins.size() + 1);  // the empty root
  CHECK(theirs.runs());
}
