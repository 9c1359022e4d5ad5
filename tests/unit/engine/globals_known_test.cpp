// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "kept_values.bpf.hpp"
#include "kept_values_v2.bpf.hpp"
#include "shapes.hpp"

// Variables about which the compiler knows more than their types say, and what the ELF tells of others.

using namespace engine_test;
using linchpin::errc;

namespace {

linchpin::desired_component keeping(
    std::span<const std::byte> object = bpf_objects::kept_values()) {
  linchpin::desired_component made{"sampler", elf(object)};
  made.attach("kept_values_in", linchpin::hook::tcx_ingress{"eth0"});
  return made;
}

}  // namespace

TEST_CASE("a static array to which nothing is stored is a constant", "[engine][globals]") {
  const auto weights = variable_of(bpf_objects::kept_values(), "weights");
  REQUIRE(weights.map == ".rodata");
  CHECK(weights.constant);
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto made = keeping();
  made.global("weights", std::array<std::uint32_t, 5>{9, 9, 9, 9, 9});
  const auto told = refused(edge.plan({made}));
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.found().starts_with("a constant, of which the compiler may have put any part"));
}

TEST_CASE("a static variable is set where it is volatile alone", "[engine][globals]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto made = keeping();
  made.global("turn", 6u);
  const auto told = refused(edge.plan({made}));
  INFO(told.message());
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.advice() == "declare it volatile in the source, or not static");
  made = keeping();
  made.global("watched_turn", 6u);
  must(edge.apply({made}));
  CHECK(variable<std::uint32_t>(edge, kernel, bpf_objects::kept_values(), "watched_turn") == 6);
}

TEST_CASE("a static variable that cannot be set is carried", "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({keeping()}));
  write_variable(edge, kernel, bpf_objects::kept_values(), "turn", std::uint32_t{2});
  must(edge.apply({keeping(bpf_objects::kept_values_v2())}));
  CHECK(variable<std::uint32_t>(edge, kernel, bpf_objects::kept_values_v2(), "turn") == 2);
}

TEST_CASE("a hidden variable is no static one", "[engine][globals][carry]") {
  CHECK_FALSE(variable_of(bpf_objects::kept_values(), "hidden_level").reshaped);
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto made = keeping();
  made.global("hidden_level", std::uint8_t{4});
  must(edge.apply({made}));
  const auto object = bpf_objects::kept_values();
  CHECK(variable<std::uint8_t>(edge, kernel, object, "hidden_level") == 4);
  must(edge.apply({keeping()}));
  write_variable(edge, kernel, object, "hidden_level", std::uint8_t{9});
  const auto next = bpf_objects::kept_values_v2();
  must(edge.apply({keeping(next)}));
  CHECK(variable<std::uint8_t>(edge, kernel, next, "hidden_level") == 9);
}

TEST_CASE("a plan says which running value a variable that is set does not keep",
          "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto made = keeping();
  made.global("wide", std::uint64_t{1000});
  const auto first = must(edge.plan({made})).text();
  CHECK_FALSE(says(first, "starts at"));
  must(edge.apply({made}));
  check_nothing_to_plan(edge, {made});
  auto next = keeping(bpf_objects::kept_values_v2());
  next.global("wide", std::uint64_t{1000});
  CHECK(says(must(edge.plan({next})).text(),
             "  not carried wide: set by the component, starts at 1000\n"));
}

TEST_CASE("a pointer with a tag that means nothing to the kernel keeps nothing from being mapped",
          "[engine][globals][carry]") {
  const auto field = [](std::string type) {
    return linchpin::is_tagged_address({"value.told", std::move(type), 0, 64});
  };
  CHECK(field("struct task_struct *__kptr"));
  CHECK(field("struct task_struct *__kptr_untrusted[4]"));
  CHECK(field("struct cell *__percpu_kptr"));
  CHECK(field("struct cell *__uptr"));
  CHECK_FALSE(field("unsigned int *__user"));
  CHECK_FALSE(field("unsigned int *__kptr_of_ours"));
  CHECK_FALSE(field("unsigned int *"));
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({keeping()}));
  const auto text = must(edge.plan({keeping(bpf_objects::kept_values_v2())})).text();
  INFO(text);
  CHECK(says(text, ".data.tagged: copy"));
  CHECK_FALSE(says(text, "copied once"));
}
