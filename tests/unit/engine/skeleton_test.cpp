// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/skeleton.hpp>

#include <array>
#include <cstdarg>

#include "../../support/opened_skeleton.hpp"
#include "globals.hpp"
#include "kept_values.bpf.hpp"
#include "many_maps.bpf.hpp"
#include "outer.bpf.hpp"
#include "references.bpf.hpp"

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
  opened.set("table", std::array<std::uint32_t, 4>{9, 8, 7, 6});
  opened.set("prefix", prefix{{10, 1, 0}, 16});
  REQUIRE(bpf_map__set_max_entries(opened.map("slots"), 32) == 0);
  const auto made = sampler_from(opened);
  REQUIRE(made.globals().size() == 5);
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
  again.set("table", std::array<std::uint32_t, 4>{9, 8, 7, 6});
  again.set("prefix", prefix{{10, 1, 0}, 16});
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
  SECTION("what is special to the type of a map") {
    REQUIRE(bpf_map__set_map_extra(opened.map("slots"), 3) == 0);
    CHECK(told(opened).starts_with("component sampler, map slots: what is special to its type"));
  }
  SECTION("the NUMA node of a map") {
    REQUIRE(bpf_map__set_numa_node(opened.map("slots"), 1) == 0);
    CHECK(told(opened) == "component sampler, map slots: its NUMA node, set through the skeleton");
  }
  SECTION("the interface of a map") {
    REQUIRE(bpf_map__set_ifindex(opened.map("slots"), 7) == 0);
    CHECK(told(opened) == "component sampler, map slots: its interface, set through the skeleton");
  }
  SECTION("the pin of a map") {
    REQUIRE(bpf_map__set_pin_path(opened.map("slots"), "/sys/fs/bpf/slots") == 0);
    CHECK(told(opened) ==
          "component sampler, map slots: the path of its pin, set through the skeleton");
  }
  SECTION("flags of a program") {
    REQUIRE(bpf_program__set_flags(opened.program(), BPF_F_TEST_RND_HI32) == 0);
    CHECK(told(opened) ==
          "component sampler, program globals_in: its flags, set through the skeleton");
  }
  SECTION("the attach type of a program") {
    REQUIRE(bpf_program__set_expected_attach_type(opened.program(), BPF_XDP_CPUMAP) == 0);
    CHECK(told(opened) ==
          "component sampler, program globals_in: its attach type, set through the skeleton");
  }
  SECTION("the instructions of a program") {
    auto* const program = opened.program();
    const auto count = bpf_program__insn_cnt(program);
    std::vector<bpf_insn> code{bpf_program__insns(program), bpf_program__insns(program) + count};
    code.front().imm ^= 1;
    REQUIRE(bpf_program__set_insns(program, code.data(), count) == 0);
    CHECK(told(opened) ==
          "component sampler, program globals_in: its instructions, set through the skeleton");
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

TEST_CASE("what was set beside the variables of a section is refused", "[engine][skeleton]") {
  opened_skeleton opened{bpf_objects::kept_values()};
  opened.set("wide", std::uint64_t{3});
  CHECK(must(linchpin::from_skeleton("sampler", opened.get())).globals().size() == 1);
  std::size_t size = 0;
  auto* const bytes = static_cast<std::byte*>(
      const_cast<void*>(bpf_map__initial_value(opened.map(".data.loose"), &size)));
  REQUIRE(size == 16);
  bytes[1] = std::byte{1};
  const auto told = refused(linchpin::from_skeleton("sampler", opened.get()));
  CHECK(told.is(errc::unsupported));
  CHECK(told.found() == "what is in no variable of it, set through the skeleton");
}

TEST_CASE("where a pin that the object declares would be made says nothing", "[engine][skeleton]") {
  opened_skeleton opened{bpf_objects::many_maps()};
  REQUIRE(bpf_map__set_pin_path(opened.map("linchpin_test_pinned"), "/sys/fs/bpf/elsewhere") == 0);
  CHECK(linchpin::from_skeleton("sampler", opened.get()));
}

TEST_CASE("nothing is printed while a skeleton is taken", "[engine][skeleton]") {
  static int lines = 0;
  lines = 0;
  opened_skeleton opened{bpf_objects::references()}, whole{bpf_objects::outer()};
  REQUIRE(bpf_map__set_inner_map_fd(opened.map("sides"), 0) == 0);
  REQUIRE(bpf_map__set_inner_map_fd(whole.map("outer"), 0) == 0);
  const auto former = libbpf_set_print([](libbpf_print_level, const char*, va_list) {
    ++lines;
    return 0;
  });
  CHECK_FALSE(linchpin::from_skeleton("sampler", opened.get()));
  CHECK_FALSE(linchpin::from_skeleton("sampler", whole.get()));
  libbpf_set_print(former);
  CHECK(lines == 0);
}

TEST_CASE("inner maps that a skeleton was given are refused", "[engine][skeleton]") {
  const auto found = [](opened_skeleton& opened) {
    const auto made = refused(linchpin::from_skeleton("sampler", opened.get()));
    CHECK(made.is(errc::unsupported));
    return std::string{made.found()};
  };
  SECTION("another one than is declared") {
    opened_skeleton opened{bpf_objects::references()};
    CHECK(linchpin::from_skeleton("sampler", opened.get()));
    REQUIRE(bpf_map__set_inner_map_fd(opened.map("sides"), 0) == 0);
    CHECK(found(opened) == "an inner map, set through the skeleton");
  }
  SECTION("the declared one with other entries") {
    opened_skeleton opened{bpf_objects::references()};
    REQUIRE(bpf_map__set_value_size(bpf_map__inner_map(opened.map("sides")), 16) == 0);
    CHECK(found(opened) == "its inner map, set through the skeleton");
  }
  SECTION("where none is declared") {
    opened_skeleton opened{bpf_objects::outer()};
    CHECK(linchpin::from_skeleton("sampler", opened.get()));
    REQUIRE(bpf_map__set_inner_map_fd(opened.map("outer"), 0) == 0);
    CHECK(found(opened) == "an inner map, set through the skeleton");
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
