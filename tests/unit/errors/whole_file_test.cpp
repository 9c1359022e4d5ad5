// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/error_texts.hpp"

#include <set>

TEST_CASE("nobody is told a doubled word, two marks in a row or an empty part", "[errors]") {
  const auto every = error_texts::all();
  std::set<std::string> different;
  for (const auto& [heading, text] : every) {
    INFO(heading);
    CHECK(error_texts::clumsy(text).empty());
    different.insert(text);
  }
  CHECK(different.size() >= 140);
}

TEST_CASE("what reads badly is noticed", "[errors]") {
  CHECK_FALSE(error_texts::clumsy("edge: open store: busy busy").empty());
  CHECK_FALSE(error_texts::clumsy("edge: open store: busy\n  found: nothing..").empty());
  CHECK_FALSE(error_texts::clumsy("edge: open store: busy\n  found: pid 4 ; free").empty());
  CHECK_FALSE(error_texts::clumsy("edge: open store: busy\n  what to do: wait.").empty());
  CHECK_FALSE(error_texts::clumsy("edge: open store: busy\n  found:").empty());
  CHECK(error_texts::clumsy("edge: open store: busy\n  found: pid 4, and SEC(\"...\")").empty());
}
