// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fixture.hpp"

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
  std::size_t least = 1;
  std::size_t most = 1;

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

template <class Update>
struct updating : ordered {
  using update = Update;
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

TEST_CASE("without tcx the same component runs on clsact", "[engine][strategy]") {
  machine host;
  host.facts().tcx = linchpin::answer::no("kernel before 6.6");
  const auto at = host.point(linchpin::mechanism::clsact, attach_type::tcx_ingress, "eth0");
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
  host.facts().tcx = linchpin::answer::unknown("bpf(2) was not permitted");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto status = must(edge.status());
  CHECK(status.components.front().attachments.front().how == linchpin::mechanism::clsact);
  CHECK(
      host.run(host.point(linchpin::mechanism::clsact, attach_type::tcx_ingress, "eth0")).size() ==
      1);
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("an ephemeral component is refused where nothing would end with its process",
          "[engine][strategy]") {
  struct passing : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  machine host;
  host.facts().tcx = linchpin::answer::no("kernel before 6.6");
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
  host.facts().tcx = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open<strict>(kernel);
  const auto told = refused(edge.plan({guide()}));
  CHECK(told.is(linchpin::errc::unsupported));
  CHECK(told.message().find("kernel before 6.6") != std::string::npos);
}
