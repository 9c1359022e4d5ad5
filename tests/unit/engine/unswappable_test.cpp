// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "gate.hpp"

// A hook that was switched cannot be switched back: the program that it had is not to be had any more.

using namespace engine_test;
using linchpin::attachment_state;

namespace {

const std::string old_program = component_root + "/gen-1/prog-guard_in";

// Dies after the first of two hooks was switched; then somebody removes the old program's pin.
struct half_switched : scene {
  half_switched() {
    fake_kernel kernel{*this};
    faulty_kernel mortal{kernel};
    {
      auto edge = open(mortal);
      must(edge.apply({at_both()}));
      mortal.arm({.what = fault::kind::die, .nth = 2, .only = verb::update});
      REQUIRE_FALSE(edge.apply({at_both(bpf_objects::guard_v2())}));
    }
    remove_tree(old_program);
    ran = run(at());
  }
  std::vector<linchpin::program_id> ran;
};

}  // namespace

TEST_CASE("what cannot be switched back by a recovery stays pinned and on record",
          "[engine][damage][fault]") {
  half_switched host;
  fake_kernel next{host};
  next.may_open_by_id(false);
  {
    auto edge = open(next);
    INFO(edge.recovered());
    CHECK(edge.recovered().find("goes on running program " +
                                std::to_string(host.ran.front().value)) != std::string::npos);
    CHECK(host.run(host.at()) == host.ran);
    CHECK(has_pin(host, component_root + "/gen-2/prog-guard_in"));
    const auto status = status_of(edge, "gate");
    CHECK(status.generation.value == 1);
    CHECK(status.attachments[0].state == attachment_state::live);
    CHECK(status.attachments[0].generation.value == 2);
    CHECK(status.attachments[0].running == host.ran.front());
    CHECK(status.attachments[1].state == attachment_state::live);
    CHECK(status.attachments[1].generation.value == 1);
  }
  // The record says so as well: the next process knows no more than that.
  auto edge = open(next);
  CHECK(status_of(edge, "gate").attachments[0].state == attachment_state::live);
  next.may_open_by_id(true);
  auto privileged = std::move(edge);
  must(privileged.remove("gate"));
  CHECK(host.programs().empty());
}

TEST_CASE("what a recovery left at the new generation is brought back in line by the next apply",
          "[engine][damage][fault]") {
  half_switched host;
  const auto object = GENERATE(1, 2) == 1 ? bpf_objects::guard() : bpf_objects::guard_v2();
  {
    fake_kernel next{host};
    next.may_open_by_id(false);
    static_cast<void>(open(next));
  }
  fake_kernel next{host};
  auto edge = open(next);
  must(edge.apply({at_both(object)}));
  check_settled(edge, {at_both(object)});
  CHECK(host.run(host.at()).size() == 1);
  CHECK(host.links().size() == 2);
  must(edge.remove_all());
  CHECK(host.programs().empty());
}

TEST_CASE("a failed upgrade that cannot switch a hook back says so and keeps what runs",
          "[engine][damage][fault]") {
  scene host;
  fake_kernel kernel{host};
  linchpin::desired_component both{"gate", elf(bpf_objects::guard())};
  both.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
  both.attach("guard_out", linchpin::hook::tcx_egress{"eth0"}).priority(2);
  linchpin::desired_component upgraded{"gate", elf(bpf_objects::guard_v2())};
  upgraded.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
  upgraded.attach("guard_out", linchpin::hook::tcx_egress{"eth0"}).priority(2);
  {
    auto edge = open(kernel);
    must(edge.apply({both}));
    // Nothing of our program is left: an intruder runs by its link, and its pin is gone.
    must(host.replace_program(status_of(edge, "gate").attachments[0].id.link, "intruder"));
  }
  host.remove_tree(old_program);
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  faulty.arm({.what = fault::kind::fail, .nth = 2, .only = verb::update});
  const auto told = refused(edge.apply({upgraded}));
  INFO(told.message());
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.message().find("goes on running program") != std::string::npos);
  faulty.disarm();
  const auto status = status_of(edge, "gate");
  CHECK(status.attachments[0].state == attachment_state::live);
  CHECK(status.attachments[0].generation.value == 2);
  must(edge.apply({upgraded}));
  check_settled(edge, {upgraded});
  must(edge.remove_all());
  CHECK(host.programs().empty());
}
