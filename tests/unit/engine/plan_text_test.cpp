// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "fixture.hpp"

using namespace engine_test;
using linchpin::testing::fake_kernel;

namespace {

struct ordered_and_sized : ordered {
  using map_sizing = linchpin::sizing::fixed;
};

// Before whoever is there, also before those who come in the same apply.
struct always_first {
  static constexpr std::string_view policy_id = "order.always_first/1";
  static constexpr bool observes = true;
  [[nodiscard]] linchpin::placement place(const linchpin::program_view&,
                                          std::span<const linchpin::chain_member>,
                                          std::optional<std::size_t> current) const noexcept {
    return {current ? linchpin::placement::kind::stay : linchpin::placement::kind::first};
  }
};
struct newest_first : linchpin::default_policies {
  using attach_order = always_first;
};

struct moving_by_recreate : ordered {
  using update_strategy = linchpin::update::recreate;
};

linchpin::desired_component storing(std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"guard", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
  return made;
}

}  // namespace

TEST_CASE("a plan says what, why, and which policy decided", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  CHECK(must(edge.plan({guide()})).text() ==
        "guide: generation 1, first start, durable [lifetime.durable/1]\n"
        "  map         stages: fresh, 2 entries [sizing.declared/1]\n"
        "  map         .rodata: fresh\n"
        "  attach      guide_in at tcx_ingress eth0 (tcx link), place 1 of 1 [order.priority/1]: "
        "first start\n");
  must(edge.apply({guide()}));
  CHECK(must(edge.plan({guide()})).text() ==
        "guide: generation 1, nothing to do\n"
        "nothing to do\n");

  auto next = guide();
  next.attach("guide_in", linchpin::hook::tcx_ingress{"eth1"});
  CHECK(must(edge.plan({next})).text() ==
        "guide: generation 1\n"
        "  attach      guide_in at tcx_ingress eth1 (tcx link), place 1 of 1 [order.priority/1]: "
        "not attached here yet\n");
  CHECK(must(edge.plan(linchpin::nothing)).text() ==
        "guide: removed, no longer asked for\n"
        "  detach      guide_in at tcx_ingress eth0: no longer asked for\n");

  const auto upgrade = must(edge.plan({guide(bpf_objects::guide_v2())})).text();
  INFO(upgrade);
  CHECK(upgrade.starts_with("guide: generation 1 -> 2\n  because     object changed: "));
  CHECK(upgrade.ends_with(
      "  map         stages: fresh [a live tail-call array is never refilled], 2 entries "
      "[sizing.declared/1]\n"
      "  map         .rodata: fresh [globals belong to one generation]\n"
      "  update      guide_in at tcx_ingress eth0 (tcx link): its program changes"
      " [update.in_place/1]\n"));
}

TEST_CASE("a plan says who decided how large a map is made", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  const auto asking = [] {
    auto made = storing();
    made.map("totals").max_entries(8).carry(linchpin::carry::copy{});
    made.map("flows").carry(linchpin::carry::copy{});
    return made;
  };
  {
    auto edge = open<ordered_and_sized>(kernel, {.map_sizing = {{"flows", 4096}}});
    const auto first = must(edge.plan({asking()}));
    CHECK(first.text() ==
          "guard: generation 1, first start, durable [lifetime.durable/1]\n"
          "  map         flows: fresh, 4096 entries [sizing.fixed/1]\n"
          "  map         totals: fresh, 8 entries [asked for]\n"
          "  map         .rodata: fresh\n"
          "  attach      guard_in at tcx_ingress eth0 (tcx link), place 1 of 1 "
          "[order.priority/1]: first start\n");
    must(edge.apply(first));
  }
  auto edge = open<ordered_and_sized>(kernel, {.map_sizing = {{"flows", 8192}}});
  auto larger = asking();
  larger.map("totals").carry(linchpin::carry::discard{});
  CHECK(must(edge.plan({larger})).text() ==
        "guard: generation 1 -> 2\n"
        "  because     map flows: max_entries 4096 -> 8192\n"
        "  map         flows: copy [asked for], 8192 entries [sizing.fixed/1]\n"
        "  map         totals: discard [asked for], 8 entries [asked for]\n"
        "  map         .rodata: fresh [globals belong to one generation]\n"
        "  update      guard_in at tcx_ingress eth0 (tcx link): its program changes"
        " [update.in_place/1]\n");
}

