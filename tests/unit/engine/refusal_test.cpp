// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>

#include "fixture.hpp"

#include "long_name.bpf.hpp"
#include "no_programs.bpf.hpp"

using namespace engine_test;
using linchpin::errc;
using linchpin::testing::fake_kernel;

namespace {

// Plans on a machine where the guard runs, and checks that the refusal changed nothing.
linchpin::error refusal_of(std::initializer_list<linchpin::desired_component> desired) {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  kernel.reset_calls();
  const auto before = host.text();
  auto told = refused(edge.plan(desired));
  CHECK(kernel.calls().writes() == 0);
  CHECK(host.text() == before);
  return told;
}

linchpin::desired_component one(std::string program, linchpin::any_hook where,
                                std::span<const std::byte> bytes = bpf_objects::guard()) {
  linchpin::desired_component made{"guard", elf(bytes)};
  made.attach(std::move(program), std::move(where));
  return made;
}

bool says(const linchpin::error& told, std::string_view words) {
  INFO(told.message());
  return told.message().find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a name that is too long for a pin is refused by the plan", "[engine][refusal]") {
  const auto told = refusal_of(
      {one(std::string(251, 'l'), linchpin::hook::tcx_ingress{"eth0"}, bpf_objects::long_name())});
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.found() == "251 bytes");
}

TEST_CASE("a missing file is refused with its path", "[engine][refusal]") {
  linchpin::desired_component made{"guard", linchpin::object_source::file("/nowhere/guard.bpf.o")};
  const auto told = refusal_of({made});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "/nowhere/guard.bpf.o"));
  CHECK(says(told, "component guard"));
}

TEST_CASE("something that is not an ELF is refused", "[engine][refusal]") {
  static constexpr std::byte junk[64]{};
  const auto told = refusal_of({one("x", linchpin::hook::tcx_ingress{"eth0"}, junk)});
  CHECK(told.is(errc::bad_format));
  CHECK(says(told, "ELF"));
}

TEST_CASE("a program of an object without programs is not found", "[engine][refusal]") {
  const auto told =
      refusal_of({one("x", linchpin::hook::tcx_ingress{"eth0"}, bpf_objects::no_programs())});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "program"));
}

TEST_CASE("a misspelt program name is answered with the nearest one", "[engine][refusal]") {
  const auto told = refusal_of({one("gaurd_in", linchpin::hook::tcx_ingress{"eth0"})});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "did you mean 'guard_in'?"));
}

TEST_CASE("a misspelt map name is answered with the nearest one", "[engine][refusal]") {
  auto made = one("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  made.map("flow").carry(linchpin::carry::copy{});
  CHECK(says(refusal_of({made}), "did you mean 'flows'?"));
}

TEST_CASE("a map of other entries than the service's types is refused with both sizes",
          "[engine][refusal]") {
  linchpin::component made{"guard", elf(bpf_objects::guard())};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  made.map<std::uint32_t, std::uint32_t>("flows");
  const auto told = refusal_of({made});
  CHECK(told.is(errc::layout_mismatch));
  CHECK(says(told, "component guard, map flows"));
  CHECK(says(told, "keys of 4 bytes and values of 4, as the component says"));
  CHECK(says(told, "keys of 4 bytes and values of 16 in the object"));
}

TEST_CASE("two ways of XDP in one component are refused where data brings them",
          "[engine][refusal]") {
  linchpin::desired_component made{"guard", elf(bpf_objects::guard())};
  made.attach("guard_xdp", linchpin::hook::xdp{"eth0"}.native());
  made.attach("guard_xdp", linchpin::hook::xdp{"eth1"}.generic());
  const auto told = refusal_of({made});
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.subject() == "component guard, xdp eth1");
  CHECK(told.expected() == "xdp native, as at xdp eth0");
  CHECK(told.found() == "xdp generic");
}

TEST_CASE("a path that depends on the working directory is refused", "[engine][refusal]") {
  for (const linchpin::any_hook& hook :
       {linchpin::any_hook{linchpin::hook::cgroup_connect4{"web"}},
        linchpin::any_hook{linchpin::hook::cgroup_connect4{"./web"}},
        linchpin::any_hook{linchpin::hook::sk_lookup{"netns/blue"}}}) {
    const auto told = refusal_of({one("guard_connect", hook)});
    CHECK(told.is(errc::invalid_argument));
    CHECK(says(told, "an absolute path"));
  }
}

