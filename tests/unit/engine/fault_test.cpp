// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <cstdint>
#include <initializer_list>

#include "filling.hpp"

// Every call of a transaction goes wrong once, in every way: refused, answered with an error although
// it took effect, cut off by kill -9. Whatever happens, what runs is wholly the old or wholly the new
// desired state, nothing else of ours is left, and other people's program runs on.

using namespace engine_test;
using linchpin::desired_component;
using linchpin::testing::call_observer;
using linchpin::testing::fake_kernel;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::verb;

namespace {

template <class Update, bool Tcx>
struct way {
  struct policies : ordered {
    using update_strategy = Update;
  };
  static constexpr bool tcx = Tcx;
  static constexpr bool in_place = std::is_same_v<Update, linchpin::update::in_place>;
};

using ways =
    std::tuple<way<linchpin::update::in_place, true>, way<linchpin::update::in_place, false>,
               way<linchpin::update::make_before_break, true>,
               way<linchpin::update::make_before_break, false>,
               way<linchpin::update::recreate, true>, way<linchpin::update::recreate, false>>;

// From two components to two: one is upgraded, one goes, one comes; a hook goes, a hook comes.
std::vector<desired_component> old_state() {
  desired_component guard{"guard", elf(bpf_objects::guard())};
  guard.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
  guard.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"}).priority(10);
  guard.attach("guard_out", linchpin::hook::tcx_egress{"eth0"}).priority(10);
  guard.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  return {guard, guide()};
}

std::vector<desired_component> new_state() {
  desired_component guard{"guard", elf(bpf_objects::guard_v2())};
  guard.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(10);
  guard.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"}).priority(10);
  guard.attach("guard_out", linchpin::hook::tcx_egress{"eth1"}).priority(10);
  guard.attach("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"});
  guard.map("flows").carry(linchpin::carry::copy{}).fill(flow_entries({{1, 10}}));
  desired_component late{"late", elf(bpf_objects::guide_v2())};
  late.attach("guide_in", linchpin::hook::tcx_ingress{"eth1"}).priority(20);
  return {guard, late};
}

// What can be counted of a machine, whatever numbers its objects have.
using census = std::string;

template <class Way>
struct rig : machine {
  rig() {
    if (!Way::tcx)
      facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
    theirs = must(add_foreign_program(at("eth0"), "theirs"));
  }
  [[nodiscard]] linchpin::attach_point at(const std::string& interface) const {
    return point(Way::tcx ? linchpin::hook::tcx_link : linchpin::hook::clsact_filter,
                 attach_type::tcx_ingress, interface);
  }
  // Slots and generations differ between runs that went back and forth; their kinds do not.
  [[nodiscard]] census count() const {
    auto paths = pins();
    for (auto& path : paths) {
      std::erase_if(path, [](char c) { return c >= '0' && c <= '9'; });
    }
    std::sort(paths.begin(), paths.end());
    std::string made = std::to_string(programs().size()) + " programs, " +
                       std::to_string(maps().size()) + " maps, " + std::to_string(links().size()) +
                       " links\n";
    for (const auto& path : paths) made += path + "\n";
    return made;
  }
  linchpin::program_id theirs;
};

template <class Way>
census after(const std::vector<desired_component>& desired, bool upgraded) {
  rig<Way> host;
  fake_kernel kernel{host};
  auto edge = open<typename Way::policies>(kernel);
  if (upgraded) must(edge.apply(old_state()));
  must(edge.apply(desired));
  return host.count();
}

// In place, a packet at a hook that stays meets exactly one generation at every instant.
template <class Way>
class no_gap final : public call_observer {
 public:
  explicit no_gap(rig<Way>& host) : host_(host) {}
  void after(verb) override {
    const auto ran = host_.run(host_.at("eth1"));
    // From one (guard) to two (guard and late).
    if (ran.empty() || ran.size() > 2) ++broken;
    if (host_.run(host_.connect4()).size() != 1) ++broken;
  }
  int broken = 0;

 private:
  rig<Way>& host_;
};

// Wholly old or wholly new, by what a plan says is left to do and by what can be counted.
template <class Way>
bool check_whole(rig<Way>& host, linchpin::orchestrator_core& edge, const census& old_census,
                 const census& new_census) {
  const bool is_old = must(edge.plan(old_state())).empty();
  const bool is_new = must(edge.plan(new_state())).empty();
  CHECK(is_old != is_new);
  INFO(host.text());
  CHECK(host.count() == (is_new ? new_census : old_census));
  CHECK(must(edge.status()).healthy());
  const auto ran = host.run(host.at("eth0"));
  CHECK(std::count(ran.begin(), ran.end(), host.theirs) == 1);
  return is_new;
}

