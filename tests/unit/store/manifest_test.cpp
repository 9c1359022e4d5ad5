// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/store/journal.hpp>
#include <linchpin/store/manifest.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>
#include <string>

using namespace linchpin;

namespace {

attachment_record sample_attachment() {
  return {"tcx_ingress",
          "eth0",
          "fw_ingress",
          mechanism::tcx,
          {target_kind::interface, 7, netns_inode{4026531840}},
          {link_id{17}, 3, 9},
          2,
          -10};
}

manifest sample() {
  manifest made;
  made.serial = 41;
  made.policies = {"order.priority/1", "sizing.declared/1"};
  component_record component;
  component.name = "firewall";
  component.generation = {3};
  component.digest = 0x0123456789abcdef;
  component.next_slot = 5;
  component.programs = {{"fw_ingress",
                         uapi::program_type::sched_cls,
                         uapi::attach_type::tcx_ingress,
                         program_id{57},
                         {1, 2, 3, 4, 5, 6, 7, 8}}};
  map_spec map{"blocked", uapi::map_type::hash, 4, 8, 1024, 1, false, {}};
  map.layout = {{"key", "unsigned int", 0, 32}, {"value.packets", "unsigned long long", 0, 64}};
  component.maps = {{map, map_id{12}}};
  component.attachments = {sample_attachment()};
  made.components = {component};
  return made;
}

}  // namespace

TEST_CASE("a manifest reads back as it was written", "[store][manifest]") {
  CHECK(decode_manifest(encode(sample())).value() == sample());
  CHECK(decode_manifest(encode(manifest{})).value() == manifest{});
}

TEST_CASE("a journal reads back as it was written", "[store][journal]") {
  journal made{
      42,
      {{"firewall", {3}, {4}, {sample_attachment()}, {sample_attachment(), sample_attachment()}}}};
  CHECK(decode_journal(encode(made)).value() == made);
}

TEST_CASE("any damaged byte of a manifest is noticed", "[store][manifest]") {
  const auto good = encode(sample());
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto damaged = good;
    damaged[i] ^= std::byte{0x40};
    INFO("byte " << i);
    REQUIRE_FALSE(decode_manifest(damaged));
  }
}

TEST_CASE("a manifest that was cut short is noticed at every length", "[store][manifest]") {
  const auto good = encode(sample());
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto cut = decode_manifest(std::span{good}.first(length));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().is(errc::bad_format));
  }
}

TEST_CASE("a journal is not taken for a manifest", "[store][manifest]") {
  CHECK(decode_manifest(encode(journal{})).error().is(errc::bad_format));
}

TEST_CASE("a manifest of a newer format names both formats", "[store][manifest]") {
  auto newer = encode(sample());
  const std::uint32_t format = 7;
  std::memcpy(newer.data() + 4, &format, sizeof format);
  const auto told = decode_manifest(newer);
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::newer_format));
  CHECK(told.error().expected() == "format 1 or older");
  CHECK(told.error().found() == "format 7");
}

// The bytes are persistent: this linchpin must read what an earlier one of format 1 wrote.
TEST_CASE("format 1 is what it was", "[store][manifest]") {
  manifest small;
  small.serial = 1;
  small.policies = {"a/1"};
  const auto bytes = encode(small);
  std::string hex;
  for (const auto byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    hex += digits[static_cast<unsigned>(byte) >> 4];
    hex += digits[static_cast<unsigned>(byte) & 15];
  }
  CHECK(hex.substr(0, 32) == "314c504d010000001700000000000000");
  CHECK(hex.substr(48) ==
        "0100000000000000"
        "01000000"
        "03000000"
        "612f31"
        "00000000");
}
