// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "../engine/narrow.hpp"
#include "telling.hpp"

// What an orchestrator is in no state to do, or does not know.

namespace texts_test {

namespace {

// Both copies of the record of a component that runs.
void lose_record_of(fake_kernel& kernel, const std::string& component) {
  for (const auto* copy : {"/record", "/record-copy"}) {
    must(kernel.remove_pin(std::string{root} + "/" + component + copy));
  }
}

// All pins of a component but those of its maps.
void lose_pins_of_programs(fake_kernel& kernel, const std::string& component) {
  const auto directory = std::string{root} + "/" + component + "/gen-1/";
  for (const auto& name : must(kernel.list_pins(directory))) {
    if (name.starts_with("prog-")) must(kernel.remove_pin(directory + name));
  }
}

struct passing_away : ordered {
  using lifetime = linchpin::lifetime::ephemeral;
};

}  // namespace

TEST_CASE("texts of names that a store does not know", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  error_texts::area told{"component of a store"};
  told.add("where there is none at all", edge.remove("guard"));
  must(edge.apply({guard(), guide()}));
  told.add("misspelt", edge.remove("gaurd"));
  told.add("of quite another name", edge.release("balancer"));
  told.add("to be adopted again", edge.adopt_again("gaurd"));
  told.add("a map, misspelt", edge.map_path("guard", "flow"));
  told.add("a map of quite another name", edge.map_handle("guard", "xyz"));
  told.add("a map of a component that is not there", edge.map_path("gaurd", "flows"));
  told.check();
}

TEST_CASE("texts of plans and orchestrators that are not usable any more", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"orchestrator"};
  auto edge = open(kernel);
  const auto plan = must(edge.plan({guard()}));
  must(edge.apply({guide()}));
  told.add("a plan that was overtaken", edge.apply(plan));
  auto moved = std::move(edge);
  told.add("moved from", edge.status());  // NOLINT(bugprone-use-after-move)
  told.check();
}

TEST_CASE("texts of components that live as long as their process", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"ephemeral component"};
  auto edge = open<passing_away>(kernel);
  must(edge.apply({guard()}));
  told.add("to be released", edge.release("guard"));
  told.add("the pin of a map", edge.map_path("guard", "flows"));
  told.check();
}

TEST_CASE("texts of components whose records are lost", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"lost record"};
  must(open(kernel).apply({guard()}));
  lose_record_of(kernel, "guard");
  {
    auto edge = open(kernel);
    told.add("to be removed", edge.remove("guard"));
    told.add("to be changed", edge.apply({guard()}));
  }
  lose_pins_of_programs(kernel, "guard");
  auto edge = open(kernel);
  told.add("nothing is left to adopt", edge.adopt_again("guard"));
  told.check();
}

TEST_CASE("texts of components that cannot be looked at or finished", "[errors]") {
  error_texts::area told{"component in trouble"};
  {
    three_components host;
    fake_kernel kernel{host};
    stubborn_kernel stubborn{kernel};
    auto edge = open<ordered_in_place>(stubborn);
    must(edge.apply(host.old_state()));
    stubborn.refuse(verb::open_pin, "/two/link-0", EACCES);
    told.add("a pin may not be opened", edge.remove("two"));
  }
  three_components host;
  leave_unfinished(host);
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::detach, below_two, EBUSY);
  auto edge = open<ordered_twice>(stubborn);
  told.add("its last change is not finished", edge.remove("two"));
  told.add("the same, to be adopted again", edge.adopt_again("two"));
  told.check();
}

TEST_CASE("texts of maps that are not there", "[errors]") {
  error_texts::area told{"map of a component"};
  {
    scene host;
    fake_kernel kernel{host};
    must(open(kernel).apply({guard()}));
    must(kernel.remove_pin(std::string{root} + "/guard/gen-1/map-flows"));
    kernel.may_open_by_id(false);
    auto edge = open(kernel);
    told.add("its pin is gone", edge.map_handle("guard", "flows"));
  }
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({guard()}));
  faulty.arm({.nth = 4,
              .only = verb::update,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EMFILE, "update link")});
  static_cast<void>(refused(edge.apply({guard(bpf_objects::guard_v2())})));
  told.add("an earlier call was cut short", edge.map_handle("guard", "flows"));
  told.check();
}

}  // namespace texts_test
