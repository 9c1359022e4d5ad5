// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// Two things are lost at once, or pins of one component are found in another: it costs that one.

using namespace engine_test;

namespace {

const std::string other_root = std::string{root} + "/other";

linchpin::desired_component other(std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"other", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
  made.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  return made;
}

void pin_again(fake_kernel& kernel, const std::string& from, const std::string& to,
               linchpin::pin_kind kind) {
  const auto pinned = must(kernel.open_pin(from, kind));
  must(kernel.pin(pinned.ref(), to));
}

bool tells_of(const std::vector<std::string>& lines, std::string_view words) {
  return std::any_of(lines.begin(), lines.end(), [words](const std::string& line) {
    return line.find(words) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("what another component has on record is not adopted, whatever is pinned",
          "[engine][damage][identity]") {
  const bool by_id = GENERATE(false, true);
  CAPTURE(by_id);
  scene host;
  fake_kernel kernel{host};
  must(open(kernel).apply({host.one("gate"), other()}));
  must(kernel.remove_pin(component_root + "/gen-1/prog-guard_connect"));
  pin_again(kernel, other_root + "/gen-1/prog-guard_connect",
            component_root + "/gen-1/prog-guard_connect", linchpin::pin_kind::program);
  pin_again(kernel, other_root + "/link-0", component_root + "/link-9", linchpin::pin_kind::link);
  must(kernel.remove_pin(component_root + "/record"));
  must(kernel.remove_pin(component_root + "/record-copy"));
  kernel.may_open_by_id(by_id);
  auto edge = open(kernel);
  must(edge.adopt_again("gate"));
  CHECK(status_of(edge, "gate").attachments.size() == 1);
  must(edge.apply({host.one("gate"), other(bpf_objects::guard_v2())}));
  must(edge.remove("gate"));
  CHECK(host.run(host.at()).empty());
  CHECK(host.run(host.connect4()).size() == 1);
  CHECK(host.run(host.at("eth1")).size() == 1);
  CHECK(status_of(edge, "other").attachments.size() == 2);
}

TEST_CASE("a component whose program cannot be opened is held back where it would be attached",
          "[engine][damage]") {
  scene host;
  fake_kernel kernel{host};
  must(open(kernel).apply({host.one("gate"), other()}));
  must(kernel.remove_pin(component_root + "/gen-1/prog-guard_in"));
  auto wanted = host.one("gate");
  SECTION("its link is gone") {
    must(kernel.remove_pin(component_root + "/link-0"));
  }
  SECTION("its interface was made anew") {
    host.recreate_interface("eth0");
  }
  SECTION("another hook is asked for") {
    wanted.attach("guard_in", host.hook("eth1"));
  }
  kernel.may_open_by_id(false);
  auto edge = open(kernel);
  const auto report = must(edge.apply({wanted, other(bpf_objects::guard_v2())}));
  CHECK(report.updated == 2);
  CHECK(tells_of(report.held_back, "program guard_in"));
  CHECK(tells_of(report.held_back, "cannot be opened"));
}

TEST_CASE("a new generation that only a loss asks for, and a policy cannot bring, is held back",
          "[engine][damage]") {
  scene host;
  fake_kernel kernel{host};
  linchpin::desired_component gate{"gate", elf(bpf_objects::guard())};
  gate.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  must(open<ordered_twice>(kernel).apply({gate, other()}));
  must(kernel.remove_pin(component_root + "/gen-1/prog-guard_out"));
  auto edge = open<ordered_twice>(kernel);
  const auto report = must(edge.apply({gate, other(bpf_objects::guard_v2())}));
  CHECK(tells_of(report.held_back, "program guard_out is gone"));
  CHECK(tells_of(report.held_back, "takes one program only"));
  CHECK(host.run(host.xdp("eth0")).size() == 1);
  CHECK(status_of(edge, "other").generation == linchpin::generation{2});
}

TEST_CASE("what a death left running is not attached once more, though its journal is lost as well",
          "[engine][damage]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  const bool first_start = GENERATE(false, true);
  CAPTURE(static_cast<int>(where), first_start);
  for (std::uint64_t nth = 1;; ++nth) {
    CAPTURE(nth);
    scene host{where};
    std::vector<linchpin::desired_component> running{host.one("front", 1)};
    if (!first_start) running.push_back(host.one("gate", 2));
    const std::vector next{host.one("front", 1), host.one("gate", 2, bpf_objects::guard_v2())};
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open<ordered_with_gap>(faulty);
      must(edge.apply(running));
      faulty.arm({.what = fault::kind::die, .nth = nth, .writes_only = true});
      static_cast<void>(edge.apply(next, 1).has_value());
      struck = faulty.struck();
    }
    if (!struck) break;
    fake_kernel kernel{host};
    must(kernel.remove_pin(std::string{root} + "/journal"));
    auto edge = open<ordered_with_gap>(kernel);
    const auto applied = edge.apply(next);
    INFO((applied ? must(edge.status()).text() : applied.error().message()));
    CHECK(host.run(host.at()).size() <= 2);
  }
}