TEST_CASE("a program of the wrong type for its hook is refused", "[engine][refusal]") {
  const auto told = refusal_of({one("guard_xdp", linchpin::hook::tcx_ingress{"eth0"})});
  CHECK(told.is(errc::wrong_type));
  CHECK(says(told, "guard_xdp"));
  CHECK(says(told, "tcx_ingress eth0"));
}

TEST_CASE("a connect6 program is refused at connect4, which the kernel would not do",
          "[engine][refusal]") {
  const auto told =
      refusal_of({one("guard_connect6", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"})});
  CHECK(told.is(errc::wrong_type));
}

TEST_CASE("an interface that does not exist is refused by name", "[engine][refusal]") {
  const auto told = refusal_of({one("guard_in", linchpin::hook::tcx_ingress{"eth7"})});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "interface eth7"));
}

TEST_CASE("a cgroup that does not exist is refused by path", "[engine][refusal]") {
  const auto told =
      refusal_of({one("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/gone"})});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "/sys/fs/cgroup/gone"));
}

TEST_CASE("two components of one name are refused", "[engine][refusal]") {
  CHECK(refusal_of({guide(), guide()}).is(errc::already_exists));
}

TEST_CASE("the same program twice at one hook is refused", "[engine][refusal]") {
  auto made = one("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  CHECK(refusal_of({made}).is(errc::already_exists));
}

TEST_CASE("names that cannot be directories of pins are refused", "[engine][refusal]") {
  for (const auto* name : {"", "a.b", "a/b", "manifest", "journal-x", "übel"}) {
    linchpin::desired_component made{name, elf(bpf_objects::guide())};
    CHECK(refusal_of({made}).is(errc::invalid_argument));
  }
}

TEST_CASE("two components that claim one exclusive hook are refused", "[engine][refusal]") {
  linchpin::desired_component left{"left", elf(bpf_objects::guard())};
  left.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  linchpin::desired_component right{"right", elf(bpf_objects::guard_v2())};
  right.attach("guard_xdp", linchpin::hook::xdp{"eth0"}.generic());
  const auto told = refusal_of({left, right});
  CHECK(told.is(errc::busy));
  CHECK(says(told, "left"));
  CHECK(says(told, "right"));
}

TEST_CASE("an exclusive hook that somebody else has is refused, and theirs goes on running",
          "[engine][refusal]") {
  machine host;
  const auto theirs = must(host.add_foreign_program(host.xdp("eth0"), "theirs"));
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto told = refused(edge.plan({guard()}));
  CHECK(told.is(errc::busy));
  CHECK(says(told, "theirs"));
  CHECK(host.run(host.xdp("eth0")) == std::vector{theirs});
}

TEST_CASE("a map of another layout is refused with the fields that differ", "[engine][refusal]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const auto told = refused(edge.plan({guard(bpf_objects::guard_wide())}));
  CHECK(told.is(errc::layout_mismatch));
  CHECK(says(told, "component guard, map flows"));
  CHECK(says(told, "last_seen"));
  CHECK(says(told, "carry::discard"));
}

TEST_CASE("a root that is not an absolute path is refused", "[engine][refusal]") {
  machine host;
  fake_kernel kernel{host};
  CHECK(refused(loose_orchestrator<>::open("edge", {.on = &kernel})).is(errc::invalid_argument));
  CHECK(refused(loose_orchestrator<>::open("/tmp/edge", {.on = &kernel})).is(errc::unsupported));
}

TEST_CASE("make_before_break is refused at a hook that takes one program", "[engine][refusal]") {
  struct both : ordered {
    using update_strategy = linchpin::update::make_before_break;
  };
  machine host;
  fake_kernel kernel{host};
  auto edge = open<both>(kernel);
  must(edge.apply({guard()}));
  const auto told = refused(edge.plan({guard(bpf_objects::guard_v2())}));
  CHECK(told.is(errc::unsupported));
  CHECK(says(told, "xdp eth0"));
}
