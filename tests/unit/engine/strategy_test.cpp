// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cstdint>

#include "fixture.hpp"
#include "relay.bpf.hpp"
#include "relay_v2.bpf.hpp"

using namespace engine_test;
using linchpin::testing::call_observer;
using linchpin::testing::fake_kernel;
using linchpin::testing::verb;

namespace {

// How many programs a packet met at one hook, at every instant of an upgrade.
class packets final : public call_observer {
 public:
  packets(machine& host, linchpin::attach_point at) : host_(host), at_(std::move(at)) {}
  void after(verb) override {
    const auto ran = host_.run(at_).size();
    least = std::min(least, ran);
    most = std::max(most, ran);
  }
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;

 private:
  machine& host_;
  linchpin::attach_point at_;
};

template <class Policies>
packets upgrade(machine& host) {
  fake_kernel kernel{host};
  auto edge = open<Policies>(kernel);
  must(edge.apply({guide()}));
  packets seen{host, host.ingress("eth0")};
  kernel.observe(&seen);
  must(edge.apply({guide(bpf_objects::guide_v2())}));
  kernel.observe(nullptr);
  CHECK(must(edge.plan({guide(bpf_objects::guide_v2())})).empty());
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(host.links().size() == 1);
  CHECK(host.programs().size() == 1);
  return seen;
}

// The same, while the last of two programs at the hook comes to be the first.
template <class Policies>
packets reorder(machine& host) {
  fake_kernel kernel{host};
  auto edge = open<Policies>(kernel);
  must(edge.apply({guard(bpf_objects::guard(), 10), guide(bpf_objects::guide(), 20)}));
  const auto first = host.run(host.ingress("eth0")).front();
  packets seen{host, host.ingress("eth0")};
  kernel.observe(&seen);
  must(edge.apply({guard(bpf_objects::guard(), 10), guide(bpf_objects::guide(), 5)}));
  kernel.observe(nullptr);
  const auto ran = host.run(host.ingress("eth0"));
  CHECK(ran.size() == 2);
  CHECK(ran.back() == first);
  return seen;
}

// How often linchpin waits until no program that was replaced can still be running.
template <class Policies = ordered>
std::uint64_t grace_periods(const linchpin::desired_component& old,
                            const linchpin::desired_component& next) {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<Policies>(kernel);
  must(edge.apply({old}));
  kernel.reset_calls();
  CHECK(must(edge.apply({next})).updated > 0);
  return kernel.calls().of(verb::wait_grace_period);
}

linchpin::desired_component relay(std::span<const std::byte> object) {
  linchpin::desired_component made{"relay", elf(object)};
  made.attach("ts_relay", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

struct ephemeral : ordered {
  using lifetime = linchpin::lifetime::ephemeral;
};

template <class Update>
struct updating : ordered {
  using update_strategy = Update;
};

}  // namespace

TEST_CASE("in_place: every packet meets exactly one generation", "[engine][strategy]") {
  machine host;
  const auto seen = upgrade<updating<linchpin::update::in_place>>(host);
  CHECK(seen.least == 1);
  CHECK(seen.most == 1);
}

TEST_CASE("make_before_break: packets meet one or both, never none", "[engine][strategy]") {
  machine host;
  const auto seen = upgrade<updating<linchpin::update::make_before_break>>(host);
  CHECK(seen.least == 1);
  CHECK(seen.most == 2);
}

TEST_CASE("recreate: packets meet one or none, never both", "[engine][strategy]") {
  machine host;
  const auto seen = upgrade<updating<linchpin::update::recreate>>(host);
  CHECK(seen.least == 0);
  CHECK(seen.most == 1);
}

TEST_CASE("a reorder is no single step: packets meet the moved program twice, or by recreate not",
          "[engine][strategy]") {
  machine host;
  SECTION("by default") {
    const auto seen = reorder<ordered>(host);
    CHECK(seen.least == 2);
    CHECK(seen.most == 3);
  }
  SECTION("by recreate") {
    const auto seen = reorder<updating<linchpin::update::recreate>>(host);
    CHECK(seen.least == 1);
    CHECK(seen.most == 2);
  }
}

TEST_CASE("an upgrade waits for a grace period only if a map is copied or empties itself",
          "[engine][strategy]") {
  SECTION("not when its maps are reused") {
    CHECK(grace_periods(guard(), guard(bpf_objects::guard_v2())) == 0);
  }
  SECTION("once when one is copied, however many are") {
    auto copied = guard(bpf_objects::guard_v2());
    copied.map("flows").carry(linchpin::carry::copy{});
    CHECK(grace_periods(guard(), copied) == 1);
    copied.map("totals").carry(linchpin::carry::copy{});
    CHECK(grace_periods(guard(), copied) == 1);
  }
  SECTION("once when one holds tail calls") {
    CHECK(grace_periods(relay(bpf_objects::relay()), relay(bpf_objects::relay_v2())) == 1);
    CHECK(grace_periods<ephemeral>(relay(bpf_objects::relay()), relay(bpf_objects::relay_v2())) ==
          1);
    CHECK(grace_periods<ephemeral>(guard(), guard(bpf_objects::guard_v2())) == 0);
  }
}

TEST_CASE("a filter that has gone is waited for anew before its tail calls are let go of",
          "[engine][strategy]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open<updating<linchpin::update::make_before_break>>(kernel);
  auto next = relay(bpf_objects::relay_v2());
  const auto image = must(elf(bpf_objects::relay()).read());
  for (const auto& map : image.spec().maps) {
    if (!map.internal && map.type != linchpin::uapi::map_type::prog_array)
      next.map(map.name).carry(linchpin::carry::copy{});
  }
  must(edge.apply({relay(bpf_objects::relay())}));
  // Once for what is copied, and once more after the old filter has gone.
  kernel.reset_calls();
  must(edge.apply({next}));
  CHECK(kernel.calls().of(verb::wait_grace_period) == 2);
}

TEST_CASE("without tcx the same component runs on clsact", "[engine][strategy]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  const auto at = host.point(linchpin::hook::clsact_filter, attach_type::tcx_ingress, "eth0");
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({guide(), guard()}));
    CHECK(must(edge.plan({guide(), guard()})).empty());
    CHECK(host.run(at).size() == 2);
    const auto report =
        must(edge.apply({guide(bpf_objects::guide_v2()), guard(bpf_objects::guard_v2())}));
    CHECK(report.updated == 6);
    CHECK(host.run(at).size() == 2);
  }
  auto edge = open(kernel);
  CHECK(must(edge.plan({guide(bpf_objects::guide_v2()), guard(bpf_objects::guard_v2())})).empty());
  must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(host.run(at).size() == 1);
  must(edge.remove_all());
  CHECK(host.run(at).empty());
  CHECK(host.programs().empty());
}

