// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/linchpin.hpp>
#include <linchpin/testing/faulty_kernel.hpp>
#include <linchpin/testing/policy_conformance.hpp>

#include <cerrno>

#include "guard_cache.bpf.hpp"
#include "guard_cache_wide.bpf.hpp"
#include "many_maps.bpf.hpp"
#include "scene.hpp"
#include "user_policies.hpp"

using namespace engine_test;
using linchpin::errc;
using linchpin::testing::fake_kernel;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::verb;
using user_policies::of_users;

namespace {

struct numbered : linchpin::default_policies {
  using map_sizing = linchpin::sizing::fixed;
  using map_carry = linchpin::carry::copy;
};

struct growing : linchpin::default_policies {
  using map_sizing = linchpin::sizing::per_cpu;
};

struct foremost : linchpin::default_policies {
  using attach_order = linchpin::order::prepend;
};

linchpin::desired_component at_ingress(std::span<const std::byte> object = bpf_objects::guard(),
                                       const char* name = "guard") {
  linchpin::desired_component made{name, elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

linchpin::program_id program_of(linchpin::orchestrator_core& edge, std::string_view component) {
  return status_of(edge, component).attachments.front().running;
}

linchpin::map_info map_of(linchpin::orchestrator_core& edge, std::string_view component,
                          std::string_view map) {
  for (auto& running : status_of(edge, component).maps) {
    if (running.name == map) return std::move(running.info);
  }
  FAIL("no such map");
  return {};
}

std::uint32_t entries(linchpin::orchestrator_core& edge, std::string_view map) {
  return map_of(edge, "guard", map).max_entries;
}

}  // namespace

TEST_CASE("fixed sizes come with the orchestrator and outlive a restart", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  {
    auto edge = open<numbered>(kernel, {.map_sizing = {{"flows", 4096}, {"totals", 16}}});
    must(edge.apply({at_ingress()}));
    CHECK(entries(edge, "flows") == 4096);
    CHECK(entries(edge, "totals") == 16);
  }
  {
    auto edge = open<numbered>(kernel, {.map_sizing = {{"flows", 4096}, {"totals", 16}}});
    CHECK(must(edge.plan({at_ingress()})).empty());
  }
  auto edge = open<numbered>(kernel, {.map_sizing = {{"flows", 8192}, {"totals", 16}}});
  must(edge.apply({at_ingress()}));
  CHECK(entries(edge, "flows") == 8192);
  CHECK(entries(edge, "totals") == 16);
}

TEST_CASE("what a component asks for goes before a fixed size", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<numbered>(kernel, {.map_sizing = {{"flows", 4096}}});
  auto asking = at_ingress();
  asking.map("flows").max_entries(128);
  must(edge.apply({asking}));
  CHECK(entries(edge, "flows") == 128);
  CHECK(entries(edge, "totals") == 4);
}

TEST_CASE("per_cpu sizes follow the CPUs that the kernel tells", "[engine][policy]") {
  machine host;
  host.facts().possible_cpus = 6;
  fake_kernel kernel{host};
  auto edge = open<growing>(kernel);
  must(edge.apply({at_ingress()}));
  CHECK(entries(edge, "flows") == 6 * 64);
  CHECK(entries(edge, "totals") == 4);
  // A small LRU map gets what all CPUs can hoard, twice.
  must(edge.remove_all());
  must(edge.apply({at_ingress(bpf_objects::guard_cache())}));
  CHECK(entries(edge, "flows") == 6 * linchpin::sizing::per_cpu::lru_floor_per_cpu);
}

TEST_CASE("prepend puts each new program first, where it stays through an upgrade",
          "[engine][policy]") {
  machine host;
  const auto theirs = must(host.add_foreign_program(host.ingress("eth0"), "theirs"));
  fake_kernel kernel{host};
  auto edge = open<foremost>(kernel);
  must(edge.apply({at_ingress()}));
  CHECK(host.run(host.ingress("eth0")) == std::vector{program_of(edge, "guard"), theirs});
  must(edge.apply({at_ingress(), guide()}));
  CHECK(host.run(host.ingress("eth0")) ==
        std::vector{program_of(edge, "guide"), program_of(edge, "guard"), theirs});
  must(edge.apply({at_ingress(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())}));
  CHECK(host.run(host.ingress("eth0")) ==
        std::vector{program_of(edge, "guide"), program_of(edge, "guard"), theirs});
}

TEST_CASE("prepend is refused where a kernel can only append", "[engine][policy]") {
  machine host;
  host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  static_cast<void>(must(host.add_foreign_program(host.connect4(), "theirs")));
  fake_kernel kernel{host};
  auto edge = open<foremost>(kernel);
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  const auto told = refused(edge.plan({gate}));
  CHECK(told.is(errc::unsupported));
  CHECK(told.expected() == "place 1 of 2");
}

TEST_CASE("a user's order policy places among strangers and follows one that moves",
          "[engine][policy]") {
  machine host;
  const auto monitor = must(host.add_foreign_program(host.ingress("eth0"), "monitor"));
  const auto gateway = must(host.add_foreign_program(host.ingress("eth0"), "gateway"));
  const auto last = must(host.add_foreign_program(host.ingress("eth0"), "last"));
  fake_kernel kernel{host};
  auto edge = open<of_users>(kernel);
  must(edge.apply({at_ingress()}));
  CHECK(host.run(host.ingress("eth0")) ==
        std::vector{monitor, gateway, program_of(edge, "guard"), last});
  CHECK(must(edge.plan({at_ingress()})).empty());

  host.remove_foreign_program(gateway);
  const auto moved = must(host.add_foreign_program(host.ingress("eth0"), "gateway"));
  must(edge.apply({at_ingress()}));
  CHECK(host.run(host.ingress("eth0")) ==
        std::vector{monitor, last, moved, program_of(edge, "guard")});
  CHECK(must(edge.plan({at_ingress()})).empty());
}

TEST_CASE("a user's sizing policy decides by what the object declares", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<of_users>(kernel);
  linchpin::desired_component many{"many", elf(bpf_objects::many_maps())};
  many.attach("count_at_ingress", linchpin::hook::tcx_ingress{"eth0"});
  must(edge.apply({many}));
  CHECK(map_of(edge, "many", "numbers").max_entries == 1024);
  CHECK(map_of(edge, "many", "flows").max_entries == 64);
  CHECK(map_of(edge, "many", "percpu_numbers").max_entries == 100);
}

TEST_CASE("a user's update policy decides by what the hook can do", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<of_users>(kernel);
  must(edge.apply({guard()}));
  const auto before = status_of(edge, "guard").attachments;
  const auto plan = must(edge.plan({guard(bpf_objects::guard_v2())}));
  CHECK(plan.text().find("its program changes [update.gentlest/1]") != std::string::npos);
  CHECK(must(edge.apply(plan)).updated == 5);
  const auto after = status_of(edge, "guard").attachments;
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK(after[i].id == before[i].id);
    CHECK(after[i].running != before[i].running);
  }
}

TEST_CASE("a user's carry policy decides by what runs and what comes", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<of_users>(kernel);
  const auto flows = [&edge] { return map_of(edge, "guard", "flows").id; };
  SECTION("a map that stays as it is serves on") {
    must(edge.apply({at_ingress()}));
    const auto before = flows();
    must(edge.apply({at_ingress(bpf_objects::guard_v2())}));
    CHECK(flows() == before);
  }
  SECTION("a larger one gets the entries") {
    must(edge.apply({at_ingress()}));
    const auto before = flows();
    linchpin::map_entries entries{4, 16, std::vector(4, std::byte{1}),
                                  std::vector(16, std::byte{2})};
    must(kernel.write_map(must(edge.map_handle("guard", "flows")), entries, false));
    auto larger = at_ingress();
    larger.map("flows").max_entries(128);
    must(edge.apply({larger}));
    CHECK(flows() != before);
    CHECK(must(kernel.read_map(must(edge.map_handle("guard", "flows")))).values == entries.values);
  }
  SECTION("a cache of another layout starts empty") {
    must(edge.apply({at_ingress(bpf_objects::guard_cache())}));
    const auto before = flows();
    must(edge.apply({at_ingress(bpf_objects::guard_cache_wide())}));
    CHECK(flows() != before);
    CHECK(must(kernel.read_map(must(edge.map_handle("guard", "flows")))).size() == 0);
  }
  SECTION("a table of another layout is refused") {
    must(edge.apply({at_ingress()}));
    const auto told = refused(edge.plan({at_ingress(bpf_objects::guard_wide())}));
    CHECK(told.is(errc::layout_mismatch));
    CHECK(told.subject() == "component guard, map flows");
  }
}

TEST_CASE("a user's lifetime policy decides what ends with the process", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  linchpin::program_id stays;
  {
    auto edge = open<of_users>(kernel);
    must(edge.apply({at_ingress(), at_ingress(bpf_objects::guard_v2(), "probe-latency")}));
    CHECK(status_of(edge, "guard").lifetime == linchpin::lifetime_kind::durable);
    CHECK(status_of(edge, "probe-latency").lifetime == linchpin::lifetime_kind::ephemeral);
    CHECK(host.run(host.ingress("eth0")).size() == 2);
    stays = program_of(edge, "guard");
  }
  CHECK(host.run(host.ingress("eth0")) == std::vector{stays});
  CHECK(host.programs().size() == 5);  // the guard's, of which one is attached
}

TEST_CASE("a user's recovery policy decides how often a step is tried", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  const auto again = [&faulty](std::uint64_t nth) {
    faulty.arm({.what = fault::kind::fail,
                .nth = nth,
                .only = verb::attach,
                .cause = linchpin::error::from_errno(EAGAIN, "attach", "eth0")});
  };
  auto edge = open<of_users>(faulty);
  again(1);
  again(2);
  SECTION("two failures are forgiven") {
    must(edge.apply(std::vector{at_ingress()}, 1));
    CHECK(host.run(host.ingress("eth0")).size() == 1);
  }
  SECTION("a third is not, and everything is undone") {
    again(3);
    const auto told = refused(edge.apply(std::vector{at_ingress()}, 1));
    CHECK(told.is(linchpin::outcome::rolled_back));
    CHECK(host.programs().empty());
  }
  CHECK(faulty.struck());
}

TEST_CASE("a user's fallback policy decides what is good enough", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  linchpin::desired_component drop{"drop", elf(bpf_objects::guard())};
  drop.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  faulty.arm({.what = fault::kind::fail,
              .only = verb::attach,
              .cause = linchpin::error::from_errno(EOPNOTSUPP, "attach", "eth0")});
  SECTION("XDP in the driver or not at all") {
    auto edge = open<of_users>(faulty);
    CHECK(refused(edge.apply({drop})).is(linchpin::outcome::rolled_back));
    CHECK(host.programs().empty());
  }
  SECTION("where the stock policy steps down") {
    auto edge = open<linchpin::default_policies>(faulty);
    must(edge.apply({drop}));
    CHECK(status_of(edge, "drop").attachments.front().how == linchpin::hook::xdp_generic);
  }
  CHECK(faulty.struck());
}

TEST_CASE("policies as users write them make none of the usual mistakes", "[policy][conformance]") {
  const linchpin::testing::findings nothing;
  CHECK(linchpin::testing::check_policies<of_users>() == nothing);
}

TEST_CASE("a store remembers the policies of users by name", "[engine][policy]") {
  machine host;
  fake_kernel kernel{host};
  {
    auto edge = open<of_users>(kernel);
    must(edge.apply({at_ingress()}));
  }
  auto edge = open<linchpin::default_policies>(kernel);
  const auto notes = must(edge.plan({at_ingress()})).notes();
  REQUIRE(notes.size() == linchpin::slot_count);
  CHECK(notes.front() ==
        "policy is now order.append/1; what runs was put there under order.behind_the_gateway/1");
}
