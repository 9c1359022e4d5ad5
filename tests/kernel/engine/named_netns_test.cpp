// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <net/if.h>
#include <sys/stat.h>
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
#include "narrowed.hpp"
#include "traffic.hpp"

// Hooks that name the network namespace they are in, from a service that is in another one.

using namespace live_engine;
using linchpin::any_hook;
using linchpin::attachment_state;
using linchpin::errc;
using linchpin::netns_name;
using linchpin::testing::child_end;
using linchpin::testing::in_child;
using linchpin::testing::netns_visit;

namespace {

constexpr const char* far_interface = "lpe1";

std::uint64_t thread_netns() {
  struct stat about {};
  REQUIRE(::stat("/proc/thread-self/ns/net", &about) == 0);
  return about.st_ino;
}

// The calling thread is where it was when this was made.
class stays_here {
 public:
  stays_here() = default;
  stays_here(const stays_here&) = delete;
  stays_here& operator=(const stays_here&) = delete;
  ~stays_here() { CHECK(thread_netns() == netns_); }

 private:
  std::uint64_t netns_ = thread_netns();
};

linchpin::desired_component turnstile_at(any_hook hook, bool second_version = false) {
  return stage::one("turnstile", "ts_in", std::move(hook),
                    second_version ? bpf_objects::turnstile_v2() : bpf_objects::turnstile());
}

any_hook far_ingress(const stage& here) {
  return linchpin::hook::tcx_ingress{far_interface, here.far().path()};
}

// The chain at a hook, from a thread that is there: nothing about the name of its namespace is asked.
std::vector<linchpin::program_id> chain_inside(stage& here, const linchpin::testing::netns& there,
                                               const any_hook& hook) {
  return must(linchpin::testing::in_netns(
      there.descriptor(),
      [&]() -> linchpin::result<std::vector<linchpin::program_id>> { return here.chain(hook); }));
}

std::vector<linchpin::program_id> far_chain(stage& here) {
  return chain_inside(here, here.far(), linchpin::hook::tcx_ingress{far_interface});
}

std::uint64_t counted_by(stage& here, linchpin::orchestrator_core& edge) {
  const auto read = must(here.kernel.read_map(must(edge.map_handle("turnstile", "ts_tallies"))));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint64_t packets = 0;
    std::memcpy(&packets, read.values.data() + i * sizeof packets, sizeof packets);
    sum += packets;
  }
  return sum;
}

template <class Policies>
void live_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const stays_here unmoved;
  auto edge = here.open<Policies>();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  const auto first = far_chain(here);
  CHECK(first.size() == 1);
  CHECK(here.chain(here.ingress()).empty());
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({turnstile_at(far_ingress(here))})).empty());
  must(edge.apply({turnstile_at(far_ingress(here), true)}));
  CHECK(far_chain(here).size() == 1);
  CHECK(far_chain(here) != first);

  // The next process, and one that is in the namespace itself and names none.
  { auto ended = std::move(edge); }
  edge = here.open<Policies>();
  CHECK(must(edge.plan({turnstile_at(far_ingress(here), true)})).empty());
  { auto ended = std::move(edge); }
  const auto end = must(in_child([&] {
    const auto inside = must(netns_visit::enter(here.far().descriptor()));
    auto next = here.open<Policies>();
    const any_hook own = linchpin::hook::tcx_ingress{far_interface};
    if (!must(next.plan({turnstile_at(own, true)})).empty()) return 1;
    return next.apply({turnstile_at(own)}) ? 0 : 2;
  }));
  CHECK(end == child_end{false, 0});
  edge = here.open<Policies>();
  CHECK(must(edge.plan({turnstile_at(far_ingress(here))})).empty());
  CHECK(far_chain(here).size() == 1);
  must(edge.remove_all());
  CHECK(far_chain(here).empty());
  CHECK(here.pins(here.root()).empty());
}

