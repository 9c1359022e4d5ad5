// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "kernel/grace_period.hpp"
#include "kernel/probes.hpp"

#include "ground.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

using namespace linchpin;

namespace {

bool answered(const answer& fact) {
  return fact.is_yes() || !fact.reason().empty();
}

}  // namespace

TEST_CASE("every kernel fact has an answer or a reason", "[kernel][facts]") {
  live_kernel kernel;
  const auto& facts = kernel.facts();
  for (const auto* fact :
       {&facts.of(hook::xdp_native).available, &facts.of(hook::tcx_link).available,
        &facts.of(hook::clsact_filter).available, &facts.of(hook::cgroup_link).available,
        &facts.of(hook::cgroup_link).ordered, &facts.of(hook::netns_link).available,
        &facts.map_batch, &facts.memlock}) {
    CHECK(answered(*fact));
    // What the clsact qdisc needs are modules that load at the first attach.
    if (geteuid() == 0 && fact != &facts.of(hook::clsact_filter).available)
      CHECK_FALSE(fact->is_unknown());
  }
  CHECK(facts.possible_cpus >= static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN)));
  CHECK(&kernel.facts() == &facts);
}

TEST_CASE("what a fact says is what attaching then finds", "[kernel][facts]") {
  auto box = live::enter("kernel");
  auto veth = live::make_veth();
  live_kernel kernel;
  const auto& facts = kernel.facts();
  const auto tc = live::tc_program(kernel, "lpk_facts");
  const auto xdp = live::xdp_program(kernel, "lpk_facts");

  CHECK(kernel.attach(live::tcx_at(kernel, "lpk0"), tc.ref(), {}).has_value() ==
        facts.of(hook::tcx_link).available.is_yes());
  CHECK(kernel.attach(live::xdp_at(kernel, "lpk0"), xdp.ref(), {}).has_value() ==
        facts.of(hook::xdp_native).available.is_yes());
  const auto lookup = live::lookup_program(kernel, "lpk_facts");
  const auto netns = live::own_netns(kernel, uapi::attach_type::sk_lookup);
  CHECK(kernel.attach(netns, lookup.ref(), {}).has_value() ==
        facts.of(hook::netns_link).available.is_yes());

  const auto cgroup = live::make_cgroup(box, "facts");
  const auto skb = live::skb_program(kernel, "lpk_facts");
  const auto at = live::egress_at(kernel, cgroup);
  const auto first = live::at_end(anchor_kind::first);
  const auto ordered = kernel.attach(at, skb.ref(), first);
  CHECK(ordered.has_value() == facts.of(hook::cgroup_link).ordered.is_yes());
  if (!ordered) CHECK(ordered.error().is(errc::unsupported));
  CHECK(kernel.attach(at, skb.ref(), {}).has_value() ==
        facts.of(hook::cgroup_link).available.is_yes());
  // The revision comes with order, or a planner would rely on a check that never happens.
  CHECK((kernel.query(at).value().revision.value != 0) ==
        facts.of(hook::cgroup_link).ordered.is_yes());
}

TEST_CASE("probing attaches nothing to the loopback", "[kernel][facts]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  static_cast<void>(kernel.facts());
  CHECK(kernel.query(live::xdp_at(kernel, "lo")).value().entries.empty());
  live::need(kernel.facts().of(hook::tcx_link).available);
  CHECK(kernel.query(live::tcx_at(kernel, "lo")).value().entries.empty());
}

TEST_CASE("without privilege what cannot be told is unknown and not no", "[kernel][facts]") {
  if (geteuid() != 0) SKIP("not root: only root can try what it is like without privilege");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::setresuid(nobody, nobody, nobody) != 0) ::_exit(2);
    live_kernel kernel;
    const auto& facts = kernel.facts();
    const bool honest =
        facts.of(hook::tcx_link).available.is_unknown() &&
        facts.of(hook::xdp_native).available.is_unknown() &&
        facts.of(hook::tcx_link).available.reason().find("EPERM") != std::string::npos &&
        facts.of(hook::xdp_native).available.reason().find("EPERM") != std::string::npos;
    const auto asked = kernel.query(
        {hook::tcx_link, uapi::attach_type::tcx_ingress, {hook::interface_target, "lo"}, {}});
    const bool refused = !asked && asked.error().is(errc::permission_denied) &&
                         asked.error().advice().find("CAP_NET_ADMIN") != std::string_view::npos;
    ::_exit(honest && refused ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a pause lasts as long as was asked for", "[kernel][grace_period]") {
  live_kernel kernel;
  const auto begin = std::chrono::steady_clock::now();
  kernel.pause(2000);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::microseconds{2000});
}

TEST_CASE("both ways to wait for a grace period work", "[kernel][grace_period]") {
  live_kernel kernel;
  CHECK(kernel.wait_grace_period());
  // The fallback must work everywhere, for it is only used where membarrier does not.
  const auto waited = linchpin::detail::wait_by_map_in_map();
  INFO((waited ? "" : waited.error().message()));
  CHECK(waited);
}
