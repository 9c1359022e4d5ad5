// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>

#include <catch2/catch_template_test_macros.hpp>

#include "../../support/loose_orchestrator.hpp"
#include "scene.hpp"
#include "stubborn_kernel.hpp"

// Every allocation fails once: of opening, of planning, of applying. An error or std::bad_alloc may come
// out; what runs afterwards is whole, and the next call finds its way.

namespace {

// The allocation that fails next, counted down; 0: none does.
thread_local std::uint64_t until_failure = 0;
thread_local bool failed = false;

void* take(std::size_t size, std::size_t alignment) noexcept {
  if (until_failure != 0 && --until_failure == 0) {
    failed = true;
    return nullptr;
  }
  if (size == 0) size = 1;
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  void* const taken = take(size, alignment);
  if (taken == nullptr) throw std::bad_alloc{};
  return taken;
}

}  // namespace

void* operator new(std::size_t size) {
  return take_or_throw(size, 1);
}
void* operator new[](std::size_t size) {
  return take_or_throw(size, 1);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* taken) noexcept {
  std::free(taken);
}
void operator delete[](void* taken) noexcept {
  std::free(taken);
}
void operator delete(void* taken, std::size_t) noexcept {
  std::free(taken);
}
void operator delete[](void* taken, std::size_t) noexcept {
  std::free(taken);
}
void operator delete(void* taken, std::align_val_t) noexcept {
  std::free(taken);
}
void operator delete[](void* taken, std::align_val_t) noexcept {
  std::free(taken);
}
void operator delete(void* taken, std::size_t, std::align_val_t) noexcept {
  std::free(taken);
}
void operator delete[](void* taken, std::size_t, std::align_val_t) noexcept {
  std::free(taken);
}

using namespace engine_test;
using linchpin::desired_component;

namespace {

struct durable : ordered {};
struct ephemeral : ordered {
  using lifetime = linchpin::lifetime::ephemeral;
};

/// One that outlives its process beside one that does not.
struct gate_only {
  static constexpr std::string_view policy_id = "test.lifetime/1";
  [[nodiscard]] constexpr linchpin::lifetime_kind choose(
      std::string_view component) const noexcept {
    return component == "gate" ? linchpin::lifetime_kind::durable
                               : linchpin::lifetime_kind::ephemeral;
  }
};
struct mixed : ordered {
  using lifetime = gate_only;
};

/// Calls with the nth allocation failing. returns: whether there was an nth one.
template <class Call>
bool with_failing(std::uint64_t nth, Call&& call) {
  failed = false;
  until_failure = nth;
  try {
    call();
  } catch (const std::bad_alloc&) {
  }
  until_failure = 0;
  return failed;
}

struct small : scene {
  small() { theirs = stranger("theirs"); }
  [[nodiscard]] std::vector<desired_component> old_state() const {
    desired_component gate{"gate", elf(bpf_objects::guard())};
    gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
    gate.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    return {gate, one("leaves", 3)};
  }
  [[nodiscard]] std::vector<desired_component> new_state() const {
    desired_component gate{"gate", elf(bpf_objects::guard_v2())};
    gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
    gate.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    return {gate, one("comes", 3)};
  }
  [[nodiscard]] std::string count() const {
    return std::to_string(programs().size()) + " programs, " + std::to_string(links().size()) +
           " links, " + std::to_string(pins().size()) + " pins, " + std::to_string(maps().size()) +
           " maps";
  }
  linchpin::program_id theirs;
};

/// What a machine looks like at the old state, and at the new one after an upgrade.
template <class Policies>
std::pair<std::string, std::string> counts() {
  small host;
  fake_kernel kernel{host};
  auto edge = open<Policies>(kernel);
  must(edge.apply(host.old_state()));
  auto before = host.count();
  must(edge.apply(host.new_state()));
  return {before, host.count()};
}

template <class Policies>
std::string broken(small& host, linchpin::orchestrator_core& edge) {
  static const auto expected = counts<Policies>();
  const auto old_plan = edge.plan(host.old_state());
  const auto new_plan = edge.plan(host.new_state());
  if (!old_plan) return "no plan: " + old_plan.error().message();
  if (!new_plan) return "no plan: " + new_plan.error().message();
  if (old_plan->empty() == new_plan->empty())
    return "neither old nor new:\n" + old_plan->text() + "\n" + new_plan->text();
  const auto found = host.names(edge);
  if (found !=
      (old_plan->empty() ? names{"theirs", "gate", "leaves"} : names{"theirs", "gate", "comes"}))
    return "other programs run than the plan says";
  const auto& wanted = old_plan->empty() ? expected.first : expected.second;
  if (host.count() != wanted) return host.count() + ", expected " + wanted;
  if (!must(edge.status()).healthy()) return "not healthy";
  return {};
}

using lifetimes = std::tuple<durable, ephemeral>;
using all_lifetimes = std::tuple<durable, ephemeral, mixed>;

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "an apply in which any allocation fails leaves old or new, and the next one works",
    "[engine][allocation]", all_lifetimes) {
  std::uint64_t nth = 1;
  for (;; ++nth) {
    small host;
    fake_kernel kernel{host};
    auto edge = open<TestType>(kernel);
    must(edge.apply(host.old_state()));
    const auto desired = host.new_state();
    const bool struck =
        with_failing(nth, [&] { static_cast<void>(edge.apply(desired, 1).has_value()); });
    auto why = broken<TestType>(host, edge);
    if (!why.empty()) FAIL("allocation " << nth << " failed: " << why << "\n" << host.text());
    const auto next = edge.apply(desired);
    if (!next) FAIL("allocation " << nth << " failed, and then: " << next.error().message());
    why = broken<TestType>(host, edge);
    if (!why.empty()) FAIL("allocation " << nth << " failed, next apply: " << why);
    if (!struck) break;
  }
  CHECK(nth > 100);
}

