// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <unistd.h>

#include <algorithm>

#include "stage.hpp"

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::faulty_kernel;
using linchpin::testing::in_child;

namespace {

struct ephemeral : ordered {
  using lifetime = linchpin::lifetime::ephemeral;
};

std::vector<linchpin::any_hook> five(const stage& here) {
  return {here.ingress(), here.xdp(), here.skb(), here.egress(), here.connect4()};
}

}  // namespace

TEST_CASE("a first start attaches everything and leaves nothing to do", "[kernel][engine]") {
  stage here;
  auto edge = here.open();
  const auto report = must(edge.apply({here.five_hooks()}));
  CHECK(report.loaded == 1);
  CHECK(report.attached == 5);
  for (const auto& hook : five(here)) {
    INFO(hook.text());
    CHECK(here.chain(hook).size() == 1);
  }
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({here.five_hooks()})).empty());
}

TEST_CASE("an upgrade changes every program under the links that are there", "[kernel][engine]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.five_hooks()}));
  const auto before = here.take_census();
  std::vector<linchpin::program_id> old_programs;
  std::vector<linchpin::link_id> old_links;
  for (const auto& hook : five(here)) {
    old_programs.push_back(here.chain(hook).at(0));
    old_links.push_back(here.links(hook).at(0));
  }

  const auto report = must(edge.apply({here.five_hooks(bpf_objects::turnstile_v2())}));
  CHECK(report.updated == 5);
  CHECK(report.attached == 0);
  CHECK(report.detached == 0);
  for (std::size_t i = 0; i < five(here).size(); ++i) {
    INFO(five(here)[i].text());
    const auto now = here.chain(five(here)[i]);
    REQUIRE(now.size() == 1);
    CHECK(now[0] != old_programs[i]);
    CHECK(here.links(five(here)[i])[0] == old_links[i]);
  }
  CHECK(must(edge.plan({here.five_hooks(bpf_objects::turnstile_v2())})).empty());
  const auto after = here.take_census();
  CHECK(after.links == before.links);
  CHECK(wait_until(here.kernel, [&] {
    const auto now = here.take_census();
    return now.programs.size() == before.programs.size() && now.maps.size() == before.maps.size();
  }));
}

TEST_CASE("a changed priority moves a program past its neighbour and past no stranger's",
          "[kernel][engine]") {
  stage here;
  const stranger theirs{here, here.ingress()};
  auto edge = here.open();
  const auto at = [&](const char* name, int priority) {
    linchpin::desired_component made{
        name, linchpin::object_source::memory("turnstile", bpf_objects::turnstile())};
    made.attach("ts_in", here.ingress()).priority(priority);
    return made;
  };
  must(edge.apply({at("left", 10), at("right", 20)}));
  const auto running = [&](const char* name) {
    const auto status = must(edge.status());
    for (const auto& component : status.components) {
      if (component.name == name) return component.attachments.at(0).running;
    }
    FAIL("no component " << name);
    return linchpin::program_id{};
  };
  const auto place = [&](linchpin::program_id wanted) {
    const auto chain = here.chain(here.ingress());
    return std::find(chain.begin(), chain.end(), wanted) - chain.begin();
  };
  REQUIRE(here.chain(here.ingress()).size() == 3);
  CHECK(place(running("left")) < place(running("right")));

  must(edge.apply({at("left", 30), at("right", 20)}));
  CHECK(here.chain(here.ingress()).size() == 3);
  CHECK(place(running("right")) < place(running("left")));
  CHECK(must(edge.plan({at("left", 30), at("right", 20)})).empty());
  CHECK(place(theirs.id()) < 3);
}

TEST_CASE("removing a component leaves the others and their traffic path", "[kernel][engine]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({stage::one("left", "ts_in", here.ingress()),
                   stage::one("right", "ts_in", here.ingress(), bpf_objects::turnstile_v2())}));
  const auto links = here.links(here.ingress());
  REQUIRE(links.size() == 2);
  CHECK(must(edge.remove("left")).detached == 1);
  CHECK(here.links(here.ingress()) == std::vector{links[1]});
  CHECK(must(edge.plan({stage::one("right", "ts_in", here.ingress(), bpf_objects::turnstile_v2())}))
            .empty());
}

TEST_CASE("removing everything leaves no program, map, link or pin of ours", "[kernel][engine]") {
  stage here;
  const auto before = here.take_census();
  {
    auto edge = here.open();
    must(edge.apply({here.five_hooks()}));
    must(edge.apply({here.five_hooks(bpf_objects::turnstile_v2())}));
    CHECK_FALSE(here.take_census() == before);
    must(edge.remove_all());
  }
  for (const auto& hook : five(here)) {
    INFO(hook.text());
    CHECK(wait_until(here.kernel, [&] { return here.chain(hook).empty(); }));
  }
  CHECK(here.pins(here.root()).empty());
  const bool all_gone = wait_until(here.kernel, [&] { return here.take_census() == before; });
  INFO(text(before) << "\nnow\n" << text(here.take_census()));
  CHECK(all_gone);
}