// Upgrades at an interface of another namespace while datagrams come in there.
template <class Policies>
void upgrade_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const auto home = must(linchpin::testing::netns::current());
  const auto away = must(netns_visit::enter(here.far().descriptor()));
  const stays_here unmoved;
  const any_hook hook = linchpin::hook::tcx_ingress{stage::interface, home.path()};
  auto edge = here.open<Policies>();
  must(edge.apply({turnstile_at(hook)}));
  traffic passing{here, home};
  for (unsigned i = 0; i < 20; ++i) {
    const auto enough = passing.arrived() + 4 * traffic::batch;
    must(edge.apply({turnstile_at(hook, i % 2 == 0)}));
    REQUIRE(wait_until(here.kernel, [&] { return passing.arrived() >= enough; }));
  }
  const auto sent = passing.stop();
  CHECK(counted_by(here, edge) == sent);
  CHECK(must(edge.status()).healthy());
}

template <class Policies>
void die_there(bool filters) {
  stage here;
  here.filters = filters;
  if (!filters) footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const auto hook = far_ingress(here);
  must(here.open<Policies>().apply({turnstile_at(hook)}));
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    const auto end = must(in_child([&] {
      linchpin::testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<Policies>::open(here.root(), {.acting = &faulty}));
      faulty.arm({.what = linchpin::testing::fault::kind::die, .nth = nth});
      return edge.apply({turnstile_at(hook, true)}) ? 0 : 1;
    }));
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});
    auto edge = here.open<Policies>();
    const bool is_old = must(edge.plan({turnstile_at(hook)})).empty();
    const bool is_new = must(edge.plan({turnstile_at(hook, true)})).empty();
    CHECK(is_old != is_new);
    if (!whole) (is_new ? met_new : met_old) = true;
    CHECK(must(edge.status()).healthy());
    CHECK(far_chain(here).size() == 1);
    must(edge.apply({turnstile_at(hook)}));
    if (whole) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}

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

TEST_CASE("a component lives at an interface of another network namespace",
          "[kernel][engine][netns]") {
  SECTION("by a tcx link") {
    live_there<ordered>(false);
  }
  SECTION("by a filter") {
    live_there<on_filters>(true);
  }
}

TEST_CASE(
    "no datagram passes uncounted while a component is upgraded from another network namespace",
    "[kernel][engine][netns]") {
  SECTION("by a tcx link") {
    upgrade_there<ordered>(false);
  }
  SECTION("by a filter") {
    upgrade_there<on_filters>(true);
  }
}

TEST_CASE("killed at any call of an upgrade in another network namespace, old or new runs there",
          "[kernel][engine][netns][fault]") {
  SECTION("by a tcx link") {
    die_there<ordered>(false);
  }
  SECTION("by a filter") {
    die_there<on_filters>(true);
  }
}

