// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf.hpp>
#include <linchpin/testing/sandbox.hpp>

#include "many_maps.bpf.hpp"
#include "rejected.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include <net/if.h>
#include <unistd.h>

// What a caller is told who uses linchpin::bpf in a way that cannot work.

using namespace linchpin;

namespace {

constexpr std::string_view empty_text = "no descriptor (empty or moved-from)";

object opened(std::span<const std::byte> bytes) {
  object made = object::open(object_source::memory("test object", bytes)).value();
  made.ignore_declared_pins();
  return made;
}

object loaded() {
  object many = opened(bpf_objects::many_maps());
  many.load().value();
  return many;
}

map array_of(std::uint32_t entries) {
  map_spec wanted;
  wanted.name = "misused";
  wanted.type = uapi::map_type::array;
  wanted.key_size = 4;
  wanted.value_size = 8;
  wanted.max_entries = entries;
  return create_map(wanted).value();
}

bool mentions(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

template <class T>
error refused(const result<T>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

}  // namespace

TEST_CASE("a pin outside a bpffs is answered with how to mount one", "[kernel][pin]") {
  const auto box = footing::enter("bpf-misuse");
  const map live = array_of(1);
  // The first is answered with EPERM by the kernel, the second with ENOENT.
  for (const std::string& path :
       {std::string{"/tmp/linchpin_no_pin"}, std::string{"/tmp/linchpin_missing/deeper/no_pin"}}) {
    const auto told = refused(live->pin(path));
    CHECK(told.is(errc::unsupported));
    CHECK(told.found() == path + " is in no bpffs");
    CHECK(mentions(told.advice(), "mount -t bpf bpf /sys/fs/bpf"));
    CHECK(::access(path.c_str(), F_OK) != 0);

    const auto absent = refused(open_map(path));
    CHECK(absent.is(errc::not_found));
    CHECK(absent.found() == path + " is in no bpffs");
  }
  const auto missing = refused(live->pin(box.bpffs() + "/missing/pin"));
  CHECK(missing.is(errc::not_found));
  CHECK(missing.os_error() == ENOENT);
}

TEST_CASE("a pin whose name has a dot, or that has no name, is told so", "[kernel][pin]") {
  const auto box = footing::enter("bpf-misuse");
  const map live = array_of(1);
  const auto dotted = refused(live->pin(box.bpffs() + "/flows.old"));
  CHECK(dotted.is(errc::invalid_argument));
  CHECK(dotted.found() == "a name with a dot below " + box.bpffs());
  for (const auto& told : {refused(live->pin("")), refused(open_map(std::string{}))}) {
    CHECK(told.is(errc::invalid_argument));
    CHECK(told.subject() == "\"\"");
    CHECK(told.found() == "an empty path");
  }
}

TEST_CASE("an object that failed to load says that it has to be opened again", "[kernel][object]") {
  object bad = opened(bpf_objects::rejected());
  REQUIRE(refused(bad.load()).is(errc::rejected));
  CHECK_FALSE(bad.is_loaded());
  const auto again = refused(bad.load());
  CHECK(again.is(errc::busy));
  CHECK(again.found() == "an earlier load failed; open the object again");
  const auto& program = bad.spec().programs[0].name;
  CHECK(refused(bad.set_autoload(program, false)).is(errc::busy));
  CHECK(refused(bad.find_program(program)).found() == again.found());

  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.set_map_flags("recent", 1));  // an LRU map takes no BPF_F_NO_PREALLOC
  REQUIRE_FALSE(many.load());
  CHECK(refused(many.find_map("flows")).found() == again.found());
  CHECK(refused(many.set_global("verdict", std::uint32_t{1})).found() == again.found());
}

TEST_CASE("a moved-from object refuses what is asked of it", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  const object taken = std::move(many);
  // NOLINTBEGIN(bugprone-use-after-move): that is asked here
  CHECK(refused(many.load()).found() == "this one was moved from");
  CHECK(refused(many.find_map("flows")).is(errc::invalid_argument));
  CHECK(refused(many.find_program("count_and_decide")).is(errc::invalid_argument));
  CHECK(refused(many.planned_map("flows")).is(errc::invalid_argument));
  // NOLINTEND(bugprone-use-after-move)
  CHECK(refused(many.set_max_entries("flows", 1)).is(errc::invalid_argument));
  CHECK(refused(many.set_autoload("count_and_decide", false)).is(errc::invalid_argument));
  CHECK(refused(many.set_global("verdict", std::uint32_t{1})).is(errc::invalid_argument));
  CHECK_FALSE(many.autoload("count_and_decide"));
  CHECK_FALSE(many.is_loaded());
  many.ignore_declared_pins();
  CHECK(taken.planned_map("flows"));

  object third = opened(bpf_objects::many_maps());
  third = opened(bpf_objects::many_maps());
  CHECK(third.load());
}

TEST_CASE("an empty reference is told from one of another kind", "[kernel][fd]") {
  for (const auto& told :
       {refused(map_ref{}.info()), refused(program_ref{}.info()), refused(link_ref{}.info()),
        refused(map_ref{}.freeze()), refused(link_ref{}.detach()), refused(test_run({}, {}))}) {
    INFO(told.message());
    CHECK(told.is(errc::invalid_argument));
    CHECK(mentions(told.advice(), empty_text));
  }
  CHECK(refused(map_ref{}.duplicate()).found() == empty_text);
  CHECK(refused(map_ref{}.pin("/sys/fs/bpf/linchpin_no_pin")).found() == empty_text);
  object many = opened(bpf_objects::many_maps());
  const auto reused = refused(many.reuse_compared_map("flows", map_ref{}));
  CHECK(reused.is(errc::invalid_argument));
  CHECK(mentions(reused.advice(), empty_text));
}

TEST_CASE("a moved-from ring buffer has nothing to consume", "[kernel][ring_buffer]") {
  const map_spec wanted{.name = "samples", .type = uapi::map_type::ringbuf, .max_entries = 4096};
  const map live = create_map(wanted).value();
  auto first = linchpin::ring_buffer::over(live, [](std::span<const std::byte>) {}).value();
  auto second = std::move(first);
  // NOLINTBEGIN(bugprone-use-after-move, clang-analyzer-cplusplus.Move): that is asked here
  CHECK(refused(first.consume()).found() == empty_text);
  CHECK(refused(first.poll(std::chrono::milliseconds{0})).is(errc::invalid_argument));
  CHECK_FALSE(first.readiness());
  // NOLINTEND(bugprone-use-after-move, clang-analyzer-cplusplus.Move)
  CHECK(second.consume().value() == 0);
}

TEST_CASE("a global that is not there is answered with those that are", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  const auto told = refused(many.set_global("verdikt", std::uint32_t{1}));
  CHECK(told.is(errc::not_found));
  CHECK(mentions(told.found(), "verdict"));
}

TEST_CASE("what a reused map would lose is refused", "[kernel][object]") {
  const object first = loaded();
  object second = opened(bpf_objects::many_maps());
  REQUIRE(second.reuse_map("numbers", first.find_map("numbers").value()));
  CHECK(refused(second.set_max_entries("numbers", 5)).is(errc::busy));
  CHECK(refused(second.set_map_flags("numbers", 1)).is(errc::busy));
  REQUIRE(second.reuse_compared_map(".rodata", first.find_map(".rodata").value()));
  const auto told = refused(second.set_global("verdict", std::uint32_t{1}));
  CHECK(told.is(errc::busy));
  CHECK(mentions(told.advice(), "before reuse_map"));
  CHECK(second.load());
}

TEST_CASE("a map of globals does not take another map in its place", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  const auto planned = many.planned_map(".rodata").value();
  const auto size_of_live = planned.value_size == 8 ? 2U : 1U;
  const map live = array_of(size_of_live);
  const auto told = refused(many.reuse_compared_map(".rodata", live));
  CHECK(told.is(errc::layout_mismatch));
  CHECK(many.load());
}

TEST_CASE("freezing a frozen map is busy", "[kernel][map]") {
  const map live = array_of(1);
  REQUIRE(live->freeze());
  const auto again = refused(live->freeze());
  CHECK(again.is(errc::busy));
  CHECK(again.found() == "it is frozen already");
}

TEST_CASE("an index beyond the end of an array is told so", "[kernel][map]") {
  const map live = array_of(2);
  const auto bytes = raw_map::over(live).value();
  const std::uint32_t index = 2;
  const std::uint64_t value = 1;
  const auto told = refused(
      bytes.update(std::as_bytes(std::span{&index, 1}), std::as_bytes(std::span{&value, 1})));
  CHECK(told.is(errc::full));
  CHECK(mentions(told.advice(), "an array that ends before this index"));
}

TEST_CASE("an interface that is not there is named by its number", "[kernel][link]") {
  const auto box = footing::enter("bpf-misuse");
  const object many = loaded();
  const ifindex nowhere{4711};
  const auto expected_text = "no interface with number 4711 in this network namespace";
  const typed_program xdp{.program = many.find_program("count_and_decide").value(),
                          .expected_attach_type = uapi::attach_type::xdp};
  const auto told = refused(attach_xdp(xdp, nowhere, xdp_mode::generic));
  CHECK(told.is(errc::not_found));
  CHECK(told.found() == expected_text);
  CHECK(told.subject() == "interface 4711, xdp");

  const typed_program tc{.program = many.find_program("count_at_ingress").value(),
                         .expected_attach_type = uapi::attach_type::tcx_ingress};
  const auto with_tcx = refused(attach_tcx(tc, nowhere, uapi::attach_type::tcx_ingress));
  CHECK(with_tcx.found() == expected_text);
}

TEST_CASE("an XDP program for another attach type is refused before an update", "[kernel][link]") {
  const auto box = footing::enter("bpf-misuse");
  object other = opened(bpf_objects::many_maps());
  // BPF_XDP_DEVMAP
  constexpr uapi::attach_type for_devmap{33};
  REQUIRE(other.set_expected_attach_type("count_and_decide", for_devmap));
  REQUIRE(other.load());
  const object many = loaded();
  const program_ref running = many.find_program("count_and_decide").value();
  const linchpin::link made = attach_xdp({running, uapi::attach_type::xdp},
                                         ifindex{::if_nametoindex("lo")}, xdp_mode::generic)
                                  .value();
  const auto told =
      refused(made->update({other.find_program("count_and_decide").value(), for_devmap}, running));
  CHECK(told.is(errc::wrong_type));
  CHECK(told.expected() == "a program for xdp");
  CHECK(mentions(told.found(), "for xdp_devmap"));
  CHECK(made->info().value().program == running.info().value().id);
}

TEST_CASE("requests can be written with the names of what they set", "[kernel][link]") {
  const object many = loaded();
  const program_ref xdp = many.find_program("count_and_decide").value();
  const std::array<std::byte, 64> packet{};
  CHECK(test_run(xdp, {.packet = packet}));
  CHECK(test_run(xdp, {.packet = packet, .repeat = 2}));
  const link_request request{.what = {.program = xdp}, .target = 4711};
  CHECK_FALSE(create_link(request));
}
