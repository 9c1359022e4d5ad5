// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/child.hpp>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <catch2/generators/catch_generators.hpp>

#include "narrowed.hpp"
#include "stage.hpp"
#include "turnstile_broken.bpf.hpp"

// Who may not, or not at this moment, is told why and what to do.

using namespace live_engine;
using linchpin::errc;
using linchpin::testing::child_end;
using linchpin::testing::in_child;

namespace {

child_end with(errc condition) {
  return {false, static_cast<int>(condition)};
}

bool become_nobody() {
  return ::setresgid(65534, 65534, 65534) == 0 && ::setresuid(65534, 65534, 65534) == 0;
}

linchpin::result<void> start(const stage& here) {
  auto edge = loose_orchestrator<ordered>::open(here.root());
  if (!edge) return std::move(edge).error();
  auto applied = edge->apply({here.three_hooks()});
  if (!applied) return std::move(applied).error();
  return {};
}

// Whether bpf(2) is closed altogether to who has no capabilities: on old kernels the sysctl
// kernel.unprivileged_bpf_disabled does that, on others it closes only what creates objects.
bool closed_to_the_powerless() {
  const auto end = must(in_child([] {
    if (!keep_only({})) return 2;
    errno = 0;
    return ::bpf_obj_get("/linchpin-is-not-there") < 0 && errno == EPERM ? 1 : 0;
  }));
  REQUIRE((end == child_end{false, 0} || end == child_end{false, 1}));
  return end.number == 1;
}

linchpin::result<void> not_that() {
  return linchpin::error{errc::invalid_argument, "give up privileges"};
}

// Ours before everybody, if it can be told who everybody is.
struct first_among_the_known {
  static constexpr std::string_view policy_id = "order.first_among_the_known/1";
  static constexpr bool observes = true;

  [[nodiscard]] linchpin::decision<linchpin::arrangement> arrange(
      const linchpin::chain_view& chain) const {
    linchpin::arrangement made;
    for (const bool ours : {true, false}) {
      for (std::size_t i = 0; i < chain.members.size(); ++i) {
        const auto& member = chain.members[i];
        if (!member.name_known) return linchpin::refusal{"somebody without a name", i};
        if (member.ours == ours) made.order.push_back(i);
      }
    }
    return made;
  }
};
struct knowing : linchpin::default_policies {
  using attach_order = first_among_the_known;
};

}  // namespace

TEST_CASE("without capabilities the one that is missing is named", "[kernel][engine][refusal]") {
  stage here;
  const auto before = here.take_census();
  const auto outcome = told_in_child([&] { return keep_only({}) ? start(here) : not_that(); });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::permission_denied));
  const std::string subject = "component turnstile, tcx_ingress lpe0: ";
  CHECK(outcome.message.substr(0, subject.size()) == subject);
  CHECK(outcome.message.find("CAP_BPF") != std::string::npos);
  CHECK(outcome.message.find("CAP_NET_ADMIN") != std::string::npos);
  CHECK(here.take_census() == before);
  CHECK(here.chain(here.ingress()).empty());
  // Nothing stays in the way of who may.
  must(start(here));
}