TEST_CASE("a map that serves on is not said to be made", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({storing()}));
  const auto text = must(edge.plan({storing(bpf_objects::guard_v2())})).text();
  INFO(text);
  CHECK(text.find("  map         flows: reuse [carry.reuse/1]\n") != std::string::npos);
}

TEST_CASE("a plan names the order policy for a move", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  const auto before = storing();
  const auto after = guide(bpf_objects::guide(), 5);
  SECTION("the update policy has no say where a program comes before it goes") {
    auto edge = open(kernel);
    must(edge.apply({before, guide()}));
    CHECK(must(edge.plan({before, after})).text() ==
          "guard: generation 1, nothing to do\n"
          "guide: generation 1\n"
          "  load again  for the length of the move: a hook takes the same program only once\n"
          "  move        guide_in at tcx_ingress eth0 (tcx link), place 1 of 2 "
          "[order.priority/1]: it stands at another place than the order policy says; twice: "
          "attached, then the old one detached\n");
  }
  SECTION("where it goes before it comes, the update policy wanted that") {
    auto edge = open<moving_by_recreate>(kernel);
    must(edge.apply({before, guide()}));
    CHECK(must(edge.plan({before, after})).text() ==
          "guard: generation 1, nothing to do\n"
          "guide: generation 1\n"
          "  move        guide_in at tcx_ingress eth0 (tcx link), place 1 of 2 "
          "[order.priority/1]: it stands at another place than the order policy says; gap: the "
          "old one detached, then attached [update.recreate/1]\n");
  }
}

TEST_CASE("a place in a plan is the one in the chain that the plan leaves", "[engine][plan]") {
  machine host;
  const auto theirs = must(host.add_foreign_program(host.ingress("eth0"), "theirs"));
  fake_kernel kernel{host};
  auto edge = open<newest_first>(kernel);
  const auto both = must(edge.plan({storing(), guide()}));
  // The guard comes first, and then the guide before it.
  CHECK(both.components()[0].attachments[0].place->number == 2);
  CHECK(both.components()[1].attachments[0].place->number == 1);
  CHECK(both.components()[1].attachments[0].place->of == 3);
  must(edge.apply(both));
  const auto status = must(edge.status());
  const auto running = [&status](std::size_t component) {
    return status.components[component].attachments[0].running;
  };
  REQUIRE(status.components[0].name == "guard");
  CHECK(host.run(host.ingress("eth0")) == std::vector{running(1), running(0), theirs});
}

TEST_CASE("a place is told also where the order policy looks at nobody", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<linchpin::default_policies>(kernel);
  CHECK(must(edge.plan({guide()}))
            .text()
            .ends_with("  attach      guide_in at tcx_ingress eth0 (tcx link), place 1 of 1 "
                       "[order.append/1]: first start\n"));
}

TEST_CASE("no order policy is named at a hook that takes one program", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component alone{"alone", elf(bpf_objects::guard())};
  alone.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  CHECK(must(edge.plan({alone}))
            .text()
            .ends_with("  attach      guard_xdp at xdp eth0 (xdp native, where refused xdp generic "
                       "[fallback.ladder/1]): first start\n"));
}

TEST_CASE("a plan names the fallback policy where it steps down", "[engine][plan]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  CHECK(must(edge.plan({guide()}))
            .text()
            .ends_with(
                "  attach      guide_in at tcx_ingress eth0 (clsact filter [fallback.ladder/1]), "
                "place 1 of 1 [order.priority/1]: first start\n"));
  must(edge.apply({guide()}));
  CHECK(must(edge.plan({guide(bpf_objects::guide_v2())}))
            .text()
            .ends_with(
                "  update      guide_in at tcx_ingress eth0 (clsact filter): its program changes"
                " [update.in_place/1]\n"));
}

TEST_CASE("what a plan repairs is nobody's policy", "[engine][plan]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto link = must(edge.status()).components[0].attachments[0].id.link;
  static_cast<void>(must(host.replace_program(link, "theirs")));
  CHECK(must(edge.plan({guide()})).text() ==
        "guide: generation 1\n"
        "  update      guide_in at tcx_ingress eth0 (tcx link): drift: our link runs a program "
        "that is not ours\n");
}
