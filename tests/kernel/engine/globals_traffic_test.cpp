// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <array>
#include <csignal>

#include <catch2/generators/catch_generators.hpp>

#include <sys/mman.h>

#include "counted.hpp"
#include "shapes.bpf.hpp"
#include "shapes_kptr.bpf.hpp"
#include "shapes_v2.bpf.hpp"
#include "traffic.hpp"

// Counters in global variables while datagrams pass: at every step of an upgrade, in every section,
// beside locks and pointers of the kernel's, and when the upgrade is killed.

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::in_child;

namespace {

// Lets datagrams pass after each first sweep of a section, which the old program counts, and after the
// switch, which the next one counts.
class passes_between final : public linchpin::apply_observer {
 public:
  static constexpr std::uint64_t after_each_copy = 10;

  passes_between(datagrams& from_far, std::uint64_t after_switch)
      : from_far_(from_far), after_switch_(after_switch) {}

  void on(const linchpin::step_event& event) noexcept override {
    if (event.what != linchpin::step_event::kind::performed) return;
    if (event.which.kind == linchpin::step_kind::copy_map) {
      from_far_.pass(after_each_copy);
      ++copies_;
    }
    if (event.which.kind == linchpin::step_kind::swap_program && after_switch_ != 0) {
      from_far_.pass(after_switch_);
    }
  }
  /// How many the old program has counted since the first copy.
  [[nodiscard]] std::uint64_t late() const noexcept { return copies_ * after_each_copy; }

 private:
  datagrams& from_far_;
  std::uint64_t after_switch_;
  std::uint64_t copies_ = 0;
};

linchpin::desired_component shaped(const stage& here, std::uint32_t cell,
                                   std::span<const std::byte> object) {
  auto made = stage::one("sampler", "shapes_in", here.ingress(), object);
  made.global("set_cell", std::array<std::uint32_t, 2>{cell, 0});
  return made;
}

// Whether the kernel lets a map be mapped, asked of the kernel itself.
bool can_be_mapped(linchpin::orchestrator_core& edge, std::string_view section) {
  const auto map = must(edge.map_handle("sampler", section));
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, map.fd().native(), 0);
  if (memory == MAP_FAILED) return false;
  ::munmap(memory, size);
  return true;
}

}  // namespace

TEST_CASE("what the old program counts until the switch is there after it",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  datagrams from_far{here};
  must(edge.apply({sampling(here, 4)}));
  from_far.pass(64);
  const auto number = [&](std::string_view name) {
    return variable<std::uint64_t>(here.kernel, edge, bpf_objects::globals_v2(), name);
  };
  const auto next = sampling(here, 4, bpf_objects::globals_v2());
  SECTION("where the next one counts nothing meanwhile, all of it") {
    passes_between passing{from_far, 0};
    must(edge.apply(must(edge.plan({next})), &passing));
    REQUIRE(passing.late() != 0);
    CHECK(number("seen") == 64 + passing.late());
    CHECK(number("hidden") == 64 + passing.late());
    CHECK(number("globals_in.packets") == 64 + passing.late());
  }
  SECTION("where the next one counts as well, its counts, and not those of both") {
    passes_between passing{from_far, 5};
    const auto plan = must(edge.plan({next}));
    CHECK(plan.text().find("where both generations change a number, the next one's stays") !=
          std::string::npos);
    must(edge.apply(plan, &passing));
    for (const auto* name : {"seen", "hidden", "globals_in.packets"}) {
      INFO(name);
      const auto counted = number(name);
      CHECK(counted >= 64 + 5);
      CHECK(counted < 64 + 5 + passing.late());
      CHECK((counted - 64 - 5) % passes_between::after_each_copy == 0);
    }
  }
  const auto before = number("seen");
  from_far.pass(64);
  CHECK(number("seen") == before + 64);
}

TEST_CASE("counters in every section and shape go on with the next generation",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  datagrams from_far{here};
  const auto one = bpf_objects::shapes();
  const auto two = bpf_objects::shapes_v2();
  must(edge.apply({shaped(here, 9, one)}));
  from_far.pass(64);
  passes_between passing{from_far, 0};
  must(edge.apply(must(edge.plan({shaped(here, 9, two)})), &passing));
  from_far.pass(64);
  const auto all = 128 + passing.late();
  CHECK(variable<std::uint64_t>(here.kernel, edge, two, "seen") == all);
  CHECK(variable<std::uint64_t>(here.kernel, edge, two, "moved_out") == all);
  CHECK(variable<std::uint64_t>(here.kernel, edge, two, "moved_in") == all);
  using cells = std::array<std::array<std::uint32_t, 2>, 6>;
  CHECK(variable<cells>(here.kernel, edge, two, "grid")[5][0] == all);
  // The other field is first there, so that nothing of it goes on.
  CHECK(variable<cells>(here.kernel, edge, two, "turns")[5] == std::array<std::uint32_t, 2>{0, 64});
  using tail = std::array<std::uint32_t, 3>;
  CHECK(variable<tail>(here.kernel, edge, two, "kept_tail")[2] == 6 + all);
  using longer_tail = std::array<std::uint32_t, 4>;
  CHECK(variable<longer_tail>(here.kernel, edge, two, "grown_tail") ==
        longer_tail{3, 5, 6 + 64, 7});
}

