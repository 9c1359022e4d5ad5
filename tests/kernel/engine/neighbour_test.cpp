// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <type_traits>

#include "../../bpf/turnstile.bpf.h"
#include "traffic.hpp"

// Two services on one machine, each with an orchestrator and a store of its own, that do not know of
// each other and change the same chain at the same time.

using namespace live_engine;
using linchpin::testing::child;
using linchpin::testing::child_end;

namespace {

constexpr int rounds = 30;
constexpr int patience = 100 * rounds;

// How far each of two processes is; in memory that both see.
class progress {
 public:
  progress() {
    void* const shared =
        ::mmap(nullptr, sizeof *done_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    done_ = new (shared) std::array<std::atomic<int>, 2>{};
  }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress() { ::munmap(done_, sizeof *done_); }

  void step(std::size_t who) { ++done_->at(who); }
  [[nodiscard]] int of(std::size_t who) const { return done_->at(who).load(); }
  // Waits until the other has begun, so that they do meet. False if it never does.
  [[nodiscard]] bool meet(std::size_t who) {
    step(who);
    for (long tries = 0; of(1 - who) == 0; ++tries) {
      if (tries == 10'000'000) return false;
      ::sched_yield();
    }
    return true;
  }

 private:
  std::array<std::atomic<int>, 2>* done_;
};

struct service {
  std::size_t number;
  std::string root;
};
std::array<service, 2> services(const stage& here) {
  return {service{0, here.bpffs() + "/edge"}, service{1, here.bpffs() + "/mesh"}};
}

linchpin::desired_component at(const stage& here, const char* name, int priority,
                               bool second = false) {
  linchpin::desired_component made{
      name, linchpin::object_source::memory(
                "turnstile", second ? bpf_objects::turnstile_v2() : bpf_objects::turnstile())};
  made.attach("ts_in", here.ingress()).priority(priority);
  return made;
}

template <class Policies>
loose_orchestrator<Policies> open(const service& of) {
  return must(loose_orchestrator<Policies>::open(of.root));
}

// Both services apply, round after round, until each has done its rounds while the other did. What
// holds after each round is for `holds(own, round)` to say.
class side_by_side {
 public:
  template <class Policies, class Desired, class Holds>
  side_by_side(std::type_identity<Policies>, const stage& here, Desired desired, Holds holds)
      : serving_{start<Policies>(services(here)[0], desired, holds),
                 start<Policies>(services(here)[1], desired, holds)} {}

  void wait() {
    for (auto& serving : serving_) CHECK(must(serving.wait()) == child_end{false, 0});
  }

 private:
  template <class Policies, class Desired, class Holds>
  child start(const service& which, Desired& desired, Holds& holds) {
    return must(child::start([&] {
      auto own = open<Policies>(which);
      if (!made_.meet(which.number)) return 2;
      for (int round = 0; made_.of(0) <= rounds || made_.of(1) <= rounds; ++round) {
        if (round == patience) return 3;
        must(own.apply(desired(round), patience));
        if (!holds(own, round)) return 4;
        made_.step(which.number);
      }
      must(own.apply(desired(0), patience));
      return 0;
    }));
  }

