// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <net/if.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <catch2/generators/catch_generators.hpp>

#include "every_hook.bpf.hpp"
#include "far_hooks.hpp"
#include "narrowed.hpp"

// Names of network namespaces: what they lead to, and what becomes of that.

using namespace live_engine;
using linchpin::attachment_state;
using linchpin::errc;
using linchpin::netns_name;
using linchpin::testing::child_end;
using linchpin::testing::netns_visit;

namespace {

void ip_command(const std::string& words) {
  INFO("ip " << words);
  REQUIRE(std::system(("ip " + words).c_str()) == 0);
}

void ip_inside(const linchpin::testing::netns& where, const std::string& words) {
  must(linchpin::testing::in_netns(where.descriptor(), [&]() -> linchpin::result<void> {
    ip_command(words);
    return {};
  }));
}

}  // namespace

TEST_CASE("a network namespace by the number of a process is the one by its path",
          "[kernel][engine][netns][identity]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  stage here;
  auto edge = here.open();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  std::array<int, 2> end{};  // closed here when the dweller is to go
  std::array<int, 2> told{};
  REQUIRE(::pipe(end.data()) == 0);
  REQUIRE(::pipe(told.data()) == 0);
  auto dweller = must(linchpin::testing::child::start([&] {
    ::close(end[1]);
    const auto visit = netns_visit::enter(here.far().descriptor());
    const pid_t own = visit ? ::getpid() : 0;
    if (::write(told[1], &own, sizeof own) != sizeof own) return 1;
    char byte = 0;
    return static_cast<int>(::read(end[0], &byte, 1));
  }));
  pid_t pid = 0;
  REQUIRE(::read(told[0], &pid, sizeof pid) == sizeof pid);
  REQUIRE(pid != 0);
  const any_hook by_process =
      linchpin::hook::tcx_ingress{far_interface, netns_name::of_process(pid)};
  CHECK(must(edge.plan({turnstile_at(by_process)})).empty());
  must(edge.apply({turnstile_at(by_process, true)}));
  CHECK(far_chain(here).size() == 1);
  ::close(end[1]);
  CHECK(must(dweller.wait()) == child_end{false, 0});
  for (const int number : {end[0], told[0], told[1]}) ::close(number);

  // The process has ended, and the namespace is reached by its path again.
  CHECK(must(edge.plan({turnstile_at(far_ingress(here), true)})).empty());
  CHECK(refused(edge.plan({turnstile_at(far_ingress(here), true),
                           stage::one("second", "ts_in", by_process)}))
            .is(errc::not_found));
  must(edge.apply({turnstile_at(far_ingress(here))}));
  CHECK(far_chain(here).size() == 1);
  // The own namespace by the number of this process.
  const any_hook own =
      linchpin::hook::tcx_ingress{stage::interface, netns_name::of_process(::getpid())};
  must(edge.apply({turnstile_at(here.ingress())}));
  CHECK(must(edge.plan({turnstile_at(own)})).empty());
}

TEST_CASE("interfaces of one name and one number in two network namespaces are two hooks",
          "[kernel][engine][netns][identity]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  if (std::system("command -v ip > /dev/null") != 0) SKIP("no ip of iproute2");
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const auto left = must(linchpin::testing::netns::make());
  const auto right = must(linchpin::testing::netns::make());
  for (const auto* there : {&left, &right})
    ip_inside(*there, "link add lps0 index 77 type veth peer name lps1");
  const any_hook own = linchpin::hook::tcx_ingress{"lps0"};
  const auto twins = [&](auto edge) {
    const auto both = [&](bool second_version) {
      auto made = turnstile_at(linchpin::hook::tcx_ingress{"lps0", left.path()}, second_version);
      made.attach("ts_in", linchpin::hook::tcx_ingress{"lps0", right.path()});
      return made;
    };
    must(edge.apply({both(false)}));
    const auto former = chain_inside(here, right, own);
    CHECK(chain_inside(here, left, own).size() == 1);
    CHECK(former.size() == 1);
    must(edge.apply({both(true)}));
    CHECK(chain_inside(here, left, own).size() == 1);
    CHECK(chain_inside(here, right, own).size() == 1);
    CHECK(chain_inside(here, right, own) != former);
    CHECK(must(edge.plan({both(true)})).empty());
    must(edge.apply({turnstile_at(linchpin::hook::tcx_ingress{"lps0", left.path()}, true)}));
    CHECK(chain_inside(here, left, own).size() == 1);
    CHECK(chain_inside(here, right, own).empty());
  };
  filters ? twins(here.open<on_filters>()) : twins(here.open());
}