TEST_CASE("beside a pointer that the kernel looks after, no count of the next generation is undone",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  const auto object = bpf_objects::shapes_kptr();
  const auto first = edge.apply({shaped(here, 9, object)});
  if (!first && first.error().is(linchpin::errc::rejected)) SKIP("no kptrs in global variables");
  must(first);
  datagrams from_far{here};
  from_far.pass(64);
  passes_between passing{from_far, 5};
  const auto plan = must(edge.plan({shaped(here, 10, object)}));
  CHECK(plan.text().find("1 variable by name; copied once") != std::string::npos);
  must(edge.apply(plan, &passing));
  CHECK_FALSE(can_be_mapped(edge, ".data.owned"));
  std::uint64_t passed = 0;
  for (const auto* name : {"owned", "owned_too"}) {
    INFO(name);
    const auto counted = [&] { return variable<std::uint64_t>(here.kernel, edge, object, name); };
    const auto all = counted();
    CHECK(all >= 64 + 5);
    CHECK(all < 64 + 5 + passing.late() + passed);
    CHECK((all - 64 - 5) % passes_between::after_each_copy == 0);
    from_far.pass(passes_between::after_each_copy);
    passed += passes_between::after_each_copy;
    CHECK(counted() == all + passes_between::after_each_copy);
  }
}

TEST_CASE("while datagrams pass, counters never fall back", "[kernel][engine][globals]") {
  const bool locked = GENERATE(false, true);
  INFO((locked ? "beside a lock" : "without a lock"));
  stage here;
  auto edge = here.open();
  const auto object = [locked](unsigned upgrade) {
    if (locked) return bpf_objects::globals_locked();
    return upgrade % 2 == 0 ? bpf_objects::globals() : bpf_objects::globals_v2();
  };
  const auto first = edge.apply({sampling(here, 1, object(0))});
  if (!first && first.error().is(linchpin::errc::rejected)) SKIP("no locks in global variables");
  must(first);
  traffic passing{here};
  const auto counted = [&](unsigned upgrade) {
    return variable<std::uint64_t>(here.kernel, edge, object(upgrade), locked ? "locked" : "seen");
  };
  // No more is missing than what passed while upgrades were made. A batch that has not arrived yet may
  // be counted.
  std::uint64_t may_miss = 0;
  for (unsigned upgrade = 1; upgrade <= 20; ++upgrade) {
    INFO("upgrade " << upgrade);
    const auto before = counted(upgrade - 1);
    const auto arrived = passing.arrived();
    must(edge.apply({sampling(here, upgrade + 1, object(upgrade))}));
    may_miss += passing.arrived() - arrived + 2 * traffic::batch;
    const auto after = counted(upgrade);
    CHECK(after >= before);
    CHECK(after + may_miss >= passing.arrived());
    REQUIRE(wait_until(here.kernel, [&] { return counted(upgrade) > after; }));
  }
  const auto sent = passing.stop();
  CHECK(counted(20) <= sent);
  CHECK(counted(20) + may_miss >= sent);
}

TEST_CASE("killed while datagrams pass, an upgrade beside a lock loses no earlier count",
          "[kernel][engine][globals][fault]") {
  stage here;
  const auto object = bpf_objects::globals_locked();
  const auto first = here.open().apply({sampling(here, 4, object)});
  if (!first && first.error().is(linchpin::errc::rejected)) SKIP("no locks in global variables");
  must(first);
  const auto counted = [&] {
    auto edge = here.open();
    return std::pair{variable<std::uint64_t>(here.kernel, edge, object, "locked"),
                     variable<std::uint64_t>(here.kernel, edge, object, "seen")};
  };
  traffic passing{here};
  std::uint32_t every = 4;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at write " << nth);
    const auto before = counted();
    const auto end = must(in_child([&] {
      faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<ordered>::open(here.root(), {.on = &faulty}));
      faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = true});
      return edge.apply({sampling(here, ++every, object)}) ? 0 : 1;
    }));
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});
    const auto after = counted();
    CHECK(after.first >= before.first);
    CHECK(after.second >= before.second);
    REQUIRE(wait_until(here.kernel, [&] {
      const auto now = counted();
      return now.first > after.first && now.second > after.second;
    }));
    ++every;
    if (whole) break;
  }
  const auto sent = passing.stop();
  const auto last = counted();
  CHECK(last.first <= sent);
  CHECK(last.second <= sent);
}
