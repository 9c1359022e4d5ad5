// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/tcp_congestion.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <span>
#include <string>

#include "../../../support/congestion_choice.hpp"
#include "../own_map_ground.hpp"
#include "congestion.bpf.hpp"
#include "congestion_tc.bpf.hpp"
#include "congestion_v2.bpf.hpp"
#include "guard.bpf.hpp"

using namespace linchpin;
using own_map::must;

namespace {

constexpr const char* algorithm = "lp_cc";

desired_component pace(std::span<const std::byte> object = bpf_objects::congestion()) {
  desired_component made{"pace", object_source::memory("pace", object)};
  made.attach(algorithm, hook::tcp_congestion{});
  return made;
}

struct stage : own_map::ground {
  stage() { footing::need(kernel.facts().of(hook::struct_ops_link).available); }

  /// How many connections began with a version, by the counts of a generation.
  [[nodiscard]] std::uint64_t begun(unsigned generation, std::uint32_t version) const {
    return own_map::count_in(map("pace", generation, "cc_counts"), version - 1);
  }
  own_map::listener listening;
};

struct by_number : default_policies {
  using attach_order = order::priority;
};

int ask_for_it() {
  return footing::ask_for_congestion_control(algorithm);
}

}  // namespace

TEST_CASE("an algorithm can be chosen while its component runs, and counts who begins with it",
          "[kernel][hook][congestion]") {
  stage here;
  CHECK(ask_for_it() == ENOENT);
  auto edge = here.open();
  must(edge.apply({pace()}));
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({pace()})).empty());
  const auto first = here.listening.connect(algorithm);
  CHECK(here.begun(1, 1) == 1);

  const auto before = here.link("pace");
  const auto report = must(edge.apply({pace(bpf_objects::congestion_v2())}));
  CHECK(report.updated == 1);
  const auto after = here.link("pace");
  CHECK(after.id == before.id);
  CHECK(after.program != before.program);
  const auto second = here.listening.connect(algorithm);
  CHECK(here.begun(2, 1) == 1);
  CHECK(here.begun(2, 2) == 1);
  // The one that began with the former generation goes on.
  CHECK(own_map::send_one(first.client));
  CHECK(own_map::receive(first.server, 1) == 1);

  must(edge.remove_all());
  CHECK(ask_for_it() == ENOENT);
  CHECK(own_map::send_one(second.client));
  CHECK(own_map::receive(second.server, 1) == 1);
}

TEST_CASE("beside an algorithm of the same name a component is not started",
          "[kernel][hook][congestion]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({pace()}));
  live_kernel other;
  auto theirs =
      must(loose_orchestrator<default_policies>::open(here.root() + "-other", {.on = &other}));
  const auto told = theirs.apply({pace(bpf_objects::congestion_v2())});
  REQUIRE_FALSE(told);
  INFO(told.error().message());
  CHECK(told.error().is(errc::already_exists));
  CHECK(told.error().is(outcome::rolled_back));
  CHECK(must(edge.status()).healthy());
  CHECK(ask_for_it() == 0);
  const auto connection = here.listening.connect(algorithm);
  CHECK(here.begun(1, 1) == 1);
  must(edge.remove_all());
}

TEST_CASE("killed at any write of an upgrade, the algorithm is the old one or the new one",
          "[kernel][hook][congestion][fault]") {
  stage here;
  must(here.open().apply({pace()}));
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at write " << nth);
    const auto end = must(testing::in_child([&] {
      testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = here.open(faulty);
      faulty.arm({.what = testing::fault::kind::die, .nth = nth, .writes_only = true});
      return edge.apply({pace(bpf_objects::congestion_v2())}) ? 0 : 1;
    }));
    const bool whole = end == testing::child_end{false, 0};
    if (!whole) REQUIRE(end == testing::child_end{true, SIGKILL});
    CHECK(ask_for_it() == 0);
    auto edge = here.open();
    const bool is_old = must(edge.plan({pace()})).empty();
    CHECK(is_old != must(edge.plan({pace(bpf_objects::congestion_v2())})).empty());
    CHECK(must(edge.status()).healthy());
    CHECK(ask_for_it() == 0);
    must(edge.apply({pace()}));
    if (whole) break;
  }
  must(here.open().remove_all());
  CHECK(ask_for_it() == ENOENT);
}

TEST_CASE("an algorithm that somebody detached is there again after the next apply",
          "[kernel][hook][congestion]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({pace()}));
  {
    const auto link = must(here.kernel.open_pin(here.root() + "/pace/link-0", pin_kind::link));
    const auto about = must(here.kernel.describe_link(link.ref()));
    const attach_point at{hook::struct_ops_link,
                          uapi::attach_type::struct_ops,
                          {hook::kernel_target, {}},
                          {hook::kernel_target, 1, {}}};
    must(here.kernel.detach(at, {about.id, 0, 0}, link.ref(), about.program));
  }
  CHECK(ask_for_it() == ENOENT);
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({pace()}));
  CHECK(ask_for_it() == 0);
  CHECK(must(edge.plan({pace()})).empty());
  must(edge.remove_all());
}

TEST_CASE("a program moves in its chain while the algorithm of its component can be chosen",
          "[kernel][hook][congestion]") {
  stage here;
  const auto both = [](std::uint16_t priority) {
    auto made = pace(bpf_objects::congestion_tc());
    made.attach("cc_at_ingress", hook::tcx_ingress{"lo"}).priority(priority);
    return made;
  };
  const auto guard = [](const char* name, std::uint16_t priority) {
    desired_component made{name, object_source::memory(name, bpf_objects::guard())};
    made.attach("guard_in", hook::tcx_ingress{"lo"}).priority(priority);
    return made;
  };
  auto edge = must(loose_orchestrator<by_number>::open(here.root(), {.on = &here.kernel}));
  must(edge.apply({both(10), guard("second", 20), guard("third", 30)}));
  const auto moved = must(edge.plan({both(40), guard("second", 20), guard("third", 30)}));
  INFO(moved.text());
  must(edge.apply(moved));
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({both(40), guard("second", 20), guard("third", 30)})).empty());
  CHECK(ask_for_it() == 0);
}
