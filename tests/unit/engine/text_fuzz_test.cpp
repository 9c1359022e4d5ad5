// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/plan_form.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../support/property/chooser.hpp"
#include "text_samples.hpp"

// Damaged texts. Whatever reads, writes back and reads as the same; whatever does not, says why.
// A failure prints LINCHPIN_SEED=<seed>, which replays it.

using namespace linchpin;
using namespace text_test;
using property::chooser;

namespace {

constexpr std::size_t mutations_each = 10'000;

std::vector<std::string> lines_of_text(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

void change_byte(std::string& text, chooser& chance) {
  constexpr std::string_view telling = " \n\"\\#,-0129xa_./\x01\xff";
  auto& byte = text[chance.below(text.size())];
  byte = chance.chance(50) ? static_cast<char>(chance.below(256))
                           : telling[chance.below(telling.size())];
}

void inflate_number(std::string& text, chooser& chance) {
  constexpr std::string_view digits = "0123456789";
  const auto at = text.find_first_of(digits, chance.below(text.size()));
  if (at == std::string::npos) return;
  static const std::vector<std::string> large{"65536",
                                              "4294967295",
                                              "4294967296",
                                              "2147483648",
                                              "18446744073709551615",
                                              "18446744073709551616",
                                              "99999999999999999999999"};
  text.replace(at, text.find_first_not_of(digits, at) - at, chance.one_of(large));
}

void change_lines(std::string& text, chooser& chance) {
  auto lines = lines_of_text(text);
  const auto at = static_cast<std::ptrdiff_t>(chance.below(lines.size()));
  const auto other = chance.below(lines.size());
  switch (chance.below(3)) {
    case 0:
      lines.erase(lines.begin() + at);
      break;
    case 1: {
      const auto copy = lines[other];
      lines.insert(lines.begin() + at, copy);
      break;
    }
    default:
      std::swap(lines[static_cast<std::size_t>(at)], lines[other]);
  }
  text = joined(lines);
}

std::string mutated(std::string text, chooser& chance) {
  for (auto count = 1 + chance.below(3); count != 0 && !text.empty(); --count) {
    switch (chance.below(8)) {
      case 0:
        text.resize(chance.below(text.size()));
        break;
      case 1:
        inflate_number(text, chance);
        break;
      case 2:
      case 3:
      case 4:
        change_lines(text, chance);
        break;
      default:
        change_byte(text, chance);
    }
  }
  return text;
}

// Whether all of a text is kept when it reads.
bool says_all(const std::string& text) {
  if (text.find('#') != std::string::npos) return false;
  for (const auto& line : lines_of_text(text)) {
    if (line.find_first_not_of(" \n") == std::string::npos) return false;
  }
  return true;
}

// returns: how many of the texts read
template <class Read>
std::size_t fuzz(const std::string& good, std::uint64_t seed, Read read) {
  chooser chance{seed};
  std::size_t read_count = 0;
  for (std::size_t i = 0; i < mutations_each; ++i) {
    const auto text = mutated(good, chance);
    INFO("replay: LINCHPIN_SEED=" << seed << ", mutation " << i << ":\n" << text);
    const auto value = read(text);
    if (!value) {
      const auto& told = value.error();
      const bool known =
          told.is(errc::bad_format) || told.is(errc::newer_format) || told.is(errc::not_found);
      if (!known || told.expected().empty() || told.found().empty() || told.subject().empty())
        FAIL(told.message());
      continue;
    }
    ++read_count;
    const auto written = write_text(*value);
    const auto again = read(written);
    if (!again) FAIL("does not read again: " << again.error().message() << "\n" << written);
    if (!(*again == *value)) FAIL("reads as something else:\n" << written);
    if (says_all(text) && written != text) FAIL("has another text:\n" << written);
  }
  return read_count;
}

}  // namespace

TEST_CASE("a damaged desired state reads as what it says or not at all", "[engine][text]") {
  const auto sources = sample_sources();
  for (const auto seed : property::seeds(1)) {
    const auto read = fuzz(write_text(sample_desired()), seed,
                           [&](const std::string& text) { return read_desired(text, sources); });
    CHECK(read > mutations_each / 20);
    CHECK(read < mutations_each);
  }
}

TEST_CASE("a damaged plan reads as what it says or not at all", "[engine][text]") {
  for (const auto seed : property::seeds(1)) {
    const auto read = fuzz(write_text(sample_plan()), seed,
                           [](const std::string& text) { return read_plan(text); });
    CHECK(read > mutations_each / 20);
    CHECK(read < mutations_each);
  }
}