struct twice {
  static constexpr std::string_view policy_id = "recovery.twice/1";
  linchpin::recovery_action choose(const linchpin::failure_view& failed) const noexcept {
    return failed.attempt < 2 ? linchpin::recovery_action::retry
                              : linchpin::recovery_action::roll_back;
  }
};
struct patient : ordered {
  using recovery = twice;
};
struct retrying : ordered {
  using recovery = linchpin::recovery::retry;
};

std::vector<linchpin::errc> failures_seen;
struct always_again {
  static constexpr std::string_view policy_id = "recovery.always_again/1";
  linchpin::recovery_answer choose(const linchpin::failure_view& failed) const noexcept {
    failures_seen.push_back(failed.condition);
    return {linchpin::recovery_action::retry, 3'600'000'000};
  }
};
struct stubborn : ordered {
  using recovery = always_again;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("after a failure at any call everything is old or everything is new",
                        "[engine][fault]", ways) {
  const auto old_census = after<TestType>(old_state(), false);
  const auto new_census = after<TestType>(new_state(), true);
  for (const auto kind : {fault::kind::fail, fault::kind::lose_reply}) {
    std::uint64_t nth = 1;
    for (;; ++nth) {
      INFO("call " << nth << (kind == fault::kind::fail ? " fails" : " loses its reply"));
      rig<TestType> host;
      fake_kernel kernel{host};
      auto faulty = faulty_kernel{kernel};
      auto edge = open<typename TestType::policies>(faulty);
      must(edge.apply(old_state()));
      no_gap watch{host};
      kernel.observe(&watch);
      faulty.arm({.what = kind, .nth = nth});
      const auto outcome = edge.apply(new_state(), 1);
      kernel.observe(nullptr);
      if (!faulty.struck()) break;
      faulty.disarm();
      if (TestType::in_place) CHECK(watch.broken == 0);

      if (outcome) {
        // It struck where an error is nothing: the lost reply of a manifest that was found written.
        CHECK(check_whole<TestType>(host, edge, old_census, new_census));
      } else if (outcome.error().is(linchpin::outcome::stranded)) {
        // What it could not finish or undo, the next apply does.
        must(edge.apply(new_state()));
        CHECK(check_whole<TestType>(host, edge, old_census, new_census));
      } else {
        CHECK_FALSE(check_whole<TestType>(host, edge, old_census, new_census));
        must(edge.apply(new_state()));
        CHECK(check_whole<TestType>(host, edge, old_census, new_census));
      }
    }
    CHECK(nth > 50);
  }
}

TEMPLATE_LIST_TEST_CASE("after a death at any call the next process finds old or new",
                        "[engine][fault]", ways) {
  const auto old_census = after<TestType>(old_state(), false);
  const auto new_census = after<TestType>(new_state(), true);
  bool met_old = false;
  bool met_new = false;
  std::uint64_t nth = 1;
  for (;; ++nth) {
    INFO("dies at call " << nth);
    rig<TestType> host;
    {
      fake_kernel kernel{host};
      auto faulty = faulty_kernel{kernel};
      auto edge = open<typename TestType::policies>(faulty);
      must(edge.apply(old_state()));
      no_gap watch{host};
      kernel.observe(&watch);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(new_state(), 1).has_value());
      kernel.observe(nullptr);
      if (!faulty.struck()) break;
      if (TestType::in_place) CHECK(watch.broken == 0);
    }
    fake_kernel next{host};
    no_gap watch{host};
    next.observe(&watch);
    auto edge = open<typename TestType::policies>(next);
    if (TestType::in_place) CHECK(watch.broken == 0);
    next.observe(nullptr);
    const bool is_new = check_whole<TestType>(host, edge, old_census, new_census);
    (is_new ? met_new : met_old) = true;
    must(edge.apply(new_state()));
    CHECK(check_whole<TestType>(host, edge, old_census, new_census));
  }
  CHECK(nth > 50);
  CHECK(met_old);
  CHECK(met_new);
}

TEST_CASE("a hook that is given up takes no other with it, wherever the process dies",
          "[engine][fault]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    machine host;
    linchpin::desired_component kept{"gate", elf(bpf_objects::guard())};
    kept.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
    linchpin::desired_component both{"gate", elf(bpf_objects::guard())};
    both.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
    both.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({both}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{kept}, 1).has_value());
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open(next);
    CHECK(host.run(host.ingress("eth0")).size() == 1);
    const bool old = !host.run(host.egress("eth0")).empty();
    CHECK(must(edge.plan({old ? both : kept})).empty());
    if (!struck) {
      CHECK_FALSE(old);
      break;
    }
  }
}

