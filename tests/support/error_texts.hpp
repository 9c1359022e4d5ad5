// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>
#include <linchpin/core/result.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the errors of the library say, word for word. Each suite has one file, errors/texts.txt, in
/// which a person can read them all; the suite fails where an error says anything else, where it is in
/// no file, and where the file has a text that nobody is told any more.
///
/// After a text was changed on purpose, and read:
///   LINCHPIN_RECORD=1 build/tests/unit/linchpin_unit_tests '[errors]'
/// writes the file anew.
namespace error_texts {

/// What is another one in each run, and the word that stands for it in the file: {"4711", "<pid>"}.
/// Only these very characters are replaced, and a number only as a whole.
struct varying {
  std::string value;
  std::string stands_for;
};

/// The texts of one area, which one test case collects and then compares.
class area {
 public:
  explicit area(std::string name) : name_(std::move(name)) {}

  /// \param heading the situation, as a sentence without its end; unique in the area
  void add(std::string heading, const linchpin::error& told,
           const std::vector<varying>& parts = {});
  /// The error of something that has to fail.
  template <class T>
  void add(std::string heading, const linchpin::result<T>& outcome,
           const std::vector<varying>& parts = {}) {
    INFO(heading);
    REQUIRE_FALSE(outcome);
    add(std::move(heading), outcome.error(), parts);
  }

  /// Compares with the file, or writes it under LINCHPIN_RECORD.
  void check() const;

 private:
  std::string name_;
  std::vector<std::pair<std::string, std::string>> told_;
};

/// Every text of this suite's file: its heading with the area in front, and the text.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> all();

/// What reads badly whatever it says: a word twice in a row, two punctuation marks, an empty part, a
/// full stop at the end of a line, where the others have none.
/// returns: the complaint; empty where there is none
[[nodiscard]] std::string clumsy(std::string_view text);

}  // namespace error_texts
