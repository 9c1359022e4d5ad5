// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <bpf/bpf.h>

#include "every_hook.bpf.hpp"
#include "guard.bpf.hpp"
#include "stage.hpp"
#include "tail_cgroup.bpf.hpp"
#include "tail_cgroup_v2.bpf.hpp"
#include "tail_tc.bpf.hpp"
#include "tail_tc_filled_later.bpf.hpp"

// What the second reading of the first version found and only the running kernel can show.

using namespace live_engine;
using linchpin::desired_component;

namespace {

desired_component tail_calls(const linchpin::any_hook& hook,
                             std::span<const std::byte> object = bpf_objects::tail_tc()) {
  desired_component made{"tail", linchpin::object_source::memory("tail_tc", object)};
  made.attach("ts_tail_entry", hook);
  return made;
}

template <class Policies>
void check_tail_calls(stage& here, const linchpin::any_hook& hook,
                      std::span<const std::byte> object) {
  auto edge = here.open<Policies>();
  const auto wanted = tail_calls(hook, object);
  must(edge.apply({wanted}));
  CHECK(here.chain(hook).size() == 1);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({wanted})).empty());
  // What fills the array, if the object does not.
  auto pin = must(edge.map_path("tail", "ts_tail_jumps"));
  const auto jumps = must(here.kernel.open_pin(pin, linchpin::pin_kind::map));
  pin.resize(pin.rfind('/'));
  const auto callee =
      must(here.kernel.open_pin(pin + "/prog-ts_tail_callee", linchpin::pin_kind::program));
  REQUIRE(callee);
  const std::uint32_t slot = 0;
  const int program = callee.ref().number;
  CHECK(bpf_map_update_elem(jumps.ref().number, &slot, &program, BPF_ANY) == 0);
  must(edge.remove_all());
}

/// Runs a command of iproute2; skips where there is none.
void tc(const std::string& words) {
  if (std::system("command -v tc > /dev/null") != 0) SKIP("no tc of iproute2");
  INFO("tc " << words);
  REQUIRE(std::system(("tc " + words).c_str()) == 0);
}

}  // namespace

TEST_CASE("programs that are joined by tail calls load, though one of them alone is attached",
          "[kernel][engine][tail]") {
  stage here;
  const bool filled_later = GENERATE(false, true);
  CAPTURE(filled_later);
  const auto object = filled_later ? bpf_objects::tail_tc_filled_later() : bpf_objects::tail_tc();
  SECTION("at tcx ingress, or what this kernel has instead") {
    check_tail_calls<ordered>(here, here.ingress(), object);
  }
  SECTION("at egress") {
    check_tail_calls<ordered>(here, here.egress(), object);
  }
  SECTION("as filters") {
    here.filters = true;
    check_tail_calls<on_filters>(here, here.ingress(), object);
  }
}

TEST_CASE("a callee is loaded for what calls it, whatever else of its type is attached",
          "[kernel][engine][tail]") {
  const bool grown = GENERATE(false, true);
  CAPTURE(grown);
  stage here;
  const linchpin::any_hook out = linchpin::hook::cgroup_skb_egress{here.cgroup()};
  const auto with = [&](std::span<const std::byte> object, bool other) {
    desired_component made{"tail", linchpin::object_source::memory("tail_cgroup", object)};
    made.attach("tg_entry", out);
    if (other) made.attach("tg_other", here.skb());
    return made;
  };
  auto edge = here.open();
  if (grown) must(edge.apply({with(bpf_objects::tail_cgroup(), false)}));
  must(edge.apply({with(bpf_objects::tail_cgroup(), true)}));
  must(edge.apply({with(bpf_objects::tail_cgroup_v2(), true)}));
  CHECK(here.chain(out).size() == 1);
  CHECK(here.chain(here.skb()).size() == 1);
  CHECK(must(edge.plan({with(bpf_objects::tail_cgroup_v2(), true)})).empty());
}

TEST_CASE("the entry of a tail call at both directions is refused in words or stands at both",
          "[kernel][engine][tail]") {
  stage here;
  auto edge = here.open();
  auto both = tail_calls(here.ingress());
  both.attach("ts_tail_entry", here.egress());
  const auto outcome = edge.apply({both});
  if (!outcome) {
    INFO(outcome.error().message());
    CHECK(outcome.error().message().find("tail") != std::string::npos);
    CHECK(here.chain(here.ingress()).empty());
    return;
  }
  CHECK(here.chain(here.ingress()).size() == 1);
  CHECK(here.chain(here.egress()).size() == 1);
}

TEST_CASE("a program whose object has global variables moves", "[kernel][engine][order]") {
  stage here;
  const bool restarted = GENERATE(false, true);
  CAPTURE(restarted);
  const auto at_number = [&here](const char* name, int priority) {
    desired_component made{name, linchpin::object_source::memory("guard", bpf_objects::guard())};
    made.attach("guard_in", here.ingress()).priority(priority);
    return made;
  };
  auto edge = here.open();
  must(edge.apply({at_number("left", 1), at_number("right", 2)}));
  const auto before = here.chain(here.ingress());
  REQUIRE(before.size() == 2);
  if (restarted) {
    {
      auto ended = std::move(edge);
    }
    edge = here.open();
  }
  const std::vector desired{at_number("left", 3), at_number("right", 2)};
  must(edge.apply(desired));
  CHECK(here.chain(here.ingress()) == std::vector{before[1], before[0]});
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan(desired)).empty());
}