TEST_CASE("a death during recovery is recovered from", "[engine][fault]") {
  using in_place = way<linchpin::update::in_place, true>;
  const auto old_census = after<in_place>(old_state(), false);
  const auto new_census = after<in_place>(new_state(), true);
  for (std::uint64_t first = 1;; first += 3) {
    bool second_struck = true;
    bool first_struck = true;
    for (std::uint64_t second = 1; second_struck; ++second) {
      INFO("dies at call " << first << ", then at call " << second << " of the recovery");
      rig<in_place> host;
      {
        fake_kernel kernel{host};
        auto faulty = faulty_kernel{kernel};
        auto edge = open(faulty);
        must(edge.apply(old_state()));
        faulty.arm({.what = fault::kind::die, .nth = first});
        static_cast<void>(edge.apply(new_state(), 1).has_value());
        first_struck = faulty.struck();
      }
      if (!first_struck) break;
      {
        fake_kernel kernel{host};
        auto faulty = faulty_kernel{kernel};
        faulty.arm({.what = fault::kind::die, .nth = second});
        static_cast<void>(loose_orchestrator<ordered>::open(root, {.on = &faulty}).has_value());
        second_struck = faulty.struck();
      }
      fake_kernel last{host};
      auto edge = open(last);
      check_whole<in_place>(host, edge, old_census, new_census);
    }
    if (!first_struck) break;
  }
}

TEST_CASE("a failed swap at the third of five hooks restores the first two and says so",
          "[engine][fault]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({guard()}));
  const auto before = host.text();
  faulty.arm({.nth = 3, .only = verb::update});
  const auto told = refused(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.os_error() == EIO);
  CHECK(told.subject() == "component guard, tcx_ingress eth1, program guard_in");
  CHECK(told.still_running() ==
        "guard generation 1; 2 hooks were switched and have been switched back");
  CHECK(host.text() == before);
  CHECK(must(edge.plan({guard()})).empty());
}

TEST_CASE("a chain that somebody else changes meanwhile is looked at again", "[engine][fault]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  faulty.arm({.nth = 1,
              .only = verb::attach,
              .cause = linchpin::error::from_errno(ESTALE, "attach", "tcx_ingress eth0")});
  must(edge.apply({guide()}));
  CHECK(faulty.struck());
  CHECK(host.run(host.ingress("eth0")).size() == 1);
}

TEST_CASE("recovery::retry waits twice as long each time, and then undoes", "[engine][fault]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<retrying>(faulty);
  must(edge.apply({guard()}));
  const auto before = host.text();
  const auto later = linchpin::error::from_errno(EAGAIN, "load", "guard");
  faulty.arm({.nth = 1, .only = verb::load, .cause = later});
  must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(kernel.pauses() == std::vector<std::uint32_t>{1000});
  must(edge.apply({guard()}));

  faulty.disarm();
  faulty.arm({.nth = 1, .only = verb::load, .from_there_on = true, .cause = later});
  const auto told = refused(edge.apply({guard(bpf_objects::guard_v2())}, 1));
  CHECK(told.is(linchpin::errc::not_now));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(kernel.pauses() == std::vector<std::uint32_t>{1000, 1000, 2000, 4000, 8000});
}

TEST_CASE("a recovery policy is told of every failed step, and followed where a retry can help",
          "[engine][fault]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<stubborn>(faulty);
  must(edge.apply({guard()}));
  failures_seen.clear();
  faulty.arm({.nth = 2,
              .only = verb::update,
              .cause = linchpin::error::from_errno(EIO, "update", "xdp eth0")});
  CHECK(refused(edge.apply({guard(bpf_objects::guard_v2())})).is(linchpin::errc::io));
  CHECK(failures_seen == std::vector{linchpin::errc::io});
  failures_seen.clear();
  faulty.disarm();
  faulty.arm({.nth = 1,
              .only = verb::load,
              .from_there_on = true,
              .cause = linchpin::error::from_errno(EAGAIN, "load", "guard")});
  CHECK(refused(edge.apply({guard(bpf_objects::guard_v2())}, 1)).is(linchpin::errc::not_now));
  // Not for ever, and no wait of an hour.
  CHECK(failures_seen.size() == 16);
  for (const auto waited : kernel.pauses()) CHECK(waited == 1'000'000);
}

TEST_CASE("a recovery policy may try a step again", "[engine][fault]") {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<patient>(faulty);
  must(edge.apply({guard()}));
  const auto busy = linchpin::error::from_errno(EAGAIN, "update", "xdp eth0");
  faulty.arm({.nth = 4, .only = verb::update, .cause = busy});
  CHECK(must(edge.apply({guard(bpf_objects::guard_v2())})).updated == 5);
  CHECK(faulty.struck());
  faulty.disarm();
  faulty.arm({.nth = 4, .only = verb::update, .from_there_on = true, .cause = busy});
  CHECK(refused(edge.apply({guard()})).is(linchpin::outcome::stranded));
}