TEST_CASE("a network namespace that ends while its component runs is waited for",
          "[kernel][engine][netns][target]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const auto place = here.bpffs() + "/../blue_there";
  REQUIRE(std::system(("touch " + place).c_str()) == 0);
  const auto begin = [&] {
    auto space = must(linchpin::testing::netns::make());
    REQUIRE(std::system(("mount --bind " + space.path() + " " + place).c_str()) == 0);
    auto veth = footing::join({"lpb0", {}, &space}, {"lpb1", {}, &space});
    return std::pair{std::move(space), std::move(veth)};
  };
  const any_hook hook = linchpin::hook::tcx_ingress{"lpb0", place};
  const auto outlives = [&](auto edge) {
    std::optional space{begin()};
    must(edge.apply({turnstile_at(hook)}));
    CHECK(chain_inside(here, space->first, linchpin::hook::tcx_ingress{"lpb0"}).size() == 1);
    REQUIRE(std::system(("umount " + place).c_str()) == 0);
    space.reset();
    // A link tells that it went with its namespace. Of a filter nothing tells.
    const bool by_filter = here.at(here.ingress()).how == linchpin::hook::clsact_filter;
    const auto told = by_filter ? attachment_state::elsewhere : attachment_state::target_gone;
    CHECK(wait_until(here.kernel, [&] { return state_at(edge, "ts_in") == told; }));
    must(edge.apply({turnstile_at(hook)}));
    must(edge.apply({turnstile_at(hook, true)}));
    space.emplace(begin());
    must(edge.apply({turnstile_at(hook, true)}));
    CHECK(chain_inside(here, space->first, linchpin::hook::tcx_ingress{"lpb0"}).size() == 1);
    CHECK(must(edge.status()).healthy());
    must(edge.remove_all());
    CHECK(std::system(("umount " + place).c_str()) == 0);
  };
  filters ? outlives(here.open<on_filters>()) : outlives(here.open());
  ::unlink(place.c_str());
}

TEST_CASE(
    "what runs in a network namespace that lost its path goes on until a path leads there again",
    "[kernel][engine][netns][identity]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const auto place = here.bpffs() + "/../lost_there";
  REQUIRE(std::system(("touch " + place).c_str()) == 0);
  const auto space = must(linchpin::testing::netns::make());
  const auto veth = footing::join({"lpb0", {}, &space}, {"lpb1", {}, &space});
  const auto find = "mount --bind " + space.path() + " " + place;
  const auto lose = "umount " + place;
  const any_hook hook = linchpin::hook::tcx_ingress{"lpb0", place};
  const any_hook own = linchpin::hook::tcx_ingress{"lpb0"};
  const auto goes_on = [&](auto edge) {
    REQUIRE(std::system(find.c_str()) == 0);
    must(edge.apply({turnstile_at(hook)}));
    const auto ran = chain_inside(here, space, own);
    CHECK(ran.size() == 1);
    REQUIRE(std::system(lose.c_str()) == 0);
    CHECK(state_at(edge, "ts_in") == attachment_state::elsewhere);
    CHECK_FALSE(must(edge.apply(linchpin::nothing)).left_alone.empty());
    ::unlink(place.c_str());
    CHECK_FALSE(must(edge.apply({turnstile_at(hook, true)})).left_alone.empty());
    CHECK(chain_inside(here, space, own) == ran);
    REQUIRE(std::system(("touch " + place).c_str()) == 0);
    REQUIRE(std::system(find.c_str()) == 0);
    must(edge.apply({turnstile_at(hook, true)}));
    CHECK(chain_inside(here, space, own).size() == 1);
    CHECK(chain_inside(here, space, own) != ran);
    must(edge.apply(linchpin::nothing));
    CHECK(chain_inside(here, space, own).empty());
    CHECK(std::system(lose.c_str()) == 0);
  };
  filters ? goes_on(here.open<on_filters>()) : goes_on(here.open());
  ::unlink(place.c_str());
}