TEST_CASE("one cgroup in two spellings is one hook of the running kernel",
          "[kernel][engine][identity]") {
  stage here;
  const char* const suffix = GENERATE("/", "/.", "/../web");
  const auto spelling = here.cgroup() + suffix;
  CAPTURE(spelling);
  auto edge = here.open();
  const linchpin::any_hook plain = here.connect4();
  const linchpin::any_hook other = linchpin::hook::cgroup_connect4{spelling};
  SECTION("in one component") {
    auto twice = stage::one("gate", "ts_connect4", plain);
    twice.attach("ts_connect4", other);
    const auto outcome = edge.apply({twice});
    CHECK(here.chain(plain).size() == (outcome ? 1U : 0U));
  }
  SECTION("one after the other") {
    must(edge.apply({stage::one("gate", "ts_connect4", plain)}));
    const auto links = here.pins(here.root());
    const auto respelled = stage::one("gate", "ts_connect4", other);
    CHECK(must(edge.plan({respelled})).empty());
    must(edge.apply({respelled}));
    CHECK(here.pins(here.root()) == links);
    CHECK(here.chain(plain).size() == 1);
  }
  SECTION("in two components") {
    auto late = stage::one("late", "ts_connect4", other);
    auto early = stage::one("early", "ts_connect4", plain);
    must(edge.apply({late, early}));
    CHECK(here.chain(plain).size() == 2);
    CHECK(must(edge.plan({late, early})).empty());
  }
}

TEST_CASE("the own network namespace in two spellings is one hook", "[kernel][engine][identity]") {
  stage here;
  const auto made = [](const linchpin::any_hook& hook) {
    desired_component lookup{
        "lookup", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
    lookup.attach("at_sk_lookup", hook);
    return lookup;
  };
  const linchpin::any_hook own = linchpin::hook::sk_lookup{};
  const linchpin::any_hook named = linchpin::hook::sk_lookup{"/proc/thread-self/ns/net"};
  auto edge = here.open();
  must(edge.apply({made(own)}));
  CHECK(must(edge.plan({made(named)})).empty());
  must(edge.apply({made(named)}));
  CHECK(here.chain(own).size() == 1);
  must(edge.remove_all());
}

TEST_CASE("an ingress qdisc is not taken for clsact: an egress program never runs on what comes in",
          "[kernel][engine][identity]") {
  stage here;
  here.filters = true;
  tc(std::string{"qdisc add dev "} + stage::interface + " ingress");
  auto edge = here.open<on_filters>();
  const auto outcome = edge.apply({stage::one("out", "ts_out", here.egress())});
  const auto incoming = here.chain(here.ingress());
  CHECK(incoming.empty());
  if (!outcome) {
    INFO(outcome.error().message());
    CHECK(outcome.error().message().find(stage::interface) != std::string::npos);
    CHECK(here.pins(here.root() + "/out").empty());
  }
  // What the qdisc can do works.
  if (const auto in = edge.apply({stage::one("in", "ts_in", here.ingress())}))
    CHECK(here.chain(here.ingress()).size() == 1);
}

TEST_CASE("a store that was removed and made by another orchestrator is not written by the first",
          "[kernel][engine][identity]") {
  stage here;
  const bool renamed = GENERATE(false, true);
  CAPTURE(renamed);
  linchpin::live_kernel second;
  auto edge = here.open();
  must(edge.apply({stage::one("gate", "ts_connect4", here.connect4())}));
  if (renamed) {
    std::filesystem::rename(here.root(), here.root() + "-aside");
  } else {
    for (const auto& path : here.pins(here.root())) {
      if (!path.ends_with('/')) std::filesystem::remove(path);
    }
    std::filesystem::remove_all(here.root());
  }
  auto other = here.open(second);
  must(other.apply({stage::one("lamp", "ts_connect4", here.connect4())}));
  const auto pins = here.pins(here.root());
  const auto told = refused(edge.apply({stage::one("gate", "ts_skb", here.skb())}));
  INFO(told.message());
  CHECK(here.pins(here.root()) == pins);
  CHECK(here.chain(here.skb()).empty());
  CHECK(must(other.status()).healthy());
  must(other.remove_all());
}

TEST_CASE("an altered XDP link is taken back without the interface being empty for a moment",
          "[kernel][engine][drift]") {
  if (narrow_run()) SKIP("LINCHPIN_NARROW=1: taking back takes CAP_SYS_ADMIN");
  stage here;
  auto edge = here.open();
  const auto wanted = stage::one("drop", "ts_xdp", here.xdp());
  must(edge.apply({wanted}));
  const auto ours = here.chain(here.xdp());
  const auto attachment = must(edge.status()).components.front().attachments.front();
  // Somebody who found the pin put another program into the link.
  const auto pins = here.pins(here.root());
  const auto pin = std::find_if(pins.begin(), pins.end(), [](const std::string& path) {
    return path.find("/link-") != std::string::npos;
  });
  REQUIRE(pin != pins.end());
  linchpin::handle link = must(here.kernel.open_pin(*pin, linchpin::pin_kind::link));
  linchpin::handle intruder{
      here.kernel, footing::load_verdict(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS, "intruder")};
  must(here.kernel.update(
      {here.at(here.xdp()), attachment.id, link.ref(), intruder.ref(), {}, ours.front(), {}, {}}));
  REQUIRE(here.chain(here.xdp()) != ours);
  const auto report = must(edge.apply({wanted}));
  CHECK(report.attached == 0);
  CHECK(report.detached == 0);
  CHECK(here.chain(here.xdp()) == ours);
  CHECK(must(edge.status()).components.front().attachments.front().id == attachment.id);
  CHECK(must(edge.plan({wanted})).empty());
}