TEST_CASE("every hook that names a network namespace is taken there", "[kernel][engine][netns]") {
  stage here;
  const stays_here unmoved;
  const auto name = netns_name::of_descriptor(linchpin::fd_ref::borrow(here.far().descriptor()));
  linchpin::desired_component made{
      "every", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
  made.attach("at_xdp", linchpin::hook::xdp{far_interface, name}.generic());
  made.attach("at_tcx_ingress", linchpin::hook::tcx_ingress{far_interface, name});
  made.attach("at_tcx_egress", linchpin::hook::tcx_egress{far_interface, name});
  made.attach("at_sk_lookup", linchpin::hook::sk_lookup{name});
  auto edge = here.open();
  must(edge.apply({made}));
  const linchpin::hook::xdp xdp{far_interface};
  for (const any_hook& hook :
       {any_hook{xdp.generic()}, any_hook{linchpin::hook::tcx_ingress{far_interface}},
        any_hook{linchpin::hook::tcx_egress{far_interface}},
        any_hook{linchpin::hook::sk_lookup{}}}) {
    INFO(hook.text());
    CHECK(chain_inside(here, here.far(), hook).size() == 1);
  }
  CHECK(here.chain(here.ingress()).empty());
  CHECK(here.chain(linchpin::hook::sk_lookup{}).empty());
  CHECK(must(edge.plan({made})).empty());
  must(edge.remove_all());
  CHECK(chain_inside(here, here.far(), xdp.generic()).empty());
  CHECK(chain_inside(here, here.far(), linchpin::hook::sk_lookup{}).empty());
}

TEST_CASE("a network namespace by the number of a process is the one by its path",
          "[kernel][engine][netns][identity]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::array<int, 2> told{};
  REQUIRE(::pipe(told.data()) == 0);
  auto dweller = linchpin::testing::detail::fork_child();
  REQUIRE(dweller);
  if (*dweller == 0) {
    ::close(ends[1]);
    const auto visit = netns_visit::enter(here.far().descriptor());
    char byte = visit ? 'y' : 'n';
    if (::write(told[1], &byte, 1) == 1) byte = ::read(ends[0], &byte, 1) == 0 ? 'e' : 'x';
    linchpin::testing::detail::exit_child(0);
  }
  char ready = 0;
  REQUIRE(::read(told[0], &ready, 1) == 1);
  REQUIRE(ready == 'y');
  const any_hook by_process =
      linchpin::hook::tcx_ingress{far_interface, netns_name::of_process(*dweller)};
  CHECK(must(edge.plan({turnstile_at(by_process)})).empty());
  must(edge.apply({turnstile_at(by_process, true)}));
  CHECK(far_chain(here).size() == 1);
  ::close(ends[1]);
  must(linchpin::testing::detail::wait_for_child(*dweller));
  ::close(ends[0]);
  ::close(told[0]);
  ::close(told[1]);

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

TEST_CASE("what somebody detached in another network namespace is put back there",
          "[kernel][engine][netns]") {
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::tcx_link).available);
  const stays_here unmoved;
  auto edge = here.open();
  must(edge.apply({turnstile_at(far_ingress(here))}));
  for (const auto& path : here.pins(here.root())) {
    if (path.find("/link-") == std::string::npos) continue;
    const int link = ::bpf_obj_get(path.c_str());
    REQUIRE(link >= 0);
    REQUIRE(::bpf_link_detach(link) == 0);
    ::close(link);
  }
  REQUIRE(far_chain(here).empty());
  CHECK(state_at(edge, "ts_in") == attachment_state::lost);
  must(edge.apply({turnstile_at(far_ingress(here))}));
  CHECK(far_chain(here).size() == 1);
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("programs are put in order at an interface of another network namespace",
          "[kernel][engine][netns]") {
  const bool filters = GENERATE(false, true);
  CAPTURE(filters);
  stage here;
  here.filters = filters;
  const auto ordering = [&](auto edge) {
    const auto one = [&](const char* name, int priority) {
      linchpin::desired_component made{
          name, linchpin::object_source::memory("turnstile", bpf_objects::turnstile())};
      made.attach("ts_in", far_ingress(here)).priority(priority);
      return made;
    };
    must(edge.apply({one("left", 1), one("right", 2)}));
    const auto before = far_chain(here);
    REQUIRE(before.size() == 2);
    must(edge.apply({one("left", 2), one("right", 1)}));
    const auto after = far_chain(here);
    REQUIRE(after.size() == 2);
    CHECK(after[0] == before[1]);
    CHECK(after[1] == before[0]);
    CHECK(must(edge.plan({one("left", 2), one("right", 1)})).empty());
  };
  filters ? ordering(here.open<on_filters>()) : ordering(here.open());
}

TEST_CASE("interfaces of one name and one number in two network namespaces are two hooks",
          "[kernel][engine][netns][identity]") {
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
    CHECK(wait_until(here.kernel,
                     [&] { return state_at(edge, "ts_in") == attachment_state::target_gone; }));
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

TEST_CASE("a device that leaves the network namespace it was named in is upgraded by its link",
          "[kernel][engine][netns][identity]") {
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
  stage here;
  const stays_here unmoved;
  auto edge = here.open();
  const auto at = [&](netns_name netns) {
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
    if (!keep_only({CAP_BPF, CAP_NET_ADMIN})) {
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
