// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/sockmap.hpp>
#include <linchpin/hook/tcp_congestion.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "congestion.bpf.hpp"
#include "congestion_tc.bpf.hpp"
#include "congestion_v2.bpf.hpp"
#include "fixture.hpp"
#include "guard.bpf.hpp"
#include "sockets.bpf.hpp"
#include "sockets_v2.bpf.hpp"
#include "sockets_wide.bpf.hpp"

// Components that attach at a map of their own, and components of which a map is attached.

using namespace engine_test;
using namespace linchpin;
using linchpin::testing::fake_kernel;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;

namespace {

desired_component relay(std::span<const std::byte> bytes = bpf_objects::sockets()) {
  desired_component made{"sockets", elf(bytes)};
  made.attach("sk_on_msg", hook::sk_msg{"sk_sockets"});
  return made;
}

desired_component pace(std::span<const std::byte> bytes = bpf_objects::congestion()) {
  desired_component made{"pace", elf(bytes)};
  made.attach("lp_cc", hook::tcp_congestion{});
  return made;
}

link_info only_link(const machine& on, linchpin::kernel& kernel) {
  REQUIRE(on.links().size() == 1);
  const auto opened = must(kernel.open_by_id(pin_kind::link, on.links().front().value));
  return must(kernel.describe_link(opened.ref()));
}

// Each component of which something is a map, and its next version.
struct versions {
  desired_component first;
  desired_component next;
};
versions either() {
  return GENERATE(false, true) ? versions{pace(), pace(bpf_objects::congestion_v2())}
                               : versions{relay(), relay(bpf_objects::sockets_v2())};
}

}  // namespace

TEST_CASE("a program at a map of its component starts, upgrades and goes", "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  const auto planned = must(edge.plan({relay()}));
  INFO(planned.text());
  CHECK(
      planned.text().find("sk_on_msg at sk_msg map sk_sockets of this component (sockmap link)") !=
      std::string::npos);
  must(edge.apply(planned));
  const auto before = only_link(on, kernel);
  CHECK(before.type == uapi::link_type::sockmap);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({relay()})).empty());

  const auto report = must(edge.apply({relay(bpf_objects::sockets_v2())}));
  CHECK(report.updated == 1);
  const auto after = only_link(on, kernel);
  CHECK(after.id == before.id);
  CHECK(after.target == before.target);
  CHECK(after.program != before.program);
  must(edge.remove_all());
  CHECK(on.links().empty());
  CHECK(on.maps().empty());
}

TEST_CASE("where the map is made anew, the program is attached there before the old one ends",
          "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  must(edge.apply({relay()}));
  const auto before = only_link(on, kernel);
  auto wide = relay(bpf_objects::sockets_wide());
  wide.map("sk_sockets").carry(carry::discard{});
  const auto planned = must(edge.plan({wide}));
  INFO(planned.text());
  CHECK(planned.text().find("the sockets of the old one are not carried") != std::string::npos);
  const auto report = must(edge.apply(planned));
  CHECK(report.attached == 1);
  CHECK(report.detached == 1);
  const auto after = only_link(on, kernel);
  CHECK(after.id != before.id);
  CHECK(after.target != before.target);
  CHECK(must(edge.plan({wide})).empty());
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("a map that holds programs starts, upgrades in one step and goes", "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  must(edge.apply({pace()}));
  const auto before = only_link(on, kernel);
  CHECK(before.type == uapi::link_type::struct_ops);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({pace()})).empty());

  const auto report = must(edge.apply({pace(bpf_objects::congestion_v2())}));
  CHECK(report.updated == 1);
  const auto after = only_link(on, kernel);
  CHECK(after.id == before.id);
  CHECK(after.program != before.program);
  CHECK(must(edge.plan({pace(bpf_objects::congestion_v2())})).empty());
  must(edge.remove_all());
  CHECK(on.links().empty());
}

TEST_CASE("a program moves in its chain while a map of its component stays attached",
          "[engine][maps][order]") {
  const auto both = [](std::uint16_t priority) {
    auto made = pace(bpf_objects::congestion_tc());
    made.attach("cc_at_ingress", hook::tcx_ingress{"eth0"}).priority(priority);
    return made;
  };
  const auto guard = [](const char* name, std::uint16_t priority) {
    desired_component made{name, elf(bpf_objects::guard())};
    made.attach("guard_in", hook::tcx_ingress{"eth0"}).priority(priority);
    return made;
  };
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  must(edge.apply({both(10), guard("second", 20), guard("third", 30)}));
  const auto first = on.run(on.ingress("eth0"));
  REQUIRE(first.size() == 3);
  const auto maps = on.maps().size();

  const auto moved = must(edge.plan({both(40), guard("second", 20), guard("third", 30)}));
  INFO(moved.text());
  must(edge.apply(moved));
  const auto after = on.run(on.ingress("eth0"));
  CHECK(after == std::vector{first[1], first[2], first[0]});
  CHECK(on.maps().size() == maps);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({both(40), guard("second", 20), guard("third", 30)})).empty());
}

TEST_CASE("what is attached by maps is adopted by the next process, also without CAP_SYS_ADMIN",
          "[engine][maps]") {
  machine on;
  const auto wanted = either();
  {
    fake_kernel first{on};
    must(engine_test::open(first).apply({wanted.first}));
    first.kill();
  }
  fake_kernel second{on};
  second.may_open_by_id(false);
  auto edge = engine_test::open(second);
  CHECK(must(edge.plan({wanted.first})).empty());
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.apply({wanted.next})).updated == 1);
  CHECK(must(edge.plan({wanted.next})).empty());
  must(edge.remove_all());
  CHECK(on.links().empty());
}

