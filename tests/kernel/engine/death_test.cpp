// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <csignal>

#include "stage.hpp"

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::in_child;
using linchpin::testing::verb;

namespace {

// Names without generations, which differ between ways to the same state.
std::vector<std::string> kinds_of_pins(const stage& here) {
  auto pins = here.pins(here.root());
  for (auto& pin : pins) std::erase_if(pin, [](char c) { return c >= '0' && c <= '9'; });
  std::sort(pins.begin(), pins.end());
  return pins;
}

struct sizes {
  std::size_t programs;
  std::size_t maps;
  std::size_t links;
  friend bool operator==(const sizes&, const sizes&) = default;
};

sizes count_objects(const stage& here) {
  const auto taken = here.take_census();
  return {taken.programs.size(), taken.maps.size(), taken.links.size()};
}

struct recreating : ordered {
  using update_strategy = linchpin::update::recreate;
};

// An upgrade that is killed at its nth call, or ends with 0 if it has fewer.
template <class Policies>
child_end upgrade_killed_at(stage& here, std::uint64_t nth, bool writes_only) {
  return must(in_child([&] {
    faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
    auto edge = must(loose_orchestrator<Policies>::open(here.root(), {.on = &faulty}));
    faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = writes_only});
    return edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}) ? 0 : 1;
  }));
}

template <class Policies>
void die_at_each(bool writes_only, bool filters = false) {
  stage here;
  here.filters = filters;
  stranger theirs{here, here.ingress()};
  must(here.open<Policies>().apply({here.three_hooks()}));
  const auto old_sizes = count_objects(here);
  const auto old_pins = kinds_of_pins(here);
  bool met_old = false;
  bool met_new = false;
  std::uint64_t nth = 1;
  for (;; ++nth) {
    INFO("killed at " << (writes_only ? "write " : "call ") << nth);
    const auto end = upgrade_killed_at<Policies>(here, nth, writes_only);
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});

    auto edge = here.open<Policies>();
    const bool is_old = must(edge.plan({here.three_hooks()})).empty();
    const bool is_new = must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty();
    CHECK(is_old != is_new);
    if (whole) CHECK(is_new);
    if (!whole) (is_new ? met_new : met_old) = true;
    CHECK(must(edge.status()).healthy());
    CHECK(theirs.runs());
    CHECK(here.chain(here.ingress()).size() == 2);
    CHECK(here.chain(here.xdp()).size() == 1);
    CHECK(here.chain(here.skb()).size() == 1);
    CHECK(kinds_of_pins(here) == old_pins);
    const bool clean = wait_until(here.kernel, [&] { return count_objects(here) == old_sizes; });
    INFO(text(here.take_census()));
    CHECK(clean);
    must(edge.apply({here.three_hooks()}));
    if (whole) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}

}  // namespace

TEST_CASE("killed at any write of an upgrade, the next process finds old or new",
          "[kernel][engine][fault]") {
  die_at_each<ordered>(true);
}

TEST_CASE("killed at any call of an upgrade, the next process finds old or new",
          "[kernel][engine][fault]") {
  die_at_each<ordered>(false);
}

TEST_CASE("killed at any call of an upgrade of a filter, the next process finds old or new",
          "[kernel][engine][fault]") {
  die_at_each<on_filters>(false, true);
}

TEST_CASE("killed at any call while programs are recreated, the next process finds old or new",
          "[kernel][engine][fault]") {
  die_at_each<recreating>(false);
}

TEST_CASE("a failure at the third of five hooks of the running kernel restores the first two",
          "[kernel][engine][fault]") {
  stage here;
  faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
  auto edge = here.open(faulty);
  must(edge.apply({here.five_hooks()}));
  const auto before = here.take_census();
  const auto pins = here.pins(here.root());
  std::vector<std::vector<linchpin::program_id>> chains;
  const auto hooks = {here.ingress(), here.xdp(), here.skb(), here.egress(), here.connect4()};
  for (const auto& hook : hooks) chains.push_back(here.chain(hook));

  faulty.arm({.nth = 3, .only = verb::update});
  const auto told = refused(edge.apply({here.five_hooks(bpf_objects::turnstile_v2())}));
  INFO(told.message());
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.subject().find("component turnstile") != std::string_view::npos);
  // Hooks of one priority take their turns by the names of their programs.
  CHECK(told.subject().find(here.egress().text()) != std::string_view::npos);
  CHECK(told.still_running() ==
        "turnstile generation 1; 2 hooks were switched and have been switched back");
  std::size_t i = 0;
  for (const auto& hook : hooks) CHECK(here.chain(hook) == chains[i++]);
  CHECK(here.pins(here.root()) == pins);
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
  CHECK(must(edge.plan({here.five_hooks()})).empty());
}
