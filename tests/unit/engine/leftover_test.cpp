// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include "fixture.hpp"

// A call that could be neither finished nor undone leaves something behind. Whatever is called next
// repairs it first, in the same process.

using namespace engine_test;
using linchpin::testing::fake_kernel;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;

namespace {

// An upgrade during which the kernel fails from the nth call on.
struct stranded_upgrade {
  explicit stranded_upgrade(std::uint64_t nth) {
    must(edge.apply({guard(), guide()}));
    faulty.arm({.what = fault::kind::fail, .nth = nth, .from_there_on = true});
    auto outcome = edge.apply({guard(bpf_objects::guard_v2()), guide()}, 1);
    struck = faulty.struck();
    stranded = !outcome && outcome.error().is(linchpin::outcome::stranded);
    if (stranded) message = outcome.error().message();
    faulty.disarm();
  }

  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  loose_orchestrator<ordered> edge = open(faulty);
  bool struck = false;
  bool stranded = false;
  std::string message;
};

// Calls `then` after an upgrade that failed from each of its calls on, wherever that stranded it.
template <class Then>
void after_each(Then then) {
  int met = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    stranded_upgrade upgrade{nth};
    if (!upgrade.struck) break;
    if (!upgrade.stranded) continue;
    ++met;
    INFO("fails from call " << nth << " on: " << upgrade.message);
    then(upgrade);
  }
  CHECK(met > 20);
}

bool whole(stranded_upgrade& upgrade) {
  for (const auto& hook : upgrade.host.guarded()) {
    if (upgrade.host.run(hook).size() != (hook == upgrade.host.ingress("eth0") ? 2U : 1U))
      return false;
  }
  return upgrade.host.programs().size() == 6;
}

}  // namespace

TEST_CASE("status repairs what a stranded call left", "[engine][fault]") {
  bool told = false;
  after_each([&told](stranded_upgrade& upgrade) {
    const auto status = must(upgrade.edge.status());
    CHECK(status.components.size() == 2);
    CHECK(status.healthy());
    CHECK(whole(upgrade));
    told = told || !upgrade.edge.recovered().empty();
  });
  CHECK(told);
}

TEST_CASE("a plan repairs what a stranded call left before it looks", "[engine][fault]") {
  after_each([](stranded_upgrade& upgrade) {
    const bool is_old = must(upgrade.edge.plan({guard(), guide()})).empty();
    const bool is_new = must(upgrade.edge.plan({guard(bpf_objects::guard_v2()), guide()})).empty();
    CHECK(is_old != is_new);
    CHECK(whole(upgrade));
  });
}

TEST_CASE("removing repairs what a stranded call left, then removes", "[engine][fault]") {
  after_each([](stranded_upgrade& upgrade) {
    must(upgrade.edge.remove("guard"));
    CHECK(upgrade.host.run(upgrade.host.ingress("eth0")).size() == 1);
    must(upgrade.edge.remove_all());
    CHECK(upgrade.host.programs().empty());
    CHECK(upgrade.host.links().empty());
  });
}

TEST_CASE("while the kernel goes on failing, nothing is forgotten", "[engine][fault]") {
  after_each([](stranded_upgrade& upgrade) {
    for (std::uint64_t nth = 1;; ++nth) {
      upgrade.faulty.arm({.what = fault::kind::fail, .nth = nth, .from_there_on = true});
      const auto tried = upgrade.edge.status();
      const bool struck = upgrade.faulty.struck();
      upgrade.faulty.disarm();
      if (!struck) break;
      // An error, or the problem of the component that cannot be looked at.
      CHECK_FALSE((tried && tried->healthy()));
    }
    CHECK(must(upgrade.edge.status()).healthy());
    CHECK(whole(upgrade));
  });
}

TEST_CASE("maps are not lent out before what was left is repaired", "[engine][fault]") {
  after_each([](stranded_upgrade& upgrade) {
    const auto told = refused(upgrade.edge.map_handle("guard", "flows"));
    CHECK(told.is(linchpin::outcome::stranded));
    CHECK(told.advice().find("status()") != std::string_view::npos);
    must(upgrade.edge.status());
    CHECK(must(upgrade.edge.map_handle("guard", "flows")).fd());
  });
}