TEST_CASE("a path that leads to a namespace of another kind holds back nobody but who runs there",
          "[kernel][engine][netns][refusal]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const auto place = here.bpffs() + "/../odd_there";
  REQUIRE(std::system(("touch " + place).c_str()) == 0);
  REQUIRE(std::system(("mount --bind " + here.far().path() + " " + place).c_str()) == 0);
  const any_hook hook = linchpin::hook::tcx_ingress{far_interface, place};
  const auto near = [&](bool second) {
    return stage::one("second", "ts_in", here.ingress(),
                      second ? bpf_objects::turnstile_v2() : bpf_objects::turnstile());
  };
  auto edge = here.open();
  must(edge.apply({near(false), turnstile_at(hook)}));
  const auto ran = far_chain(here);
  REQUIRE(std::system(("umount " + place + "; mount --bind /proc/self/ns/uts " + place).c_str()) ==
          0);
  const auto report = must(edge.apply({near(true), turnstile_at(hook, true)}));
  CHECK(report.updated == 1);
  CHECK(report.held_back.size() == 1);
  CHECK(far_chain(here) == ran);
  // What is not asked for goes all the same, and then there is nothing else to do.
  CHECK(must(edge.apply({turnstile_at(hook, true)})).detached == 1);
  CHECK(far_chain(here) == ran);
  CHECK(refused(edge.plan({turnstile_at(hook, true)})).is(errc::wrong_type));
  CHECK(std::system(("umount " + place).c_str()) == 0);
  ::unlink(place.c_str());
}

TEST_CASE("a device that leaves the network namespace it was named in is upgraded by its link",
          "[kernel][engine][netns][identity]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  if (std::system("command -v ip > /dev/null") != 0) SKIP("no ip of iproute2");
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  auto edge = here.open();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  const auto former = far_chain(here);
  const auto third = must(linchpin::testing::netns::make());
  ip_inside(here.far(), std::string{"link set "} + far_interface + " netns " + third.path());
  CHECK(state_at(edge, "ts_in") == attachment_state::elsewhere);
  must(edge.apply({turnstile_at(far_ingress(here), true)}));
  const any_hook own = linchpin::hook::tcx_ingress{far_interface};
  CHECK(chain_inside(here, third, own).size() == 1);
  CHECK(chain_inside(here, third, own) != former);
  ip_inside(third, std::string{"link set "} + far_interface + " netns " + here.far().path());
  CHECK(must(edge.plan({turnstile_at(far_ingress(here), true)})).empty());
  CHECK(must(edge.status()).healthy());
  must(edge.remove_all());
  CHECK(far_chain(here).empty());
}

TEST_CASE("what is no network namespace is refused in words", "[kernel][engine][netns][refusal]") {
  if (narrow_run())
    SKIP("LINCHPIN_NARROW=1: entering another network namespace takes CAP_SYS_ADMIN");
  stage here;
  const stays_here unmoved;
  auto edge = here.open();
  const auto at = [&](const netns_name& netns) {
    return refused(edge.plan({turnstile_at(linchpin::hook::tcx_ingress{far_interface, netns})}));
  };
  CHECK(at("/run/linchpin-is-not-there").is(errc::not_found));
  CHECK(at("/etc/passwd").is(errc::not_found));
  CHECK(at("/etc/passwd/net").is(errc::not_found));
  const auto other_kind = at("/proc/self/ns/mnt");
  CHECK(other_kind.is(errc::wrong_type));
  CHECK(other_kind.found() == "a mount namespace");
  CHECK(other_kind.subject().find("component turnstile, tcx_ingress lpe1 in /proc/self/ns/mnt") !=
        std::string_view::npos);
  const auto no_such =
      refused(edge.plan({turnstile_at(linchpin::hook::tcx_ingress{"lpnone", here.far().path()})}));
  CHECK(no_such.is(errc::not_found));
  CHECK(no_such.expected() == "interface lpnone in " + here.far().path());
}

TEST_CASE("without CAP_SYS_ADMIN another network namespace is refused, and the own one is not",
          "[kernel][engine][netns][refusal]") {
  stage here;
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    // CAP_PERFMON: what programs that read packets take on 5.10.
    if (!keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON})) {
      return linchpin::error{errc::invalid_argument, "give up privileges"};
    }
    auto edge = loose_orchestrator<ordered>::open(here.root());
    if (!edge) return std::move(edge).error();
    const any_hook own =
        linchpin::hook::tcx_ingress{stage::interface, netns_name::path("/proc/self/ns/net")};
    auto applied = edge->apply({turnstile_at(own)});
    if (!applied) return std::move(applied).error().as(errc::failed);
    auto planned = edge->plan({turnstile_at(far_ingress(here))});
    if (planned) return {};
    return std::move(planned).error();
  });
  INFO(outcome.message);
  CHECK(outcome.end == child_end{false, static_cast<int>(errc::permission_denied)});
  CHECK(outcome.message.starts_with("component turnstile, tcx_ingress lpe1 in "));
  CHECK(outcome.message.find("CAP_SYS_ADMIN") != std::string::npos);
  CHECK(far_chain(here).empty());
  CHECK(here.chain(here.ingress()).size() == 1);
}
