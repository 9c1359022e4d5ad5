// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>

#include "engine/step_facts.hpp"
#include "gate.hpp"
#include "store/journal.hpp"

// What was cut short, and what others did before the next process looked: links that they hold, links of
// theirs that run our programs, journals from another time.

using namespace engine_test;
using linchpin::pin_kind;

namespace {

const std::string journal_path = std::string{root} + "/journal";

// Somebody who holds every link by its id.
std::vector<linchpin::handle> hold_links(fake_kernel& by) {
  std::vector<linchpin::handle> held;
  for (const auto id : must(by.list_links())) {
    held.push_back(must(by.open_by_id(pin_kind::link, id.value)));
  }
  return held;
}

// returns: whether it died
template <class Policies>
bool dies_at(scene& host, std::uint64_t nth,
             const std::vector<linchpin::desired_component>& desired) {
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<Policies>(faulty);
  faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = true});
  static_cast<void>(edge.apply(desired, 1).has_value());
  return faulty.struck();
}

}  // namespace

TEST_CASE("a link that was made and lost its pin is undone though somebody holds it",
          "[engine][fault][identity]") {
  const bool first_start = GENERATE(false, true);
  const auto where = GENERATE(place::tcx, place::cgroup);
  CAPTURE(first_start, static_cast<int>(where));
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host{where};
    const std::vector next{host.one("gate", 0, bpf_objects::guard_v2())};
    if (!first_start) {
      fake_kernel kernel{host};
      must(open<ordered_twice>(kernel).apply({host.one("gate")}));
    }
    if (!dies_at<ordered_twice>(host, nth, next)) break;
    other_service other{host};
    const auto held = hold_links(other.kernel());
    const auto made = component_root + (first_start ? "/link-0" : "/link-1");
    if (has_pin(host, made)) must(other.kernel().remove_pin(made));
    fake_kernel kernel{host};
    auto edge = open<ordered_twice>(kernel);
    CHECK(host.run(host.at()).size() <= 1);
    must(edge.apply(next));
    CHECK(host.run(host.at()).size() == 1);
    check_settled(edge, next);
    must(edge.remove_all());
    CHECK(host.run(host.at()).empty());
  }
}

TEST_CASE("a held link is found where the chain names none, beside a hook that waits",
          "[engine][fault][identity]") {
  const auto gate = [](std::span<const std::byte> object) {
    linchpin::desired_component made{"gate", elf(object)};
    made.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    made.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
    return std::vector{made};
  };
  const auto next = gate(bpf_objects::guard_v2());
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host{place::cgroup};
    {
      fake_kernel kernel{host};
      auto edge = open<ordered_twice>(kernel);
      must(edge.apply(gate(bpf_objects::guard())));
      host.remove_interface("eth1");
      must(edge.apply(gate(bpf_objects::guard())));
    }
    if (!dies_at<ordered_twice>(host, nth, next)) break;
    other_service other{host};
    const auto held = hold_links(other.kernel());
    for (const auto* name : {"/link-2", "/link-3"}) {
      if (has_pin(host, component_root + name)) {
        must(other.kernel().remove_pin(component_root + name));
      }
    }
    fake_kernel kernel{host};
    auto edge = open<ordered_twice>(kernel);
    CHECK(host.run(host.at()).size() <= 1);
    must(edge.apply(next));
    CHECK(host.run(host.at()).size() == 1);
    check_nothing_to_plan(edge, next);
  }
}

TEST_CASE("a link whose pin cannot be made is ended though somebody holds it",
          "[engine][fault][identity]") {
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host;
    fake_kernel kernel{host};
    faulty_kernel faulty{kernel};
    other_service other{host};
    std::vector<linchpin::handle> held;
    during holds{verb::attach, 1, [&] { held = hold_links(other.kernel()); }};
    kernel.observe(&holds);
    auto edge = open(faulty);
    faulty.arm(
        {.nth = nth, .only = verb::pin, .cause = linchpin::error::from_errno(ENOMEM, "pin", "")});
    const auto applied = edge.apply({host.one("gate")});
    kernel.observe(nullptr);
    if (!faulty.struck()) break;
    REQUIRE_FALSE(applied);
    CHECK(host.run(host.at()).empty());
    faulty.disarm();
    must(edge.apply({host.one("gate")}));
    CHECK(host.run(host.at()).size() == 1);
  }
}

TEST_CASE("somebody's link that runs our program at another hook is theirs, wherever it is pinned",
          "[engine][fault][identity]") {
  const bool egress = GENERATE(false, true);
  CAPTURE(egress);
  bool tried = false;
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host;
    host.add_netns("/run/netns/blue");
    if (!dies_at<ordered>(host, nth, {host.one("gate")})) break;
    const auto program_path = component_root + "/gen-1/prog-guard_in";
    if (!has_pin(host, program_path) || has_pin(host, component_root + "/link-0")) continue;
    const auto theirs = egress ? host.egress("eth0") : host.ingress("eth1");
    other_service other{host};
    {
      const auto program = other.open(program_path, pin_kind::program);
      const auto link = must(other.kernel().attach(theirs, program.ref(), {}));
      must(other.kernel().pin(link.link.ref(), component_root + "/link-0"));
    }
    fake_kernel kernel{host};
    auto edge = open(kernel);
    tried = true;
    CHECK(host.run(theirs).size() == 1);
    CHECK(has_pin(host, component_root + "/link-0"));
  }
  CHECK(tried);
}

