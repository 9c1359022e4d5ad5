// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/text_form/lexis.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

constexpr std::string_view bare_letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
// A comma separates the words of a list and belongs to none.
constexpr std::string_view word_letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,";

bool is_printable(char letter) noexcept {
  return letter >= 0x20 && letter < 0x7f;
}

std::optional<unsigned> hex_digit(char letter) noexcept {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a' + 10);
  return std::nullopt;
}

std::string text_of_byte(char letter) {
  if (is_printable(letter)) return fmt::format("'{}'", letter);
  return fmt::format("byte {:#04x}", static_cast<unsigned char>(letter));
}

// Where the quote is that ends a string; npos if it is not on the line.
std::size_t end_of_string(std::string_view line) noexcept {
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '"') return i;
    if (line[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

std::optional<line_complaint> split_off_string(std::string_view& rest, text_line& into) {
  const auto end = end_of_string(rest);
  if (end == std::string_view::npos) {
    return line_complaint{"a quote that ends the string", "the end of the line"};
  }
  const auto raw = rest.substr(1, end - 1);
  if (const auto odd = std::find_if_not(raw.begin(), raw.end(), is_printable); odd != raw.end()) {
    return line_complaint{"\\xNN for a byte that is not printable ASCII", text_of_byte(*odd)};
  }
  into.tokens.push_back({raw, true});
  rest.remove_prefix(end + 1);
  if (rest.empty() || rest.front() == ' ') return std::nullopt;
  return line_complaint{"a space behind a string", text_of_byte(rest.front())};
}

std::optional<line_complaint> split_off_word(std::string_view& rest, text_line& into) {
  const auto end = std::min(rest.find_first_not_of(word_letters), rest.size());
  if (end == 0 || (end < rest.size() && rest[end] != ' ')) {
    return line_complaint{"letters, digits and _-./ or quotes around anything else",
                          text_of_byte(rest[end])};
  }
  into.tokens.push_back({rest.substr(0, end), false});
  rest.remove_prefix(end);
  return std::nullopt;
}

std::optional<line_complaint> split_line(std::string_view rest, text_line& into) {
  while (true) {
    auto odd = rest.front() == '"' ? split_off_string(rest, into) : split_off_word(rest, into);
    if (odd || rest.empty()) return odd;
    const auto next = rest.find_first_not_of(' ');
    if (next == std::string_view::npos) {
      return line_complaint{"the end of the line behind its last word", "a space"};
    }
    if (rest[next] == '#') return std::nullopt;
    if (next != 1) return line_complaint{"one space between two words", fmt::format("{}", next)};
    rest.remove_prefix(next);
  }
}

}  // namespace

bool is_bare(std::string_view name) noexcept {
  return !name.empty() && name.find_first_not_of(bare_letters) == std::string_view::npos;
}

void append_quoted(std::string& to, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += '"';
  for (const char letter : bytes) {
    if (!is_printable(letter)) {
      const auto byte = static_cast<unsigned char>(letter);
      to += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
      continue;
    }
    if (letter == '"' || letter == '\\') to += '\\';
    to += letter;
  }
  to += '"';
}

void append_name(std::string& to, std::string_view name) {
  if (is_bare(name)) {
    to += name;
  } else {
    append_quoted(to, name);
  }
}

std::optional<std::string> unquoted(std::string_view raw) {
  std::string bytes;
  while (!raw.empty()) {
    if (raw.front() != '\\') {
      bytes += raw.front();
      raw.remove_prefix(1);
    } else if (raw.size() >= 2 && (raw[1] == '"' || raw[1] == '\\')) {
      bytes += raw[1];
      raw.remove_prefix(2);
    } else {
      if (raw.size() < 4 || raw[1] != 'x') return std::nullopt;
      const auto high = hex_digit(raw[2]), low = hex_digit(raw[3]);
      if (!high || !low) return std::nullopt;
      const auto letter = static_cast<char>(*high << 4U | *low);
      if (is_printable(letter)) return std::nullopt;
      bytes += letter;
      raw.remove_prefix(4);
    }
  }
  return bytes;
}

std::string shortened(std::string_view found) {
  constexpr std::size_t most = 40;
  if (found.size() <= most) return fmt::format("'{}'", found);
  return fmt::format("'{}...'", found.substr(0, most));
}

std::optional<line_complaint> line_splitter::next(text_line& into) {
  into.tokens.clear();
  while (!rest_.empty()) {
    into.number = ++number_;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) {
      return line_complaint{"a line that ends", "the end of the text within it"};
    }
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '#') continue;
    if (indent % 2 != 0) {
      return line_complaint{"an indentation of two spaces a level",
                            fmt::format("{} spaces", indent)};
    }
    into.depth = indent / 2;
    return split_line(line.substr(indent), into);
  }
  into.number = number_ + 1;
  return std::nullopt;
}

}  // namespace linchpin::detail