TEST_CASE("a plan is refused for each capability that it takes, before the first change",
          "[kernel][engine][refusal][privilege]") {
  struct row {
    std::vector<unsigned> kept;
    std::string_view lacks;
  };
  const auto row = GENERATE(values<struct row>({{{CAP_NET_ADMIN}, "CAP_BPF"},
                                                {{CAP_BPF}, "CAP_NET_ADMIN"},
                                                {{}, "CAP_BPF and CAP_NET_ADMIN"}}));
  const bool opens = row.lacks == "CAP_NET_ADMIN" || !closed_to_the_powerless();
  if (!opens) SKIP("kernel.unprivileged_bpf_disabled closes bpf(2) to who lacks CAP_BPF");
  stage here;
  must(start(here));
  const auto before = here.take_census();
  const auto pins = here.pins(here.root());
  const auto links = here.links(here.ingress());
  auto wanted = here.three_hooks();
  auto second = stage::one("second", "ts_connect4", here.connect4());
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    if (!keep_only(row.kept)) return not_that();
    auto edge = loose_orchestrator<ordered>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto planned = edge->plan({wanted, second});
    if (planned) return not_that();
    if (!planned.error().is(linchpin::outcome::nothing_tried)) return not_that();
    return std::move(planned).error();
  });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::permission_denied));
  CHECK(outcome.message.starts_with("component second, cgroup_connect4 " + here.cgroup()));
  CHECK(outcome.message.find(std::string{row.lacks} + " to load program ts_connect4") !=
        std::string::npos);
  CHECK(outcome.message.find("turnstile generation 1, as before") != std::string::npos);
  CHECK(here.take_census() == before);
  CHECK(here.pins(here.root()) == pins);
  CHECK(here.links(here.ingress()) == links);
  CHECK(here.chain(here.connect4()).empty());
}

TEST_CASE("a plan that changes nothing takes no capability", "[kernel][engine][privilege]") {
  // Where bpf(2) is closed to who has nothing, looking takes CAP_BPF.
  const bool closed = closed_to_the_powerless();
  stage here;
  must(start(here));
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    if (!(closed ? keep_only({CAP_BPF}) : keep_only({}))) return not_that();
    auto edge = loose_orchestrator<>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto planned = edge->plan({here.three_hooks()});
    if (!planned) return std::move(planned).error();
    if (!planned->empty()) {
      return linchpin::error{errc::failed, "plan"}.found(planned->text());
    }
    return {};
  });
  INFO(outcome.message);
  CHECK(outcome.end == child_end{false, 0});
}

TEST_CASE("without capabilities what runs is not touched", "[kernel][engine][refusal]") {
  stage here;
  must(start(here));
  const auto before = here.take_census();
  const auto pins = here.pins(here.root());
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    if (!keep_only({})) return not_that();
    auto edge = loose_orchestrator<ordered>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto removed = edge->remove_all();
    if (!removed) return std::move(removed).error();
    return {};
  });
  INFO(outcome.message);
  CHECK(outcome.message.find("CAP_BPF") != std::string::npos);
  if (!closed_to_the_powerless()) {
    CHECK(outcome.message.find("nothing was tried") != std::string::npos);
    CHECK(outcome.message.find("turnstile generation 1, as before") != std::string::npos);
  }
  CHECK(here.take_census() == before);
  CHECK(here.pins(here.root()) == pins);
  CHECK(must(here.open().plan({here.three_hooks()})).empty());
}

TEST_CASE("a service without CAP_SYS_ADMIN upgrades what runs after a restart",
          "[kernel][engine][privilege]") {
  stage here;
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    if (!keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON})) return not_that();
    if (auto started = start(here); !started) return started;
    auto edge = loose_orchestrator<ordered>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto upgraded = edge->apply({here.three_hooks(bpf_objects::turnstile_v2())});
    if (!upgraded) return std::move(upgraded).error();
    return {};
  });
  INFO(outcome.message);
  CHECK(outcome.end == child_end{false, 0});
  auto edge = here.open();
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
}

TEST_CASE("a refusal of the verifier says that it may be for want of CAP_PERFMON",
          "[kernel][engine][privilege]") {
  stage here;
  const bool lacks = GENERATE(true, false);
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    const bool kept = lacks ? keep_only({CAP_BPF, CAP_NET_ADMIN})
                            : keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON});
    if (!kept) return not_that();
    auto edge = loose_orchestrator<>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto applied = edge->apply({here.three_hooks(bpf_objects::turnstile_broken())});
    if (applied) return not_that();
    return linchpin::error{applied.error().condition(), "apply"}.advice(applied.error().advice());
  });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::rejected));
  CHECK((outcome.message.find("CAP_PERFMON") != std::string::npos) == lacks);
}

