// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/skeleton.hpp>

#include "../../support/opened_skeleton.hpp"
#include "globals.hpp"

using namespace engine_test;
using linchpin::errc;

namespace {

linchpin::desired_component sampler_from(opened_skeleton& opened) {
  auto made = must(linchpin::from_skeleton("sampler", opened.get()));
  made.attach("globals_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

}  // namespace

TEST_CASE("what was set through a skeleton is what a component sets", "[engine][skeleton]") {
  opened_skeleton opened{bpf_objects::globals()};
  opened.set("sample_every", std::uint32_t{100});
  opened.set("shift", std::int16_t{-7});
  opened.set("seen", std::uint64_t{5});
  REQUIRE(bpf_map__set_max_entries(opened.map("slots"), 32) == 0);
  const auto made = sampler_from(opened);
  REQUIRE(made.globals().size() == 3);
  REQUIRE(made.maps().size() == 1);
  CHECK(made.maps().front().max_entries == 32U);

  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({made}));
    const auto object = bpf_objects::globals();
    CHECK(variable<std::uint32_t>(edge, kernel, object, "sample_every") == 100);
    CHECK(variable<std::int16_t>(edge, kernel, object, "shift") == -7);
    CHECK(variable<std::uint64_t>(edge, kernel, object, "seen") == 5);
    CHECK(must(kernel.describe_map(must(edge.map_handle("sampler", "slots")))).max_entries == 32);
  }
  fake_kernel kernel{host};
  auto edge = open(kernel);
  opened_skeleton again{bpf_objects::globals()};
  again.set("sample_every", std::uint32_t{100});
  again.set("shift", std::int16_t{-7});
  again.set("seen", std::uint64_t{5});
  REQUIRE(bpf_map__set_max_entries(again.map("slots"), 32) == 0);
  check_settled(edge, {sampler_from(again)});
  again.set("sample_every", std::uint32_t{101});
  CHECK(must(edge.plan({sampler_from(again)})).text().find("global sample_every: 100 -> 101") !=
        std::string::npos);
}

TEST_CASE("a skeleton through which nothing was set asks for nothing", "[engine][skeleton]") {
  opened_skeleton opened{bpf_objects::globals()};
  const auto made = must(linchpin::from_skeleton("sampler", opened.get()));
  CHECK(made.globals().empty());
  CHECK(made.maps().empty());
  CHECK(made.source().name() == "globals");
}

TEST_CASE("what a component cannot carry over from a skeleton is refused", "[engine][skeleton]") {
  const auto told = [](opened_skeleton& opened) {
    const auto made = refused(linchpin::from_skeleton("sampler", opened.get()));
    INFO(made.message());
    CHECK(made.is(errc::unsupported));
    return std::string{made.subject()} + ": " + std::string{made.found()};
  };
  opened_skeleton opened{bpf_objects::globals()};
  SECTION("flags of a map") {
    REQUIRE(bpf_map__set_map_flags(opened.map("slots"), 1U << 10) == 0);
    CHECK(told(opened) == "component sampler, map slots: its flags, set through the skeleton");
  }
  SECTION("a program that is not to be loaded") {
    REQUIRE(bpf_program__set_autoload(opened.program(), false) == 0);
    CHECK(told(opened) ==
          "component sampler, program globals_in: whether it is loaded, set through the "
          "skeleton");
  }
  SECTION("a map that is not to be created") {
    REQUIRE(bpf_map__set_autocreate(opened.map("slots"), false) == 0);
    CHECK(told(opened) ==
          "component sampler, map slots: whether it is created, set through the skeleton");
  }
}

TEST_CASE("a skeleton that is not opened, or of another object, is refused", "[engine][skeleton]") {
  opened_skeleton opened{bpf_objects::globals()};
  bpf_object* none = nullptr;
  SECTION("not opened") {
    opened.get().obj = &none;
  }
  SECTION("another object") {
    const auto other = bpf_objects::guard();
    opened.get().data = const_cast<std::byte*>(other.data());
    opened.get().data_sz = other.size();
  }
  CHECK(refused(linchpin::from_skeleton("sampler", opened.get())).is(errc::invalid_argument));
}
