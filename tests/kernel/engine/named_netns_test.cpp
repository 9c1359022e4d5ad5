// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <net/if.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <catch2/generators/catch_generators.hpp>

#include "every_hook.bpf.hpp"
#include "far_hooks.hpp"
#include "narrowed.hpp"
#include "traffic.hpp"

// Hooks that name the network namespace they are in, from a service that is in another one.

using namespace live_engine;
using linchpin::attachment_state;
using linchpin::errc;
using linchpin::netns_name;
using linchpin::testing::child_end;
using linchpin::testing::in_child;
using linchpin::testing::netns_visit;

namespace {

std::uint64_t counted_by(stage& here, linchpin::orchestrator_core& edge) {
  const auto read = must(here.kernel.read_map(must(edge.map_handle("turnstile", "ts_tallies"))));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint64_t packets = 0;
    std::memcpy(&packets, read.values.data() + i * sizeof packets, sizeof packets);
    sum += packets;
  }
  return sum;
}

template <class Policies>
void live_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const stays_here unmoved;
  auto edge = here.open<Policies>();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  const auto first = far_chain(here);
  CHECK(first.size() == 1);
  CHECK(here.chain(here.ingress()).empty());
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({turnstile_at(far_ingress(here))})).empty());
  must(edge.apply({turnstile_at(far_ingress(here), true)}));
  CHECK(far_chain(here).size() == 1);
  CHECK(far_chain(here) != first);

  // The next process, and one that is in the namespace itself and names none.
  { auto ended = std::move(edge); }
  edge = here.open<Policies>();
  CHECK(must(edge.plan({turnstile_at(far_ingress(here), true)})).empty());
  { auto ended = std::move(edge); }
  const auto end = must(in_child([&] {
    const auto inside = must(netns_visit::enter(here.far().descriptor()));
    auto next = here.open<Policies>();
    const any_hook own = linchpin::hook::tcx_ingress{far_interface};
    if (!must(next.plan({turnstile_at(own, true)})).empty()) return 1;
    return next.apply({turnstile_at(own)}) ? 0 : 2;
  }));
  CHECK(end == child_end{false, 0});
  edge = here.open<Policies>();
  CHECK(must(edge.plan({turnstile_at(far_ingress(here))})).empty());
  CHECK(far_chain(here).size() == 1);
  must(edge.remove_all());
  CHECK(far_chain(here).empty());
  CHECK(here.pins(here.root()).empty());
}

// Upgrades at an interface of another namespace while datagrams come in there.
template <class Policies>
void upgrade_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const auto home = must(linchpin::testing::netns::current());
  const auto away = must(netns_visit::enter(here.far().descriptor()));
  const stays_here unmoved;
  const any_hook hook = linchpin::hook::tcx_ingress{stage::interface, home.path()};
  auto edge = here.open<Policies>();
  must(edge.apply({turnstile_at(hook)}));
  traffic passing{here, home};
  for (unsigned i = 0; i < 20; ++i) {
    const auto enough = passing.arrived() + 4 * traffic::batch;
    must(edge.apply({turnstile_at(hook, i % 2 == 0)}));
    REQUIRE(wait_until(here.kernel, [&] { return passing.arrived() >= enough; }));
  }
  const auto sent = passing.stop();
  CHECK(counted_by(here, edge) == sent);
  CHECK(must(edge.status()).healthy());
}

template <class Policies>
void die_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const auto hook = far_ingress(here);
  must(here.open<Policies>().apply({turnstile_at(hook)}));
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    const auto end = must(in_child([&] {
      linchpin::testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<Policies>::open(here.root(), {.on = &faulty}));
      faulty.arm({.what = linchpin::testing::fault::kind::die, .nth = nth});
      return edge.apply({turnstile_at(hook, true)}) ? 0 : 1;
    }));
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});
    auto edge = here.open<Policies>();
    const bool is_old = must(edge.plan({turnstile_at(hook)})).empty();
    const bool is_new = must(edge.plan({turnstile_at(hook, true)})).empty();
    CHECK(is_old != is_new);
    if (!whole) (is_new ? met_new : met_old) = true;
    CHECK(must(edge.status()).healthy());
    CHECK(far_chain(here).size() == 1);
    must(edge.apply({turnstile_at(hook)}));
    if (whole) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}

}  // namespace

TEST_CASE("a component lives at an interface of another network namespace",
          "[kernel][engine][netns]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  SECTION("by a tcx link") {
    live_there<ordered>(false);
  }
  SECTION("by a filter") {
    live_there<on_filters>(true);
  }
}

TEST_CASE(
    "no datagram passes uncounted while a component is upgraded from another network namespace",
    "[kernel][engine][netns]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  SECTION("by a tcx link") {
    upgrade_there<ordered>(false);
  }
  SECTION("by a filter") {
    upgrade_there<on_filters>(true);
  }
}