TEST_CASE("an order policy is told whose names cannot be had, and may refuse for it",
          "[kernel][engine][whole][privilege]") {
  stage here;
  const stranger other{here, here.ingress()};
  const std::vector desired{stage::one("turnstile", "ts_in", here.ingress())};
  const auto start_knowing = [&]() -> linchpin::result<void> {
    auto edge = loose_orchestrator<knowing>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto applied = edge->apply(desired);
    if (!applied) return std::move(applied).error();
    return {};
  };
  const auto outcome = told_in_child([&] {
    return keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON}) ? start_knowing() : not_that();
  });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::refused));
  CHECK(outcome.message.find(std::to_string(other.id().value) + " (unnamed)") != std::string::npos);
  CHECK(outcome.message.find("somebody without a name") != std::string::npos);
  CHECK(here.chain(here.ingress()) == std::vector{other.id()});
  must(start_knowing());
  const auto found = here.chain(here.ingress());
  REQUIRE(found.size() == 2);
  CHECK(found.back() == other.id());
}

TEST_CASE("an ordinary user is told whose directory it is", "[kernel][engine][refusal]") {
  stage here;
  must(start(here));
  const auto before = here.take_census();
  const auto outcome = told_in_child([&] { return become_nobody() ? start(here) : not_that(); });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::permission_denied));
  CHECK(outcome.message.find(here.root()) != std::string::npos);
  CHECK(outcome.message.find("owner and mode") != std::string::npos);
  CHECK(here.take_census() == before);
}

TEST_CASE("a root on a read-only bpffs is refused by its path", "[kernel][engine][refusal]") {
  stage here;
  REQUIRE(::mount(nullptr, here.bpffs().c_str(), nullptr, MS_REMOUNT | MS_RDONLY | MS_BIND,
                  nullptr) == 0);
  const auto told = refused(loose_orchestrator<>::open(here.root(), {.on = &here.kernel}));
  REQUIRE(::mount(nullptr, here.bpffs().c_str(), nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0);
  INFO(told.message());
  CHECK(told.message().find(here.root()) != std::string::npos);
  CHECK(told.message().find("read-only") != std::string::npos);
  CHECK(here.pins(here.root()).empty());
}

TEST_CASE("who finds the store locked is told the pid and name of the holder",
          "[kernel][engine][refusal]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const auto before = here.take_census();
  const auto outcome = told_in_child([&] { return start(here); });
  INFO(outcome.message);
  CHECK(outcome.end == with(errc::busy));
  CHECK(outcome.message.find(here.root()) != std::string::npos);
  CHECK(outcome.message.find("pid " + std::to_string(::getpid()) + " (") != std::string::npos);
  CHECK(here.take_census() == before);
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("maps beyond RLIMIT_MEMLOCK are refused by the plan where the kernel charges them to it",
          "[kernel][engine][refusal][privilege]") {
  stage here;
  const auto before = here.take_census();
  auto desired = here.three_hooks();
  desired.map("ts_tallies").max_entries(1U << 16U);
  const auto outcome = told_in_child([&]() -> linchpin::result<void> {
    const rlimit small{std::uint64_t{64} * 1024, std::uint64_t{64} * 1024};
    if (::setrlimit(RLIMIT_MEMLOCK, &small) != 0) return not_that();
    if (!keep_only({CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON})) return not_that();
    auto edge = loose_orchestrator<ordered>::open(here.root());
    if (!edge) return std::move(edge).error();
    auto planned = edge->plan({desired});
    if (!planned) return std::move(planned).error();
    return {};
  });
  INFO(outcome.message);
  linchpin::live_kernel kernel;
  if (kernel.facts().memlock.is_yes()) {
    CHECK(outcome.end == with(errc::permission_denied));
    CHECK(outcome.message.find("component turnstile, map ts_tallies") != std::string::npos);
    CHECK(outcome.message.find("RLIMIT_MEMLOCK is 64 KiB") != std::string::npos);
  } else {
    CHECK(outcome.end == child_end{false, 0});
  }
  CHECK(here.take_census() == before);
}
