// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "format_1_bytes.hpp"
#include "format_2_bytes.hpp"
#include "format_3_bytes.hpp"
#include "samples.hpp"
#include "store/envelope.hpp"

using namespace linchpin;
using namespace store_test;

namespace {

// Each kind of record with its decoder, for properties that hold for all of them.
struct of_manifest {
  static manifest sample() { return sample_manifest(); }
  static auto decode(std::span<const std::byte> bytes) { return decode_manifest(bytes); }
  static constexpr auto kind = detail::manifest_kind;
};
struct of_component {
  static component_record sample() { return sample_record(); }
  static auto decode(std::span<const std::byte> bytes) { return decode_component(bytes); }
  static constexpr auto kind = detail::component_kind;
};
struct of_component_with_globals {
  static component_record sample() { return sample_record_with_globals(); }
  static auto decode(std::span<const std::byte> bytes) { return decode_component(bytes); }
  static constexpr auto kind = detail::component_kind;
};
struct of_journal_with_globals {
  static journal sample() { return sample_journal_with_globals(); }
  static auto decode(std::span<const std::byte> bytes) { return decode_journal(bytes); }
  static constexpr auto kind = detail::journal_kind;
};
struct of_journal {
  static journal sample() { return sample_journal(); }
  static auto decode(std::span<const std::byte> bytes) { return decode_journal(bytes); }
  static constexpr auto kind = detail::journal_kind;
};

std::vector<std::byte> sealed_as(std::vector<std::byte> bytes, detail::record_kind kind) {
  detail::seal(kind, bytes);
  return bytes;
}

}  // namespace

TEMPLATE_TEST_CASE("a record reads back as it was written", "[store][record]", of_manifest,
                   of_component, of_component_with_globals, of_journal, of_journal_with_globals) {
  const auto sample = TestType::sample();
  CHECK(TestType::decode(encode(sample)).value() == sample);
  const decltype(sample) empty{};
  CHECK(TestType::decode(encode(empty)).value() == empty);
}

TEMPLATE_TEST_CASE("any flipped bit of a record is noticed as damage", "[store][record]",
                   of_manifest, of_component, of_component_with_globals, of_journal,
                   of_journal_with_globals) {
  const auto good = encode(TestType::sample());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto damaged = good;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    INFO("bit " << bit);
    const auto read = TestType::decode(damaged);
    REQUIRE_FALSE(read);
    REQUIRE(read.error().is(errc::bad_format));
  }
}

TEMPLATE_TEST_CASE("a record that was cut short or has a tail is noticed", "[store][record]",
                   of_manifest, of_component, of_component_with_globals, of_journal,
                   of_journal_with_globals) {
  const auto good = encode(TestType::sample());
  for (std::size_t length = 0; length < good.size(); ++length) {
    INFO("length " << length);
    const auto cut = TestType::decode(std::span{good}.first(length));
    REQUIRE_FALSE(cut);
    REQUIRE(cut.error().is(errc::bad_format));
  }
  auto longer = good;
  longer.push_back(std::byte{0});
  CHECK(TestType::decode(longer).error().is(errc::bad_format));
}

// Whoever can write the store can also make the checksum right.
TEMPLATE_TEST_CASE("a record whose payload ends early is an error even with the right checksum",
                   "[store][record]", of_manifest, of_component, of_component_with_globals,
                   of_journal, of_journal_with_globals) {
  const auto good = encode(TestType::sample());
  for (std::size_t length = detail::envelope_size; length < good.size(); ++length) {
    const std::vector<std::byte> cut(good.begin(),
                                     good.begin() + static_cast<std::ptrdiff_t>(length));
    INFO("length " << length);
    REQUIRE(TestType::decode(sealed_as(cut, TestType::kind)).error().is(errc::bad_format));
  }
  auto longer = good;
  longer.push_back(std::byte{0});
  CHECK(TestType::decode(sealed_as(longer, TestType::kind)).error().is(errc::bad_format));
}

TEMPLATE_TEST_CASE("an undamaged record of a newer format names both formats", "[store][record]",
                   of_manifest, of_component, of_component_with_globals, of_journal,
                   of_journal_with_globals) {
  const auto& kind = TestType::kind;
  const auto newer = sealed_as(encode(TestType::sample()), {kind.magic, 7, kind.name});
  const auto told = TestType::decode(newer);
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::newer_format));
  const auto expected = kind.oldest == 0 ? "format " + std::to_string(kind.format)
                                         : "formats " + std::to_string(kind.oldest) + " to " +
                                               std::to_string(kind.format);
  CHECK(told.error().expected() == expected);
  CHECK(told.error().found() == "format 7");
}