TEST_CASE("where tcx turns out to be missing only when it is tried, the ladder steps down",
          "[engine][strategy]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available =
      linchpin::answer::unknown("bpf(2) was not permitted");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto status = must(edge.status());
  CHECK(status.components.front().attachments.front().how == linchpin::hook::clsact_filter);
  CHECK(host.run(host.point(linchpin::hook::clsact_filter, attach_type::tcx_ingress, "eth0"))
            .size() == 1);
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("an ephemeral component is refused where nothing would end with its process",
          "[engine][strategy]") {
  struct passing : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open<passing>(kernel);
  const auto told = refused(edge.plan({guide()}));
  CHECK(told.is(linchpin::errc::unsupported));
  CHECK(told.subject() == "component guide, tcx_ingress eth0");
  CHECK(told.found() ==
        "tcx link: kernel before 6.6; clsact filter: it has no link, so it would outlive an "
        "ephemeral owner");
}

TEST_CASE("fallback::strict refuses what ladder would step down to", "[engine][strategy]") {
  struct strict : ordered {
    using fallback = linchpin::fallback::strict;
  };
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open<strict>(kernel);
  const auto told = refused(edge.plan({guide()}));
  CHECK(told.is(linchpin::errc::unsupported));
  CHECK(told.message().find("kernel before 6.6") != std::string::npos);
}