TEST_CASE("a journal that is older than the record of its component is not followed",
          "[engine][fault]") {
  const bool first_start = GENERATE(false, true);
  CAPTURE(first_start);
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host;
    const std::vector next{host.one("gate", 0, bpf_objects::guard_v2())};
    if (!first_start) {
      fake_kernel kernel{host};
      must(open(kernel).apply({host.one("gate")}));
    }
    if (!dies_at<ordered>(host, nth, next)) break;
    fake_kernel kernel{host};
    const auto old = must(kernel.read_blob(journal_path));
    const std::vector newest{host.one("gate", 0, bpf_objects::guard_wide())};
    must(open(kernel).apply(next));
    auto later = newest;
    later.front().map("flows").carry(linchpin::carry::discard{});
    must(open(kernel).apply(later));
    const auto ran = host.run(host.at());
    if (!old) continue;
    must(kernel.write_blob(journal_path, *old));
    auto edge = open(kernel);
    INFO(edge.recovered());
    CHECK(host.run(host.at()) == ran);
    check_settled(edge, later);
    must(edge.remove_all());
    CHECK(host.run(host.at()).empty());
  }
}

TEST_CASE("a step of a kind that no journal has is told of and not carried out",
          "[engine][fault][damage]") {
  std::vector<std::uint8_t> kinds{0, 200, 255};
  for (const auto kind : linchpin::detail::every_step_kind) {
    if (linchpin::detail::facts_of(kind).in_journal) continue;
    kinds.push_back(static_cast<std::uint8_t>(kind));
  }
  REQUIRE(kinds.size() > 3);
  for (const auto kind : kinds) {
    for (std::uint64_t nth = 1;; ++nth) {
      CAPTURE(static_cast<int>(kind), nth);
      scene host;
      {
        fake_kernel kernel{host};
        must(open(kernel).apply({host.one("gate")}));
      }
      const std::vector next{host.one("gate", 0, bpf_objects::guard_v2())};
      if (!dies_at<ordered>(host, nth, next)) break;
      fake_kernel kernel{host};
      const auto bytes = must(kernel.read_blob(journal_path));
      if (!bytes) continue;
      auto journal = must(linchpin::decode_journal(*bytes));
      journal.steps.emplace_back().kind = kind;
      must(kernel.write_blob(journal_path, linchpin::encode(journal)));
      auto edge = open(kernel);
      const std::string told{edge.recovered()};
      // Steps of a component whose record has the change already are over.
      if (told != "gate: finished the change to generation 2") {
        CHECK_THAT(told, Catch::Matchers::ContainsSubstring("kind " + std::to_string(kind)));
      }
      CHECK(host.run(host.at()).size() == 1);
      must(edge.apply(next));
      check_settled(edge, next);
    }
  }
}

TEST_CASE("a removal whose records are lost is not finished by words", "[engine][fault][damage]") {
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host;
    {
      fake_kernel kernel{host};
      must(open(kernel).apply({host.one("gate"), guide()}));
    }
    if (!dies_at<ordered>(host, nth, {guide()})) break;
    fake_kernel kernel{host};
    must(kernel.remove_pin(component_root + "/record"));
    must(kernel.remove_pin(component_root + "/record-copy"));
    const bool left = has_pin(host, component_root + "/link-0");
    auto edge = open(kernel);
    INFO(edge.recovered());
    const auto runs = host.run(host.at()).size();
    if (left && runs == 2) CHECK_FALSE(must(edge.status()).healthy());
    must(edge.apply({guide(bpf_objects::guide_v2())}));
    if (!left || runs != 2) continue;
    CHECK(host.run(host.at()).size() == 2);
    must(edge.release("gate"));
    check_settled(edge, {guide(bpf_objects::guide_v2())});
    CHECK(host.run(host.at()).size() == 2);
  }
}

TEST_CASE("a journal of another store is not followed for a component of the same name",
          "[engine][fault][identity]") {
  const std::string elsewhere = "/sys/fs/bpf/elsewhere";
  const bool at_component = GENERATE(false, true);
  CAPTURE(at_component);
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host;
    linchpin::desired_component theirs{"gate", elf(bpf_objects::guard())};
    theirs.attach("guard_in", host.hook("eth1"));
    linchpin::desired_component theirs_next{"gate", elf(bpf_objects::guard_v2())};
    theirs_next.attach("guard_in", host.hook("eth1"));
    const std::vector ours{host.one("gate")};
    bool struck = false;
    {
      fake_kernel kernel{host};
      must(open(kernel).apply(ours));
      faulty_kernel faulty{kernel};
      auto edge = must(loose_orchestrator<ordered>::open(elsewhere, {.on = &faulty}));
      must(edge.apply({theirs}));
      must(edge.apply({theirs}));
      faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = true});
      static_cast<void>(edge.apply(std::vector{theirs_next}, 1).has_value());
      struck = faulty.struck();
    }
    if (!struck) break;
    fake_kernel kernel{host};
    const auto journal = must(kernel.read_blob(elsewhere + "/journal"));
    if (!journal) continue;
    must(kernel.write_blob(at_component ? component_root + "/unfinished" : journal_path, *journal));
    const auto at_theirs = host.run(host.at("eth1"));
    const auto at_ours = host.run(host.at());
    auto edge = open(kernel);
    INFO(edge.recovered());
    CHECK(host.run(host.at()) == at_ours);
    CHECK(host.run(host.at("eth1")) == at_theirs);
    must(edge.apply(ours));
    check_settled(edge, ours);
    CHECK(host.run(host.at()) == at_ours);
    CHECK(host.run(host.at("eth1")) == at_theirs);
  }
}
