// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include <catch2/catch_template_test_macros.hpp>

#include "filling.hpp"
#include "scene.hpp"

// The whole space of what can go wrong in one upgrade: a second death during the recovery from the
// first, for all of both; a kernel that goes on failing; every plausible errno at every call.

using namespace engine_test;
using linchpin::desired_component;

namespace {

// One component is upgraded and moves, one stays, one goes, one comes; a stranger stands by.
struct small : scene {
  small() { stranger("theirs"); }

  [[nodiscard]] std::vector<desired_component> old_state() const {
    desired_component gate{"gate", elf(bpf_objects::guard())};
    gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
    gate.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    return {gate, one("stays", 2), one("leaves", 3)};
  }
  [[nodiscard]] std::vector<desired_component> new_state() const {
    desired_component gate{"gate", elf(bpf_objects::guard_v2())};
    gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(5);
    gate.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    gate.map("flows").carry(linchpin::carry::discard{}).fill(flow_entries({{1, 10}}));
    return {gate, one("stays", 2), one("comes", 3)};
  }

  /// Everything that can be counted, whatever the numbers are.
  [[nodiscard]] std::string count() const {
    auto paths = pins();
    for (auto& path : paths) std::erase_if(path, [](char c) { return c >= '0' && c <= '9'; });
    std::sort(paths.begin(), paths.end());
    auto made = std::to_string(programs().size()) + " programs, " + std::to_string(maps().size()) +
                " maps, " + std::to_string(links().size()) + " links\n";
    for (const auto& path : paths) made += path + "\n";
    return made;
  }
};

template <class Policies>
struct censuses {
  censuses() {
    small host;
    fake_kernel kernel{host};
    auto edge = open<Policies>(kernel);
    must(edge.apply(host.old_state()));
    old_one = host.count();
    must(edge.apply(host.new_state()));
    new_one = host.count();
  }
  std::string old_one, new_one;
};

/// Wholly old or wholly new, and nothing else; told in words if not, so that a million checks cost
/// what they cost.
template <class Policies>
std::string broken(small& host, linchpin::orchestrator_core& edge,
                   const censuses<Policies>& expected) {
  const auto old_plan = edge.plan(host.old_state());
  const auto new_plan = edge.plan(host.new_state());
  if (!old_plan) return "no plan for the old state: " + old_plan.error().message();
  if (!new_plan) return "no plan for the new state: " + new_plan.error().message();
  if (old_plan->empty() == new_plan->empty())
    return "neither old nor new:\n" + old_plan->text() + "\n" + new_plan->text();
  const auto found = host.names(edge);
  const names old_names{"theirs", "gate", "stays", "leaves"};
  const names new_names{"theirs", "stays", "comes", "gate"};
  if (found != (old_plan->empty() ? old_names : new_names)) {
    std::string all = old_plan->empty() ? "old, but runs" : "new, but runs";
    for (const auto& name : found) all += " " + name;
    return all;
  }
  const auto& wanted = old_plan->empty() ? expected.old_one : expected.new_one;
  if (host.count() != wanted) return "left over:\n" + host.count() + "\nexpected:\n" + wanted;
  const auto status = edge.status();
  if (!status) return "no status: " + status.error().message();
  if (!status->healthy()) return "not healthy:\n" + status->text();
  return {};
}

template <class Policies>
bool dies_at(small& host, std::uint64_t nth) {
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<Policies>(faulty);
  must(edge.apply(host.old_state()));
  faulty.arm({.what = fault::kind::die, .nth = nth});
  static_cast<void>(edge.apply(host.new_state(), 1).has_value());
  return faulty.struck();
}

using updates = std::tuple<ordered_in_place, ordered_twice, ordered_with_gap>;

constexpr int plausible_errors[] = {EPERM,  ENOMEM, EBUSY,  EEXIST, ENOENT, ENOLINK, ESTALE, E2BIG,
                                    ENOSPC, EINVAL, EMFILE, EIO,    EAGAIN, EINTR,   ENODEV};

std::uint64_t told(const char* variable) {
  const char* said = std::getenv(variable);
  const auto number = said == nullptr ? 1 : std::strtoull(said, nullptr, 10);
  return number == 0 ? 1 : number;
}
// Every n-th first fault only, from the k-th on: for runs that are slow for another reason, such as a
// sanitizer, and for runs that take turns.
std::uint64_t stride() {
  return told("LINCHPIN_FAULT_STRIDE");
}
std::uint64_t first_fault() {
  return told("LINCHPIN_FAULT_FIRST");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "a death at any call and another at any call of the recovery leave old or new",
    "[engine][fault]", updates) {
  const censuses<TestType> expected;
  for (std::uint64_t first = first_fault();; first += stride()) {
    bool first_struck = true;
    for (std::uint64_t second = 1;; ++second) {
      small host;
      first_struck = dies_at<TestType>(host, first);
      bool second_struck = false;
      {
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        faulty.arm({.what = fault::kind::die, .nth = second});
        static_cast<void>(loose_orchestrator<TestType>::open(root, {.on = &faulty}).has_value());
        second_struck = faulty.struck();
      }
      fake_kernel last{host};
      auto opened = loose_orchestrator<TestType>::open(root, {.on = &last});
      const auto why =
          opened ? broken(host, *opened, expected) : "open: " + opened.error().message();
      if (!why.empty())
        FAIL("died at call " << first << ", then at call " << second << " of the recovery: " << why
                             << "\n"
                             << host.text());
      if (!second_struck) break;
    }
    if (!first_struck) break;
  }
  SUCCEED();
}

TEMPLATE_LIST_TEST_CASE("a recovery that fails at any call is finished by the next one",
                        "[engine][fault]", updates) {
  const censuses<TestType> expected;
  for (const auto kind : {fault::kind::fail, fault::kind::lose_reply}) {
    for (std::uint64_t first = 9 * (first_fault() - 1) + 1;; first += 9 * stride()) {
      bool first_struck = true;
      for (std::uint64_t second = 1;; ++second) {
        small host;
        first_struck = dies_at<TestType>(host, first);
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        faulty.arm({.what = kind, .nth = second});
        bool opened = loose_orchestrator<TestType>::open(root, {.on = &faulty}).has_value();
        const bool second_struck = faulty.struck();
        faulty.disarm();
        auto again = loose_orchestrator<TestType>::open(root, {.on = &faulty});
        const auto why =
            again ? broken(host, *again, expected) : "open: " + again.error().message();
        if (!why.empty())
          FAIL("died at call " << first << "; call " << second << " of the recovery went wrong, it "
                               << (opened ? "opened" : "did not open") << ": " << why << "\n"
                               << host.text());
        if (!second_struck) break;
      }
      if (!first_struck) break;
    }
  }
  SUCCEED();
}

TEMPLATE_LIST_TEST_CASE("a kernel that fails for ever from any call on loses nothing",
                        "[engine][fault]", updates) {
  const censuses<TestType> expected;
  for (const auto kind : {fault::kind::fail, fault::kind::lose_reply}) {
    for (std::uint64_t nth = 1;; ++nth) {
      INFO("fails from call " << nth << " on");
      small host;
      const auto theirs = host.run(host.at()).front();
      bool struck = false;
      {
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        auto edge = open<TestType>(faulty);
        must(edge.apply(host.old_state()));
        faulty.arm({.what = kind, .nth = nth, .from_there_on = true});
        const auto outcome = edge.apply(host.new_state(), 1);
        struck = faulty.struck();
        if (struck && kind == fault::kind::fail && outcome)
          FAIL("success on a kernel that fails from call " << nth << " on");
        // What it still says is an error or right, never a crash.
        static_cast<void>(edge.status().has_value());
        static_cast<void>(edge.plan(host.new_state()).has_value());
        const auto ran = host.run(host.at());
        CHECK(std::count(ran.begin(), ran.end(), theirs) == 1);
      }
      if (!struck) break;
      fake_kernel next{host};
      auto edge = open<TestType>(next);
      const auto why = broken(host, edge, expected);
      if (!why.empty()) FAIL("failed from call " << nth << " on: " << why << "\n" << host.text());
    }
  }
}

namespace {

// Whether an errno says that the target is gone. An engine that believes it has lost that hook only, and
// attaches to it again with the next apply.
bool says_target_gone(int number) {
  return number == ENOLINK || number == ENODEV || number == ENOENT;
}

// Applies the new state with an errno at one call, and again without.
// returns: whether there was such a call
template <class Policies>
bool apply_with_errno(const censuses<Policies>& expected, int number, fault::kind kind,
                      std::uint64_t nth) {
  small host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<Policies>(faulty);
  must(edge.apply(host.old_state()));
  faulty.arm({.what = kind,
              .nth = nth,
              .cause = linchpin::error::from_errno(number, "call", "something")});
  const auto outcome = edge.apply(host.new_state(), 1);
  if (!faulty.struck()) return false;
  faulty.disarm();
  const auto told = [&] {
    return std::string{std::strerror(number)} + " at call " + std::to_string(nth) +
           (kind == fault::kind::fail ? ", refused" : ", after it took effect") +
           (outcome ? std::string{" (applied)"} : "\n" + outcome.error().message());
  };
  const bool believed = outcome && says_target_gone(number);
  auto why = believed ? std::string{} : broken(host, edge, expected);
  if (why.empty() && !believed && outcome && !must(edge.plan(host.new_state())).empty())
    why = "success, but not the new state";
  if (!why.empty()) FAIL(told() << ": " << why << "\n" << host.text());
  const auto again = edge.apply(host.new_state());
  if (!again) FAIL(told() << "\nand the next apply: " << again.error().message());
  why = broken(host, edge, expected);
  if (!why.empty()) FAIL(told() << "\nand after the next apply: " << why);
  return true;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("each plausible errno at each call leaves old or new", "[engine][fault]",
                        updates) {
  const censuses<TestType> expected;
  for (const int number : plausible_errors) {
    for (const auto kind : {fault::kind::fail, fault::kind::lose_reply}) {
      std::uint64_t nth = first_fault();
      while (apply_with_errno(expected, number, kind, nth)) nth += stride();
    }
  }
  SUCCEED();
}

TEST_CASE("each plausible errno at each call of open, plan and status changes nothing",
          "[engine][fault]") {
  for (const int number : plausible_errors) {
    for (std::uint64_t nth = 1;; ++nth) {
      INFO(std::strerror(number) << " at call " << nth);
      small host;
      {
        fake_kernel kernel{host};
        auto edge = open<ordered>(kernel);
        must(edge.apply(host.old_state()));
      }
      const auto before = host.text();
      bool struck = false;
      {
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        faulty.arm({.nth = nth, .cause = linchpin::error::from_errno(number, "call", "something")});
        auto opened = loose_orchestrator<ordered>::open(root, {.on = &faulty});
        if (opened) {
          static_cast<void>(opened->plan(host.new_state()).has_value());
          static_cast<void>(opened->status().has_value());
        }
        struck = faulty.struck();
      }
      CHECK(host.text() == before);
      if (!struck) break;
    }
  }
}

TEMPLATE_LIST_TEST_CASE(
    "each plausible errno at each call of a removal leaves a store that can be "
    "emptied",
    "[engine][fault]", updates) {
  for (const int number : plausible_errors) {
    for (std::uint64_t nth = 1;; ++nth) {
      INFO(std::strerror(number) << " at call " << nth);
      small host;
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open<TestType>(faulty);
      must(edge.apply(host.old_state()));
      faulty.arm({.nth = nth, .cause = linchpin::error::from_errno(number, "call", "something")});
      const auto outcome = edge.remove_all();
      const bool struck = faulty.struck();
      faulty.disarm();
      must(edge.remove_all());
      if (host.links().size() != 1 || host.programs().size() != 1 || !host.maps().empty())
        FAIL("left over:\n" << host.text());
      if (!struck) break;
    }
  }
}
