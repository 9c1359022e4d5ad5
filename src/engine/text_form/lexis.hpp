// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a text form is made of, below its meaning: lines, words, numbers and quoted strings.
namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether a name stands in a text without quotes: letters, digits and "_-./", at least one.
[[nodiscard]] bool is_bare(std::string_view name) noexcept;

/// Adds any bytes in quotes. Quotes and backslashes get a backslash; bytes that are not printable
/// ASCII become \xNN, so that a text is printable and every string reads back.
void append_quoted(std::string& to, std::string_view bytes);
/// The same without quotes for a bare name.
void append_name(std::string& to, std::string_view name);

/// The bytes that a string stands for.
/// \param raw what is between the quotes
/// returns: absent unless `append_quoted` writes the bytes in just this way.
[[nodiscard]] std::optional<std::string> unquoted(std::string_view raw);

/// A few letters of something that was found, for a message.
[[nodiscard]] std::string shortened(std::string_view found);

struct text_token {
  std::string_view text;  ///< of a string what is between the quotes, with its escapes
  bool quoted = false;
};

struct text_line {
  std::size_t number = 0;          ///< 1 is the first
  std::size_t depth = 0;           ///< its indentation, two spaces a level
  std::vector<text_token> tokens;  ///< none: the text has no further line
};

/// Why a line is none.
struct line_complaint {
  std::string expected;
  std::string found;
};

/// Takes the next line that says something off a text: not a blank one, not a comment.
class line_splitter {
 public:
  explicit line_splitter(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::optional<line_complaint> next(text_line& into);

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

}  // namespace linchpin::detail