  progress made_;
  std::array<child, 2> serving_;
};

template <class Policies>
std::vector<linchpin::program_id> running(loose_orchestrator<Policies>& own) {
  std::vector<linchpin::program_id> ids;
  for (const auto& component : must(own.status()).components)
    ids.push_back(component.attachments.at(0).running);
  return ids;
}

std::uint64_t tally(stage& here, linchpin::orchestrator_core& own, const char* component) {
  const auto read = must(here.kernel.read_map(must(own.map_handle(component, "ts_tallies"))));
  std::uint64_t sum = 0;
  for (unsigned version = 1; version < turnstile_versions; ++version) {
    std::uint64_t packets = 0;
    std::memcpy(
        &packets,
        read.values.data() + (turnstile_tcx * turnstile_versions + version) * sizeof packets,
        sizeof packets);
    sum += packets;
  }
  return sum;
}

template <class Policies>
void check_upgrades(stage& here) {
  const auto desired = [&](int round) {
    return std::vector{at(here, "early", 10, round % 2 != 0), at(here, "late", 20, round % 2 == 0)};
  };
  for (const auto& which : services(here)) must(open<Policies>(which).apply(desired(0)));
  side_by_side both{std::type_identity<Policies>{}, here, desired,
                    [](auto& own, int) { return must(own.status()).healthy(); }};
  traffic passing{here};
  both.wait();
  const auto sent = passing.stop();
  CHECK(sent > 0);
  CHECK(here.chain(here.ingress()).size() == 4);
  for (const auto& which : services(here)) {
    auto own = open<Policies>(which);
    CHECK(must(own.status()).healthy());
    CHECK(must(own.plan(desired(0))).empty());
    CHECK(tally(here, own, "early") == sent);
    CHECK(tally(here, own, "late") == sent);
  }
}

// Whether programs run one after the other, whatever runs between them.
bool in_order(stage& here, const std::vector<linchpin::program_id>& wanted) {
  const auto chain = here.chain(here.ingress());
  auto next = chain.begin();
  for (const auto id : wanted) {
    next = std::find(next, chain.end(), id);
    if (next == chain.end()) return false;
  }
  return true;
}

template <class Policies>
void check_moves(stage& here) {
  const auto desired = [&](int round) {
    return std::vector{at(here, "left", round % 2 == 0 ? 10 : 30), at(here, "right", 20)};
  };
  side_by_side both{std::type_identity<Policies>{}, here, desired, [&](auto& own, int round) {
                      auto ids = running(own);
                      if (round % 2 != 0) std::reverse(ids.begin(), ids.end());
                      return ids.size() == 2 && in_order(here, ids);
                    }};
  both.wait();
  CHECK(here.chain(here.ingress()).size() == 4);
  for (const auto& which : services(here)) {
    auto own = open<Policies>(which);
    CHECK(must(own.status()).healthy());
    CHECK(must(own.plan(desired(0))).empty());
    CHECK(running(own).size() == 2);
    CHECK(in_order(here, running(own)));
  }
}

template <class Policies>
void check_removal(stage& here) {
  const auto [edge, mesh] = services(here);
  for (const auto& which : {edge, mesh})
    must(open<Policies>(which).apply({at(here, "left", 10), at(here, "right", 20)}));
  auto staying = open<Policies>(edge);
  const auto ours = running(staying);
  const auto pins = here.pins(edge.root);
  {
    auto going = open<Policies>(mesh);
    must(going.remove("left"));
    CHECK(must(staying.status()).healthy());
    must(going.remove_all());
  }
  CHECK(wait_until(here.kernel, [&] { return here.chain(here.ingress()) == ours; }));
  CHECK(here.pins(edge.root) == pins);
  CHECK(here.pins(mesh.root).empty());
  CHECK(must(staying.status()).healthy());
  CHECK(must(staying.plan({at(here, "left", 10), at(here, "right", 20)})).empty());
}

}  // namespace

TEST_CASE("two services that upgrade on one interface at once each count every datagram once",
          "[kernel][engine]") {
  stage here;
  SECTION("by links") {
    check_upgrades<ordered>(here);
  }
  SECTION("by filters") {
    here.filters = true;
    check_upgrades<on_filters>(here);
  }
}

TEST_CASE("two services that reorder on one interface at once each keep their order",
          "[kernel][engine]") {
  stage here;
  SECTION("by links") {
    check_moves<ordered>(here);
  }
  SECTION("by filters") {
    here.filters = true;
    check_moves<on_filters>(here);
  }
}

TEST_CASE("a service that leaves an interface leaves the other's programs there",
          "[kernel][engine]") {
  stage here;
  SECTION("by links") {
    check_removal<ordered>(here);
  }
  SECTION("by filters") {
    here.filters = true;
    check_removal<on_filters>(here);
  }
}
