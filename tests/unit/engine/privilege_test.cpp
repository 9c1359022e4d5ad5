// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/generators/catch_generators.hpp>

#include "fixture.hpp"

// What the thread may not do is refused by the plan, before anything changes.

using namespace engine_test;
using linchpin::answer;
using linchpin::errc;
using linchpin::thread_privileges;
using linchpin::testing::fake_kernel;
using linchpin::testing::verb;

namespace {

enum class capability { bpf, net_admin };

thread_privileges all_but(std::initializer_list<capability> missing) {
  thread_privileges held{answer::yes(), answer::yes(), answer::yes(), false};
  for (const auto which : missing) {
    if (which == capability::bpf) held.bpf = answer::no("no CAP_BPF in this test");
    if (which == capability::net_admin)
      held.net_admin = answer::no("no CAP_NET_ADMIN in this test");
  }
  return held;
}

// Filters where there is no tcx, and a guide that stands at eth0.
struct guided : machine {
  explicit guided(bool filters = false) {
    if (filters) facts().of(linchpin::hook::tcx_link).available = answer::no("kernel before 6.6");
  }
  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

linchpin::error refusal_of(guided& host, const linchpin::result<linchpin::plan>& planned,
                           const std::string& before) {
  auto told = refused(planned);
  INFO(told.message());
  CHECK(told.is(errc::permission_denied));
  CHECK(told.is(linchpin::outcome::nothing_tried));
  CHECK(host.text() == before);
  return told;
}

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a plan that loads without CAP_BPF is refused with component, hook and what runs",
          "[engine][refusal][privilege]") {
  guided host;
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  host.kernel.reset_calls();
  host.kernel.set_privileges(all_but({capability::bpf}));
  const auto told = refusal_of(host, host.edge.plan({guide(), guard()}), before);
  CHECK(told.subject() == "component guard, tcx_ingress eth0");
  CHECK(contains(told.expected(), "CAP_BPF to load program guard_in"));
  CHECK_FALSE(contains(told.expected(), "CAP_NET_ADMIN"));
  CHECK(told.found() == "no CAP_BPF in this test");
  CHECK(told.still_running() == "guide generation 1, as before");
  CHECK(contains(told.advice(), "CAP_BPF"));
  CHECK(host.kernel.calls().writes() == 0);
  CHECK_FALSE(host.edge.apply({guide(), guard()}));
  CHECK(host.text() == before);
}

TEST_CASE("a plan that attaches without CAP_NET_ADMIN is refused before it looks at a chain",
          "[engine][refusal][privilege]") {
  guided host;
  const auto before = host.text();
  host.kernel.reset_calls();
  host.kernel.set_privileges(all_but({capability::net_admin}));
  const auto told = refusal_of(host, host.edge.plan({guide()}), before);
  CHECK(contains(told.expected(), "CAP_NET_ADMIN to load program guide_in"));
  CHECK(host.kernel.calls().of(verb::query) == 0);
}

TEST_CASE("all capabilities that a component lacks are named at once",
          "[engine][refusal][privilege]") {
  guided host;
  const auto before = host.text();
  host.kernel.set_privileges(all_but({capability::bpf, capability::net_admin}));
  const auto told = refusal_of(host, host.edge.plan({guide()}), before);
  CHECK(contains(told.expected(), "CAP_BPF and CAP_NET_ADMIN to load program guide_in"));
  CHECK(told.found() == "no CAP_BPF in this test; no CAP_NET_ADMIN in this test");
}

TEST_CASE("what ends with its process is changed without CAP_BPF, since nothing is written of it",
          "[engine][privilege]") {
  struct ephemeral : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  machine host;
  fake_kernel kernel{host};
  auto edge = open<ephemeral>(kernel);
  must(edge.apply({guide(), guard()}));
  kernel.set_privileges(all_but({capability::bpf}));
  must(edge.remove("guard"));
  must(edge.apply(linchpin::nothing));
  CHECK(host.run(host.ingress("eth0")).empty());
}

TEST_CASE("a filter that is not there any more is given up without CAP_NET_ADMIN",
          "[engine][privilege]") {
  guided host{true};
  must(host.edge.apply({guide()}));
  host.remove_interface("eth0");
  host.kernel.set_privileges(all_but({capability::net_admin}));
  must(host.edge.apply(linchpin::nothing));
  CHECK(must(host.edge.status()).components.empty());
}

TEST_CASE("a generation that only a loss asks for is no refusal of the others' changes",
          "[engine][privilege][damage]") {
  machine host;
  fake_kernel kernel{host};
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  must(open<linchpin::default_policies>(kernel).apply({guide(), gate}));
  must(kernel.remove_pin(std::string{root} + "/gate/gen-1/prog-guard_out"));
  auto edge = open<linchpin::default_policies>(kernel);
  kernel.set_privileges(all_but({capability::net_admin}));
  const auto report = must(edge.apply({gate}));
  REQUIRE(report.held_back.size() == 1);
  CHECK(contains(report.held_back.front(), "program guard_out is gone"));
  CHECK(contains(report.held_back.front(), "CAP_NET_ADMIN to load program guard_xdp"));
  CHECK(must(edge.status()).components.size() == 1);
  CHECK(host.run(host.ingress("eth0")).empty());
}

TEST_CASE("in a user namespace nobody is advised to grant what cannot help",
          "[engine][refusal][privilege]") {
  guided host;
  const auto before = host.text();
  auto held = all_but({capability::bpf, capability::net_admin});
  held.in_user_namespace = true;
  host.kernel.set_privileges(held);
  const auto told = refusal_of(host, host.edge.plan({guide()}), before);
  CHECK(told.advice() == "run it in the initial user namespace");
}

TEST_CASE("a move by a second copy of the programs takes what loading takes",
          "[engine][refusal][privilege]") {
  guided host;
  auto early = guard(), late = guide();
  must(host.edge.apply({early, late}));
  const auto before = host.text();
  linchpin::desired_component first{"guide", late.source()};
  for (const auto& at : late.attachments()) first.attach(at.program, at.hook).priority(-100);
  auto held = all_but({capability::bpf});
  held.bpf_for_all = true;
  host.kernel.set_privileges(held);
  const auto told = refusal_of(host, host.edge.plan({early, first}), before);
  CHECK(contains(told.expected(), "CAP_BPF to load program guide_in"));
}

TEST_CASE("a forced generation beyond the limit on locked memory refuses nobody else's change",
          "[engine][privilege][damage]") {
  machine host;
  fake_kernel kernel{host};
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  must(open(kernel).apply({gate}));
  must(kernel.remove_pin(std::string{root} + "/gate/gen-1/prog-guard_out"));
  auto edge = open(kernel);
  host.facts().memlock = answer::yes();
  auto held = all_but({});
  held.memlock_bytes = 1;
  kernel.set_privileges(held);
  linchpin::desired_component other{"other", elf(bpf_objects::guide())};
  const auto told = refused(edge.plan({gate, other}));
  CHECK(contains(told.subject(), "component other"));
  const auto planned = must(edge.plan({gate}));
  CHECK(planned.empty());
  CHECK(contains(planned.text(), "gate: left as it is: program guard_out is gone"));
  CHECK(contains(planned.text(), "of locked memory at least"));
}

TEST_CASE("maps beyond a limit on locked memory are refused where the kernel charges them to it",
          "[engine][refusal][privilege]") {
  guided host;
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  auto held = all_but({});
  held.memlock_bytes = std::uint64_t{64} * 1024;
  host.kernel.set_privileges(held);
  auto large = guard();
  large.map("flows").max_entries(4096);
  SECTION("until 5.10") {
    host.facts().memlock = answer::yes();
    const auto told = refusal_of(host, host.edge.plan({guide(), large}), before);
    CHECK(told.subject() == "component guard, map flows");
    CHECK(contains(told.expected(), "of locked memory at least, 96 KiB of them for this map"));
    CHECK(contains(told.found(), "RLIMIT_MEMLOCK is 64 KiB"));
    CHECK(told.still_running() == "guide generation 1, as before");
    large.map("flows").max_entries(64);
    must(host.edge.apply({guide(), large}));
    // What is reused is charged already.
    held.memlock_bytes = 512;
    host.kernel.set_privileges(held);
    must(host.edge.plan({guide(), large}));
  }
  SECTION("from 5.11 on") {
    must(host.edge.apply({guide(), large}));
  }
  SECTION("where it is not known") {
    host.facts().memlock = answer::unknown("nobody asked");
    must(host.edge.apply({guide(), large}));
  }
  SECTION("where the limit can be raised") {
    host.facts().memlock = answer::yes();
    host.kernel.set_privileges(all_but({}));
    must(host.edge.apply({guide(), large}));
  }
}

TEST_CASE("an empty plan asks for no capability, and for none to be looked up",
          "[engine][privilege]") {
  guided host;
  must(host.edge.apply({guide()}));
  host.kernel.set_privileges(all_but({capability::bpf}));
  const auto planned = must(host.edge.plan({guide()}));
  CHECK(planned.empty());
  CHECK(planned.seen().privileges == thread_privileges{});
}

TEST_CASE("a plan that only detaches links asks for no CAP_NET_ADMIN", "[engine][privilege]") {
  guided host;
  must(host.edge.apply({guide()}));
  host.kernel.set_privileges(all_but({capability::net_admin}));
  must(host.edge.apply(linchpin::nothing));
  CHECK(host.run(host.ingress("eth0")).empty());
}

TEST_CASE("a plan that detaches a filter without CAP_NET_ADMIN is refused",
          "[engine][refusal][privilege]") {
  guided host{true};
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  host.kernel.set_privileges(all_but({capability::net_admin}));
  const auto told = refusal_of(host, host.edge.plan(linchpin::nothing), before);
  CHECK(told.subject() == "component guide, tcx_ingress eth0");
  CHECK(contains(told.expected(), "CAP_NET_ADMIN to detach program guide_in"));
  CHECK(told.still_running() == "guide generation 1, as before");
}

TEST_CASE("a plan that only detaches still has to write down what runs",
          "[engine][refusal][privilege]") {
  guided host;
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  host.kernel.set_privileges(all_but({capability::bpf}));
  const auto told = refusal_of(host, host.edge.plan(linchpin::nothing), before);
  CHECK(told.expected() == "CAP_BPF to write down what runs");
}

TEST_CASE("a removal without the capability that it takes is refused, and what runs is named",
          "[engine][refusal][privilege]") {
  guided host{true};
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  host.kernel.set_privileges(all_but({capability::net_admin}));
  const bool one = GENERATE(true, false);
  const auto told = refused(one ? host.edge.remove("guide") : host.edge.remove_all());
  INFO(told.message());
  CHECK(told.is(errc::permission_denied));
  CHECK(told.is(linchpin::outcome::nothing_tried));
  CHECK(told.subject() == "component guide, tcx_ingress eth0");
  CHECK(told.still_running() == "guide generation 1, as before");
  CHECK(host.text() == before);
}

TEST_CASE("capabilities that cannot be told are no reason to refuse", "[engine][privilege]") {
  guided host;
  const auto not_known = answer::unknown("no /proc");
  host.kernel.set_privileges({not_known, not_known, not_known, false});
  must(host.edge.apply({guide()}));
  CHECK(host.run(host.ingress("eth0")).size() == 1);
}

TEST_CASE("capabilities that are raised after a refusal are seen by the next plan",
          "[engine][privilege]") {
  guided host;
  host.kernel.set_privileges(all_but({capability::bpf}));
  CHECK_FALSE(host.edge.plan({guide()}));
  host.kernel.set_privileges(all_but({}));
  must(host.edge.apply({guide()}));
}

namespace {

// A cgroup above the web's, and the guard's program for connect4 alone.
struct cgroups : guided {
  cgroups() { add_cgroup("/sys/fs/cgroup"); }
  [[nodiscard]] linchpin::attach_point above() const {
    return point(linchpin::hook::cgroup_link, attach_type::cgroup_inet4_connect, "/sys/fs/cgroup");
  }
  static linchpin::desired_component connecting() {
    linchpin::desired_component made{"guard", elf(bpf_objects::guard())};
    made.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
    return made;
  }
};

}  // namespace

TEST_CASE("a cgroup below one that allows no others is refused with the program that closes it",
          "[engine][refusal][cgroup]") {
  cgroups host;
  const auto theirs = must(host.add_sole_program(host.above(), "stranger"));
  must(host.edge.apply({guide()}));
  const auto before = host.text();
  host.kernel.reset_calls();
  const auto told = refused(host.edge.plan({guide(), host.connecting()}));
  INFO(told.message());
  CHECK(told.is(errc::busy));
  CHECK(told.is(linchpin::outcome::nothing_tried));
  CHECK(told.subject() == "component guard, cgroup_connect4 /sys/fs/cgroup/web");
  CHECK(contains(told.expected(), "a cgroup that takes a link"));
  CHECK(told.found() == "program " + std::to_string(theirs.value) +
                            " (stranger) at /sys/fs/cgroup, attached without BPF_F_ALLOW_MULTI or "
                            "BPF_F_ALLOW_OVERRIDE");
  CHECK(told.still_running() == "guide generation 1, as before");
  CHECK(host.kernel.calls().writes() == 0);
  CHECK(host.text() == before);

  host.remove_foreign_program(theirs);
  must(host.edge.apply({guide(), host.connecting()}));
}

TEST_CASE("a program that may be overridden closes its own cgroup and none below",
          "[engine][refusal][cgroup]") {
  cgroups host;
  const bool own = GENERATE(true, false);
  CAPTURE(own);
  must(host.add_sole_program(own ? host.connect4() : host.above(), "stranger", false));
  const auto planned = host.edge.plan({host.connecting()});
  CHECK(planned.has_value() == !own);
  if (!planned) {
    CHECK(contains(planned.error().found(), "(stranger) at /sys/fs/cgroup/web, attached without"));
    CHECK_FALSE(contains(planned.error().found(), "OVERRIDE"));
    return;
  }
  must(host.edge.apply(*planned));
  // Ours overrides theirs.
  CHECK(host.run(host.connect4()).size() == 1);
}

TEST_CASE("a cgroup that is closed after ours came keeps what runs there, and its upgrades",
          "[engine][cgroup]") {
  cgroups host;
  must(host.edge.apply({host.connecting()}));
  must(host.add_sole_program(host.above(), "stranger"));
  host.kernel.reset_calls();
  CHECK(must(host.edge.plan({host.connecting()})).empty());
  CHECK(host.kernel.calls().of(verb::find_sole_program) == 0);
  linchpin::desired_component next{"guard", elf(bpf_objects::guard_v2())};
  next.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  must(host.edge.apply({next}));
}

TEST_CASE("a hook is asked once whether it takes a link, however many attach there",
          "[engine][cgroup]") {
  cgroups host;
  auto other = host.connecting();
  linchpin::desired_component second{"second", elf(bpf_objects::guard())};
  second.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  host.kernel.reset_calls();
  must(host.edge.plan({other, second, guide()}));
  CHECK(host.kernel.calls().of(verb::find_sole_program) == 1);
}

TEST_CASE("that a cgroup's ancestors cannot be asked is noted, and refuses nothing",
          "[engine][cgroup]") {
  cgroups host;
  linchpin::testing::faulty_kernel faulty{host.kernel};
  { const auto ended = std::move(host.edge); }
  auto edge = open(static_cast<linchpin::kernel&>(faulty));
  faulty.arm({.nth = 1, .only = verb::find_sole_program, .from_there_on = true});
  const auto planned = must(edge.plan({host.connecting()}));
  CHECK(faulty.struck());
  CHECK(contains(planned.text(),
                 "cgroup_connect4 /sys/fs/cgroup/web: whether its cgroup takes a "
                 "link cannot be told"));
  faulty.disarm();
  must(edge.apply(planned));
}