TEST_CASE("a process that dies at any call leaves what is attached by maps at old or new",
          "[engine][maps][fault]") {
  const auto wanted = either();
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    machine on;
    bool whole = false;
    {
      fake_kernel first{on};
      must(engine_test::open(first).apply({wanted.first}));
    }
    {
      fake_kernel second{on};
      faulty_kernel faulty{second};
      auto edge = engine_test::open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      whole = edge.apply({wanted.next}).has_value();
    }
    fake_kernel third{on};
    auto edge = engine_test::open(third);
    const bool is_old = must(edge.plan({wanted.first})).empty();
    const bool is_new = must(edge.plan({wanted.next})).empty();
    CHECK(is_old != is_new);
    CHECK(must(edge.status()).healthy());
    CHECK(on.links().size() == 1);
    if (whole) {
      CHECK(is_new);
      break;
    }
  }
}

TEST_CASE("a first start at a map that is cut short leaves nothing", "[engine][maps][fault]") {
  const auto wanted = GENERATE(false, true) ? pace() : relay();
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    machine on;
    bool whole = false;
    {
      fake_kernel first{on};
      faulty_kernel faulty{first};
      auto edge = engine_test::open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      whole = edge.apply({wanted}).has_value();
    }
    fake_kernel second{on};
    auto edge = engine_test::open(second);
    const auto next = must(edge.plan({wanted}));
    CHECK(on.links().size() == (next.empty() ? 1U : 0U));
    must(edge.apply({wanted}));
    CHECK(on.links().size() == 1);
    CHECK(must(edge.plan({wanted})).empty());
    if (whole) break;
  }
}

TEST_CASE("an attachment by maps that somebody detached is made again", "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  const auto wanted = either();
  must(edge.apply({wanted.first}));
  const auto before = only_link(on, kernel);
  {
    const auto& family = wanted.first.attachments().front().hook.family();
    const attach_point at{family.mechanisms.front(), family.attach, {family.target->kind, {}}, {}};
    const auto opened = must(kernel.open_by_id(pin_kind::link, before.id.value));
    must(kernel.detach(at, {before.id, 0, 0}, opened.ref(), before.program));
  }
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply({wanted.first}));
  const auto after = only_link(on, kernel);
  CHECK(after.id != before.id);
  CHECK_FALSE(after.target_gone());
  CHECK(must(edge.plan({wanted.first})).empty());
}

TEST_CASE("what cannot be at a map, or attached as one, is refused by the plan", "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto edge = engine_test::open(kernel);
  const auto told = [&](const desired_component& wanted) { return refused(edge.plan({wanted})); };

  desired_component misspelled{"a", elf(bpf_objects::sockets())};
  misspelled.attach("sk_on_msg", hook::sk_msg{"sk_socket"});
  CHECK(told(misspelled).is(errc::not_found));
  CHECK(told(misspelled).advice().find("sk_sockets") != std::string_view::npos);

  desired_component no_sockmap{"a", elf(bpf_objects::sockets())};
  no_sockmap.attach("sk_on_msg", hook::sk_msg{"sk_counts"});
  CHECK(told(no_sockmap).is(errc::wrong_type));

  desired_component no_map{"a", elf(bpf_objects::congestion())};
  no_map.attach("cc_init", hook::tcp_congestion{});
  CHECK(told(no_map).is(errc::not_found));

  desired_component no_ops{"a", elf(bpf_objects::congestion())};
  no_ops.attach("cc_counts", hook::tcp_congestion{});
  CHECK(told(no_ops).is(errc::wrong_type));

  desired_component twice{"a", elf(bpf_objects::sockets())};
  twice.attach("sk_on_msg", hook::sk_msg{"sk_sockets"});
  twice.attach("sk_on_packet", hook::sk_msg{"sk_sockets"});
  CHECK(told(twice).is(errc::wrong_type));

  on.facts().of(hook::sockmap_link).available = answer::no("a kernel before 6.10");
  CHECK(told(relay()).is(errc::unsupported));
  CHECK(told(relay()).found().find("a kernel before 6.10") != std::string_view::npos);
  on.facts().of(hook::struct_ops_link).available = answer::no("a kernel before 6.4");
  CHECK(told(pace()).found().find("a kernel before 6.4") != std::string_view::npos);
  CHECK(on.maps().size() <= 1);  // the manifest's
}

TEST_CASE("a name that somebody's algorithm has is refused, and nothing is left",
          "[engine][maps]") {
  machine on;
  fake_kernel kernel{on};
  auto theirs = engine_test::open(kernel);
  must(theirs.apply({pace()}));
  fake_kernel other{on};
  auto ours = must(loose_orchestrator<ordered>::open("/sys/fs/bpf/other", {.on = &other}));
  const auto before = on.programs();
  const auto told = refused(ours.apply({pace(bpf_objects::congestion_v2())}));
  CHECK(told.is(errc::already_exists));
  CHECK(told.is(outcome::rolled_back));
  CHECK(on.programs() == before);
  CHECK(on.links().size() == 1);
}

TEST_CASE("records of both kinds that are lost are told from the pins", "[engine][maps]") {
  machine on;
  const auto wanted = either();
  {
    fake_kernel first{on};
    must(engine_test::open(first).apply({wanted.first}));
  }
  const auto name = wanted.first.name();
  for (const auto* record : {"/record", "/record-copy"}) {
    on.remove_tree(std::string{engine_test::root} + "/" + name + record);
  }
  fake_kernel second{on};
  auto edge = engine_test::open(second);
  must(edge.adopt_again(name));
  const auto status = must(edge.status());
  INFO(status.text());
  REQUIRE(status.components.size() == 1);
  REQUIRE(status.components[0].attachments.size() == 1);
  CHECK(status.components[0].attachments[0].state == attachment_state::live);
}
