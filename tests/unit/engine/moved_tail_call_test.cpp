// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cstring>

#include "scene.hpp"
#include "tail_tc_filled_later.bpf.hpp"

// A program that moves runs from a second copy of its generation for a while. What user space put into
// its tail-call arrays is there too, so that no tail call misses.

using namespace engine_test;
using linchpin::program_id;

namespace {

linchpin::desired_component caller(int priority) {
  linchpin::desired_component made{"caller", elf(bpf_objects::tail_tc_filled_later())};
  made.attach("ts_tail_entry", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  return made;
}

// What stands in slot 0 of the array of each copy of the caller that runs.
class slots_seen final : public call_observer {
 public:
  slots_seen(scene& host) : host_(host), kernel_(host) {}
  void after(verb which) override {
    if (which != verb::attach && which != verb::update && which != verb::detach) return;
    for (const auto id : host_.run(host_.at())) {
      auto program = must(kernel_.open_by_id(linchpin::pin_kind::program, id.value));
      for (const auto map : must(kernel_.describe_program(program.ref())).maps) {
        auto array = must(kernel_.open_by_id(linchpin::pin_kind::map, map.value));
        if (must(kernel_.describe_map(array.ref())).name != "ts_tail_jumps") continue;
        const auto entries = must(kernel_.read_map(array.ref()));
        program_id called{};
        if (entries.size() != 0) std::memcpy(&called.value, entries.values.data(), 4);
        calls.emplace_back(id, called);
      }
    }
  }
  std::vector<std::pair<program_id, program_id>> calls;

 private:
  scene& host_;
  fake_kernel kernel_;
};

struct filled_later : scene {
  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge{open(kernel)};

  filled_later() {
    must(edge.apply({caller(20), guide(bpf_objects::guide(), 10)}));
    array = must(kernel.describe_map(must(edge.map_handle("caller", "ts_tail_jumps")))).id;
  }
  program_id callee() {
    auto pinned = must(kernel.open_pin(std::string{root} + "/caller/gen-1/prog-ts_tail_callee",
                                       linchpin::pin_kind::program));
    return must(kernel.describe_program(pinned.ref())).id;
  }
  linchpin::map_id array{};
};

}  // namespace

TEST_CASE("a program that moves calls its own programs all the while", "[engine][order]") {
  filled_later host;
  const auto callee = host.callee();
  host.fill_prog_array(host.array, 0, callee);
  slots_seen slots{host};
  host.kernel.observe(&slots);
  must(host.edge.apply({caller(5), guide(bpf_objects::guide(), 10)}));
  host.kernel.observe(nullptr);
  CHECK(host.names(host.edge) == names{"caller", "guide"});
  REQUIRE_FALSE(slots.calls.empty());
  for (const auto& [program, called] : slots.calls) CHECK(called);
  // The copy calls its own callee, and not that of the other.
  CHECK(std::any_of(slots.calls.begin(), slots.calls.end(),
                    [&](const auto& slot) { return slot.second != callee; }));
}

TEST_CASE("a program that moves calls other people's programs all the while", "[engine][order]") {
  filled_later host;
  const auto theirs = host.stranger("theirs", host.ingress("eth1"));
  host.fill_prog_array(host.array, 0, theirs);
  SECTION("where they can be opened") {
    slots_seen slots{host};
    host.kernel.observe(&slots);
    must(host.edge.apply({caller(5), guide(bpf_objects::guide(), 10)}));
    host.kernel.observe(nullptr);
    REQUIRE_FALSE(slots.calls.empty());
    for (const auto& [program, called] : slots.calls) CHECK(called == theirs);
  }
  SECTION("where they cannot, the move is refused in words") {
    host.kernel.may_open_by_id(false);
    const auto before = host.text();
    const auto told = refused(host.edge.plan({caller(5), guide(bpf_objects::guide(), 10)}));
    INFO(told.message());
    CHECK(told.is(linchpin::errc::permission_denied));
    CHECK(told.found() == "map ts_tail_jumps, slot 0: program " + std::to_string(theirs.value) +
                              ": opening it by its id takes CAP_SYS_ADMIN");
    CHECK(host.text() == before);
  }
  SECTION("programs of this store are held already") {
    host.kernel.may_open_by_id(false);
    const auto guides = host.run(host.at()).front();
    host.fill_prog_array(host.array, 0, guides);
    must(host.edge.apply({caller(5), guide(bpf_objects::guide(), 10)}));
    CHECK(host.names(host.edge) == names{"caller", "guide"});
  }
}