TEST_CASE("a record of one kind is not taken for another", "[store][record]") {
  CHECK(decode_manifest(encode(journal{})).error().is(errc::bad_format));
  CHECK(decode_manifest(encode(component_record{})).error().is(errc::bad_format));
  CHECK(decode_journal(encode(manifest{})).error().is(errc::bad_format));
  CHECK(decode_component(encode(journal{})).error().is(errc::bad_format));
  CHECK(decode_manifest(std::as_bytes(std::span{format_1::manifest_1_bytes}))
            .error()
            .is(errc::bad_format));
}

TEST_CASE("a journal of an unknown phase is an error", "[store][journal]") {
  auto odd = sample_journal();
  odd.phase = journal_phase{3};
  CHECK(decode_journal(encode(odd)).error().is(errc::bad_format));
  odd.phase = journal_phase{0};
  CHECK(decode_journal(encode(odd)).error().is(errc::bad_format));
}

TEST_CASE("a record has the oldest format that holds all of it", "[store][record]") {
  const auto format_of = [](const std::vector<std::byte>& record) { return record[4]; };
  CHECK(format_of(encode(sample_record())) == std::byte{2});
  CHECK(format_of(encode(sample_journal())) == std::byte{2});
  CHECK(format_of(encode(sample_record_with_globals())) == std::byte{3});
  CHECK(format_of(encode(sample_journal_with_globals())) == std::byte{3});
  auto retiring = sample_journal();
  retiring.changes.front().others = {sample_generation_with_globals(2)};
  CHECK(format_of(encode(retiring)) == std::byte{3});
  CHECK(decode_journal(encode(retiring)).value() == retiring);
  auto described = sample_record();
  described.generations.back().layouts = layout_version;
  CHECK(format_of(encode(described)) == std::byte{3});
  CHECK(decode_component(encode(described)).value() == described);
  auto filled = sample_record();
  filled.generations.back().maps.front().filled = linchpin::filled_by_function;
  CHECK(format_of(encode(filled)) == std::byte{3});
  auto prepared = sample_record();
  prepared.generations.back().prepared = true;
  CHECK(format_of(encode(prepared)) == std::byte{3});
}

// An earlier linchpin wrote layouts in other words. Which ones, its records do not say.
TEST_CASE("records of format 2 are read as an earlier linchpin wrote them", "[store][record]") {
  const auto component = std::as_bytes(std::span{format_2::component_2_bytes});
  const auto read = decode_component(component).value();
  CHECK(read == sample_record());
  CHECK(read.generations.back().layouts == 1);
  const auto journal = std::as_bytes(std::span{format_2::journal_2_bytes});
  CHECK(decode_journal(journal).value() == sample_journal());
  CHECK(std::ranges::equal(encode(sample_record()), component));
  CHECK(std::ranges::equal(encode(sample_journal()), journal));
}

TEST_CASE("records of format 3 are what they were", "[store][record]") {
  const auto component = std::as_bytes(std::span{format_3::component_3_bytes});
  CHECK(decode_component(component).value() == sample_record_with_globals());
  const auto journal = std::as_bytes(std::span{format_3::journal_3_bytes});
  CHECK(decode_journal(journal).value() == sample_journal_with_globals());
  CHECK(std::ranges::equal(encode(sample_record_with_globals()), component));
  CHECK(std::ranges::equal(encode(sample_journal_with_globals()), journal));
}

// The bytes are persistent: a later linchpin must read what this one wrote.
TEST_CASE("format 2 of the manifest is what it was", "[store][record]") {
  manifest small;
  small.serial = 1;
  small.policies = {"a/1"};
  small.components = {"fw"};
  std::string hex;
  for (const auto byte : encode(small)) {
    constexpr char digits[] = "0123456789abcdef";
    hex += digits[static_cast<unsigned>(byte) >> 4];
    hex += digits[static_cast<unsigned>(byte) & 15];
  }
  CHECK(hex.substr(0, 32) == "314c504d020000001d00000000000000");
  CHECK(hex.substr(48) ==
        "0100000000000000"
        "01000000"
        "03000000"
        "612f31"
        "01000000"
        "02000000"
        "6677");
}

TEST_CASE("a component record finds what is in it", "[store][record]") {
  const auto record = sample_record();
  REQUIRE(record.running() != nullptr);
  CHECK(record.running()->number == generation{3});
  CHECK(record.find_generation({2}) == &record.generations[0]);
  CHECK(record.find_generation({1}) == nullptr);
  const auto& running = *record.running();
  CHECK(running.find_program("fw_connect") == &running.programs[1]);
  CHECK(running.find_program(program_id{57}) == &running.programs[0]);
  CHECK(running.find_program("fw") == nullptr);
  CHECK(running.find_map(".rodata") == &running.maps[1]);
  CHECK(component_record{}.running() == nullptr);
}

TEST_CASE("an absent program id matches no program", "[store][record]") {
  generation_record unknown;
  unknown.programs.resize(1);
  CHECK(unknown.find_program(program_id{}) == nullptr);
}