TEST_CASE("an ephemeral component ends with its process", "[kernel][engine]") {
  stage here;
  const auto before = here.take_census();
  const auto end = must(in_child([&] {
    auto edge = must(loose_orchestrator<ephemeral>::open(here.root()));
    must(edge.apply({here.linked_hooks()}));
    must(edge.apply({here.linked_hooks(bpf_objects::turnstile_v2())}));
    return here.chain(here.xdp()).size() == 1 && here.chain(here.skb()).size() == 1 ? 0 : 1;
  }));
  CHECK(end == child_end{false, 0});
  for (const auto& hook : five(here)) {
    INFO(hook.text());
    CHECK(wait_until(here.kernel, [&] { return here.chain(hook).empty(); }));
  }
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
}

TEST_CASE("an ephemeral component does not become a filter, which would stay", "[kernel][engine]") {
  struct ephemeral_filters : on_filters {
    using lifetime [[maybe_unused]] = linchpin::lifetime::ephemeral;
  };
  stage here;
  here.filters = true;
  const auto before = here.take_census();
  auto edge = here.open<ephemeral_filters>();
  const auto told = refused(edge.apply({stage::one("edge", "ts_in", here.ingress())}));
  INFO(told.message());
  CHECK(told.is(linchpin::errc::unsupported));
  CHECK(told.found().find("outlive") != std::string_view::npos);
  CHECK(here.chain(here.ingress()).empty());
  CHECK(here.take_census() == before);
}

TEST_CASE("a durable component survives its process, and the next one adopts it with no write",
          "[kernel][engine]") {
  stage here;
  const auto end = must(in_child([&] {
    auto edge = must(loose_orchestrator<ordered>::open(here.root()));
    must(edge.apply({here.five_hooks()}));
    return 0;
  }));
  REQUIRE(end == child_end{false, 0});
  const auto before = here.take_census();
  const auto pins = here.pins(here.root());

  faulty_kernel counting{static_cast<linchpin::kernel&>(here.kernel)};
  {
    auto edge = here.open(counting);
    CHECK(edge.recovered().empty());
    const auto plan = must(edge.plan({here.five_hooks()}));
    INFO(plan.text());
    CHECK(plan.empty());
    must(edge.apply(plan));
    CHECK(must(edge.status()).healthy());
  }
  CHECK(counting.calls().writes() == 0);
  CHECK(here.take_census() == before);
  CHECK(here.pins(here.root()) == pins);
  for (const auto& hook : five(here)) CHECK(here.chain(hook).size() == 1);
}

TEST_CASE("two orchestrators of different roots share an interface and touch nothing of each other",
          "[kernel][engine]") {
  stage here;
  auto edge = here.open();
  auto mesh = must(loose_orchestrator<ordered>::open(here.bpffs() + "/mesh", {.on = &here.kernel}));
  must(edge.apply({stage::one("filter", "ts_in", here.ingress())}));
  const auto first = here.links(here.ingress());
  must(mesh.apply({stage::one("filter", "ts_in", here.ingress())}));
  REQUIRE(here.links(here.ingress()).size() == 2);
  CHECK(here.links(here.ingress())[0] == first[0]);

  must(mesh.apply({stage::one("filter", "ts_in", here.ingress(), bpf_objects::turnstile_v2())}));
  CHECK(must(edge.plan({stage::one("filter", "ts_in", here.ingress())})).empty());
  CHECK(must(edge.status()).healthy());

  must(mesh.remove_all());
  CHECK(here.links(here.ingress()) == first);
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("pins that somebody removes while the service runs are made again from what it holds",
          "[kernel][engine][damage]") {
  stage here;
  auto edge = here.open();
  const auto desired = stage::one("left", "ts_in", here.ingress());
  must(edge.apply({desired}));
  const auto before = here.pins(here.root());
  const auto ran = here.links(here.ingress());
  int removed = 0;
  for (const auto& path : before) {
    if (path.ends_with('/') || path.find("/link-") != std::string::npos) continue;
    REQUIRE(::unlink(path.c_str()) == 0);
    ++removed;
  }
  CHECK(removed >= 5);  // manifest, two records, programs, maps
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({desired}));
  CHECK(must(edge.status()).healthy());
  CHECK(here.pins(here.root()) == before);
  CHECK(here.links(here.ingress()) == ran);
}