TEST_CASE("killed at any call of an upgrade in another network namespace, old or new runs there",
          "[kernel][engine][netns][fault]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  SECTION("by a tcx link") {
    die_there<ordered>(false);
  }
  SECTION("by a filter") {
    die_there<on_filters>(true);
  }
}

TEST_CASE("every hook that names a network namespace is taken there", "[kernel][engine][netns]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  stage here;
  const stays_here unmoved;
  const auto name = netns_name::of_descriptor(linchpin::fd_ref::borrow(here.far().descriptor()));
  linchpin::desired_component made{
      "every", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
  made.attach("at_xdp", linchpin::hook::xdp{far_interface, name}.generic());
  made.attach("at_tcx_ingress", linchpin::hook::tcx_ingress{far_interface, name});
  made.attach("at_tcx_egress", linchpin::hook::tcx_egress{far_interface, name});
  made.attach("at_sk_lookup", linchpin::hook::sk_lookup{name});
  auto edge = here.open();
  must(edge.apply({made}));
  const linchpin::hook::xdp xdp{far_interface};
  for (const any_hook& hook :
       {any_hook{xdp.generic()}, any_hook{linchpin::hook::tcx_ingress{far_interface}},
        any_hook{linchpin::hook::tcx_egress{far_interface}},
        any_hook{linchpin::hook::sk_lookup{}}}) {
    INFO(hook.text());
    CHECK(chain_inside(here, here.far(), hook).size() == 1);
  }
  CHECK(here.chain(here.ingress()).empty());
  CHECK(here.chain(linchpin::hook::sk_lookup{}).empty());
  CHECK(must(edge.plan({made})).empty());
  must(edge.remove_all());
  CHECK(chain_inside(here, here.far(), xdp.generic()).empty());
  CHECK(chain_inside(here, here.far(), linchpin::hook::sk_lookup{}).empty());
}

TEST_CASE("what somebody detached in another network namespace is put back there",
          "[kernel][engine][netns]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const stays_here unmoved;
  auto edge = here.open();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  for (const auto& path : here.pins(here.root())) {
    if (path.find("/link-") == std::string::npos) continue;
    const int link = ::bpf_obj_get(path.c_str());
    REQUIRE(link >= 0);
    REQUIRE(::bpf_link_detach(link) == 0);
    ::close(link);
  }
  REQUIRE(far_chain(here).empty());
  CHECK(state_at(edge, "ts_in") == attachment_state::lost);
  must(edge.apply({turnstile_at(far_ingress(here))}));
  CHECK(far_chain(here).size() == 1);
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("programs are put in order at an interface of another network namespace",
          "[kernel][engine][netns]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const auto ordering = [&](auto edge) {
    const auto one = [&](const char* name, int priority) {
      linchpin::desired_component made{
          name, linchpin::object_source::memory("turnstile", bpf_objects::turnstile())};
      made.attach("ts_in", far_ingress(here)).priority(priority);
      return made;
    };
    must(edge.apply({one("left", 1), one("right", 2)}));
    const auto before = far_chain(here);
    REQUIRE(before.size() == 2);
    must(edge.apply({one("left", 2), one("right", 1)}));
    const auto after = far_chain(here);
    REQUIRE(after.size() == 2);
    CHECK(after[0] == before[1]);
    CHECK(after[1] == before[0]);
    CHECK(must(edge.plan({one("left", 2), one("right", 1)})).empty());
  };
  filters ? ordering(here.open<on_filters>()) : ordering(here.open());
}

TEST_CASE("a path that leads to another network namespace is a conflict at every call",
          "[kernel][engine][netns][identity]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const stays_here unmoved;
  auto at = here.at(far_ingress(here));
  const stranger theirs{here, far_ingress(here)};
  const auto program = linchpin::handle{
      here.kernel, footing::load_verdict(BPF_PROG_TYPE_SCHED_CLS, {}, -1, "conflicting")};
  at.identity.netns.value += 1;
  CHECK(refused(here.kernel.query(at)).is(errc::conflict));
  CHECK(refused(here.kernel.attach(at, program.ref(), {})).is(errc::conflict));
  CHECK(must(here.kernel.name_of(at.identity, at.on.netns)) == std::nullopt);
  if (filters) {
    const linchpin::attachment_id id{{}, 1, 1};
    CHECK(refused(here.kernel.detach(at, id, {}, theirs.id())).is(errc::conflict));
    linchpin::update_request request;
    request.at = at;
    request.id = id;
    request.program = program.ref();
    request.expected_id = theirs.id();
    CHECK(refused(here.kernel.update(request)).is(errc::conflict));
  }
  CHECK(far_chain(here) == std::vector{theirs.id()});
  at.identity.netns.value -= 1;
  CHECK(must(here.kernel.query(at)).entries.size() == 1);
  CHECK(must(here.kernel.name_of(at.identity, at.on.netns)) == far_interface);
}