TEMPLATE_LIST_TEST_CASE(
    "an apply in which any allocation fails leaves a store for the next process",
    "[engine][allocation]", lifetimes) {
  for (std::uint64_t nth = 1;; ++nth) {
    small host;
    bool struck = false;
    {
      fake_kernel kernel{host};
      auto edge = open<TestType>(kernel);
      must(edge.apply(host.old_state()));
      const auto desired = host.new_state();
      struck = with_failing(nth, [&] { static_cast<void>(edge.apply(desired, 1).has_value()); });
    }
    CHECK(host.run(host.at()).front() == host.theirs);
    fake_kernel next{host};
    auto edge = open<TestType>(next);
    if (std::is_same_v<TestType, ephemeral>) {
      CHECK(host.programs().size() == 1);
      CHECK(host.links().size() == 1);
    } else {
      const auto why = broken<TestType>(host, edge);
      if (!why.empty()) FAIL("allocation " << nth << " failed: " << why << "\n" << host.text());
    }
    if (!struck) break;
  }
}

TEMPLATE_LIST_TEST_CASE("a plan in which any allocation fails changes nothing",
                        "[engine][allocation]", lifetimes) {
  std::uint64_t nth = 1;
  small host;
  fake_kernel kernel{host};
  auto edge = open<TestType>(kernel);
  must(edge.apply(host.old_state()));
  const auto before = host.text();
  const auto desired = host.new_state();
  for (;; ++nth) {
    const bool struck = with_failing(nth, [&] {
      static_cast<void>(edge.plan(desired).has_value());
      static_cast<void>(edge.status().has_value());
    });
    if (host.text() != before) FAIL("allocation " << nth << " failed, and something changed");
    if (!struck) break;
  }
  CHECK(nth > 50);
  CHECK(broken<TestType>(host, edge).empty());
}

TEMPLATE_LIST_TEST_CASE("an open in which any allocation fails leaves everything as it is",
                        "[engine][allocation]", lifetimes) {
  small host;
  {
    fake_kernel kernel{host};
    auto edge = open<durable>(kernel);
    must(edge.apply(host.old_state()));
  }
  const auto before = host.text();
  std::uint64_t nth = 1;
  for (;; ++nth) {
    fake_kernel kernel{host};
    const bool struck = with_failing(nth, [&] {
      static_cast<void>(loose_orchestrator<TestType>::open(root, {.on = &kernel}).has_value());
    });
    if (host.text() != before)
      FAIL("allocation " << nth << " failed, and something changed:\n" << host.text());
    if (!struck) break;
  }
  CHECK(nth > 20);
}

TEST_CASE("a recovery in which any allocation fails is finished by the next one",
          "[engine][allocation]") {
  for (std::uint64_t call = 1;; call += 4) {
    bool died = false;
    for (std::uint64_t nth = 1;; ++nth) {
      small host;
      {
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        auto edge = open<durable>(faulty);
        must(edge.apply(host.old_state()));
        faulty.arm({.what = fault::kind::die, .nth = call});
        static_cast<void>(edge.apply(host.new_state(), 1).has_value());
        died = faulty.struck();
      }
      bool struck = false;
      {
        fake_kernel kernel{host};
        struck = with_failing(nth, [&] {
          static_cast<void>(loose_orchestrator<durable>::open(root, {.on = &kernel}).has_value());
        });
      }
      fake_kernel last{host};
      auto edge = open<durable>(last);
      const auto why = broken<durable>(host, edge);
      if (!why.empty())
        FAIL("died at call " << call << ", allocation " << nth << " of the recovery failed: " << why
                             << "\n"
                             << host.text());
      if (!struck) break;
    }
    if (!died) break;
  }
}

TEST_CASE("a release in which any allocation fails leaves a store that goes on",
          "[engine][allocation]") {
  for (std::uint64_t nth = 1;; ++nth) {
    small host;
    fake_kernel kernel{host};
    auto edge = open<durable>(kernel);
    must(edge.apply(host.old_state()));
    const bool struck =
        with_failing(nth, [&] { static_cast<void>(edge.release("leaves").has_value()); });
    INFO("allocation " << nth);
    const std::vector desired{host.old_state().front()};
    must(edge.apply(desired));
    CHECK(must(edge.plan(desired)).empty());
    CHECK(must(edge.status()).components.size() == 1);
    if (!struck) break;
  }
}

TEST_CASE("a try in which any allocation fails forgets nothing that is unfinished",
          "[engine][allocation]") {
  for (std::uint64_t nth = 1;; ++nth) {
    small host;
    fake_kernel kernel{host};
    engine_test::stubborn_kernel stubborn{kernel};
    auto edge = open<durable>(stubborn);
    must(edge.apply(host.old_state()));
    stubborn.refuse(linchpin::testing::verb::remove_pin, "/gate/gen-1", EIO);
    REQUIRE_FALSE(edge.apply(host.new_state()));
    must(edge.status());
    const bool struck = with_failing(nth, [&] { static_cast<void>(edge.status().has_value()); });
    INFO("allocation " << nth);
    const auto seen = must(edge.status());
    const auto gate = std::find_if(seen.components.begin(), seen.components.end(),
                                   [](const auto& component) { return component.name == "gate"; });
    REQUIRE(gate != seen.components.end());
    CHECK_FALSE(gate->problems.empty());
    stubborn.relent();
    must(edge.status());
    CHECK(must(edge.plan(host.new_state())).empty());
    if (!struck) break;
  }
}
