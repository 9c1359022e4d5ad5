// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include "grow.bpf.hpp"
#include "many_maps.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <linux/bpf.h>
#include <bpf/bpf.h>

using namespace linchpin;

namespace {

object opened(std::span<const std::byte> bytes) {
  object made = object::open(object_source::memory("test object", bytes)).value();
  made.ignore_declared_pins();
  return made;
}

std::uint64_t counter(const object& of, std::uint32_t slot) {
  return typed_map<std::uint32_t, std::uint64_t>::over(of.find_map("counters").value())
      .value()
      .lookup(slot)
      .value()
      .value();
}

std::array<std::byte, 60> packet_of(unsigned char filler) {
  std::array<std::byte, 60> packet{};
  packet.fill(std::byte{filler});
  return packet;
}

}  // namespace

TEST_CASE("a run returns the verdict and what the program did", "[kernel][test_run]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.set_global("verdict", std::uint32_t{XDP_DROP}));
  REQUIRE(many.load());
  const auto packet = packet_of(7);
  test_run_request request;
  request.packet = packet;
  request.repeat = 25;
  const auto outcome = test_run(many.find_program("count_and_decide").value(), request).value();
  CHECK(outcome.verdict == XDP_DROP);
  CHECK(std::equal(packet.begin(), packet.end(), outcome.packet.begin(), outcome.packet.end()));
  CHECK(counter(many, 0) == 25);
}

TEST_CASE("two values of a global make two programs", "[kernel][test_run]") {
  const auto packet = packet_of(0);
  test_run_request request;
  request.packet = packet;
  for (const std::uint32_t verdict : {XDP_PASS, XDP_TX}) {
    object many = opened(bpf_objects::many_maps());
    REQUIRE(many.set_global("verdict", verdict));
    REQUIRE(many.load());
    CHECK(test_run(many.find_program("count_and_decide").value(), request).value().verdict ==
          verdict);
  }
}

TEST_CASE("the packet comes back as the program left it", "[kernel][test_run]") {
  object grow = opened(bpf_objects::grow());
  REQUIRE(grow.load());
  const auto program = grow.find_program("grow_by_32").value();
  const auto packet = packet_of(9);
  test_run_request request;
  request.packet = packet;
  const auto outcome = test_run(program, request).value();
  CHECK(outcome.packet.size() == packet.size() + 32);
  CHECK(outcome.packet.front() == std::byte{9});

  request.growth = 31;
  const auto too_large = test_run(program, request);
  REQUIRE_FALSE(too_large);
  CHECK(too_large.error().is(errc::full));
  CHECK(too_large.error().found() == "92 bytes");
}

TEST_CASE("a context goes in and comes out", "[kernel][test_run]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.load());
  const auto packet = packet_of(0);
  __sk_buff context{};
  context.mark = 42;
  test_run_request request;
  request.packet = packet;
  request.context = std::as_bytes(std::span{&context, 1});
  const auto outcome = test_run(many.find_program("count_at_ingress").value(), request).value();
  CHECK(outcome.verdict == 0);
  // As much as this kernel knows of the structure.
  CHECK(outcome.context.size() <= sizeof context);
  REQUIRE(outcome.context.size() >= offsetof(__sk_buff, mark) + sizeof context.mark);
  CHECK(reinterpret_cast<const __sk_buff*>(outcome.context.data())->mark == 42);
}

TEST_CASE("a type that cannot be run so is unsupported", "[kernel][test_run]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.load());
  const auto packet = packet_of(0);
  test_run_request request;
  request.packet = packet;
  const auto outcome = test_run(many.find_program("allow_connect4").value(), request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().is(errc::unsupported));
  CHECK_FALSE(outcome.error().advice().empty());
}

TEST_CASE("a packet shorter than an Ethernet header is refused", "[kernel][test_run]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.load());
  const std::array<std::byte, 13> packet{};
  test_run_request request;
  request.packet = packet;
  const auto outcome = test_run(many.find_program("count_and_decide").value(), request);
  if (outcome) SKIP("no least packet length: this kernel runs XDP programs on packets of 13 bytes");
  CHECK(outcome.error().is(errc::invalid_argument));
  CHECK(outcome.error().advice().find("14 bytes") != std::string_view::npos);
}

namespace {

// A program of instructions that libbpf does not know a section for.
program loaded_code(bpf_prog_type type, std::span<const bpf_insn> code, std::uint32_t flags) {
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.prog_flags = flags;
  const int fd = ::bpf_prog_load(type, "lp_code", "GPL", code.data(), code.size(), &options);
  if (fd < 0) SKIP("no such programs: syscall ones came with Linux 5.14");
  return program::adopt(unique_fd::adopt(fd));
}

constexpr bpf_insn leave{BPF_JMP | BPF_EXIT, 0, 0, 0, 0};

}  // namespace

TEST_CASE("a syscall program writes into its context, and the caller's stays as it was",
          "[kernel][test_run]") {
  const bpf_insn code[] = {{BPF_ST | BPF_MEM | BPF_W, BPF_REG_1, 0, 4, 7},
                           {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 3},
                           leave};
  const auto made = loaded_code(BPF_PROG_TYPE_SYSCALL, code, BPF_F_SLEEPABLE);
  const std::array<std::uint32_t, 2> context{1, 2};
  const auto outcome = test_run(made, {.context = std::as_bytes(std::span{context})}).value();
  CHECK(outcome.verdict == 3);
  const std::array<std::uint32_t, 2> expected{1, 7};
  const auto bytes = std::as_bytes(std::span{expected});
  CHECK(std::equal(bytes.begin(), bytes.end(), outcome.context.begin(), outcome.context.end()));
  CHECK(context[1] == 2);
}

TEST_CASE("a raw tracepoint program takes a context and gives none back", "[kernel][test_run]") {
  const bpf_insn code[] = {{BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_0, BPF_REG_1, 8, 0}, leave};
  const auto made = loaded_code(BPF_PROG_TYPE_RAW_TRACEPOINT, code, 0);
  const std::array<std::uint64_t, 2> context{5, 9};
  const auto outcome = test_run(made, {.context = std::as_bytes(std::span{context})}).value();
  CHECK(outcome.verdict == 9);
  CHECK(outcome.context.empty());
}
