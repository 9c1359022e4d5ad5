// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/hook/families.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "engine/text_form/lexis.hpp"
#include "engine/text_form/words.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

template <class Number>
concept plain_number = std::integral<Number> && !std::same_as<Number, bool>;

/// Writes a text form. What it writes is what `text_reader` reads with the same description of the
/// fields.
class text_writer {
 public:
  static constexpr bool reads = false;

  /// \param version the one that the text has while nothing in it is of a later one; one digit
  text_writer(std::string_view kind, unsigned version)
      : text_(fmt::format("linchpin {} {}\n", kind, version)),
        version_(version),
        version_at_(text_.size() - 2) {}
  [[nodiscard]] std::string end() && {
    text_[version_at_] = static_cast<char>('0' + version_);
    text_ += "end\n";
    return std::move(text_);
  }
  /// What is being written is of that version: who knows none but earlier ones cannot read it.
  void since(unsigned version) noexcept { version_ = version > version_ ? version : version_; }

  // Lines.

  /// One line for each element.
  template <class Elements, class Visit>
  void each(std::string_view keyword, Elements& elements, Visit visit) {
    for (auto& element : elements) line(keyword, element, visit);
  }
  /// A line that is there where the optional has a value.
  template <class Optional, class Visit>
  void maybe(std::string_view keyword, Optional& value, Visit visit) {
    if (value) line(keyword, *value, visit);
  }
  /// A line that is left out where the value is that of an empty one.
  template <class Value, class Visit>
  void unless_empty(std::string_view keyword, Value& value, Visit visit) {
    if (!(value == std::remove_const_t<Value>{})) line(keyword, value, visit);
  }
  template <class Value, class Visit>
  void once(std::string_view keyword, Value& value, Visit visit) {
    line(keyword, value, visit);
  }
  /// Lines that belong to the one that was begun. Nothing is added to that one any more.
  template <class Visit>
  void nested(Visit visit) {
    end_line();
    ++depth_;
    visit();
    --depth_;
  }

  // What stands on a line.

  void value(const std::string& name) {
    space();
    append_name(text_, name);
  }
  template <plain_number Number>
  void value(Number number) {
    fmt::format_to(std::back_inserter(text_), " {}", number);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void value(Enum which) {
    space();
    append_word(which);
  }
  template <class Tag, class Number>
  void value(const strong_id<Tag, Number>& id) {
    value(id.value);
  }
  /// A number that the kernel gives out, and another machine's kernel another one.
  void given(std::uint64_t number) { value(number); }
  void quoted(const std::string& bytes) {
    space();
    append_quoted(text_, bytes);
  }
  void hex(std::uint64_t number) { fmt::format_to(std::back_inserter(text_), " {:016x}", number); }
  void key(std::string_view word) {
    space();
    text_ += word;
  }
  void hook(const any_hook& where) {
    key(where.family().name);
    quoted(where.on().name);
    if (where.on().netns.empty()) return;
    key("in");
    quoted(where.on().netns);
  }
  template <class Words>
  void list(const Words& words) {
    char before = ' ';
    for (const auto word : words) {
      text_ += before;
      append_word(word);
      before = ',';
    }
  }

  /// A word and a value, both left out where the value is that of an empty one.
  template <class Value, class Visit>
  void option(std::string_view word, Value& what, Visit visit) {
    if (what == std::remove_const_t<Value>{}) return;
    key(word);
    visit(what);
  }
  template <class Value>
  void option(std::string_view word, Value& what) {
    option(word, what, [this](auto& said) { this->value(said); });
  }
  template <class Optional, class Visit>
  void optional(std::string_view word, Optional& what, Visit visit) {
    if (!what) return;
    key(word);
    visit(*what);
  }
  template <class Optional>
  void optional(std::string_view word, Optional& what) {
    optional(word, what, [this](auto& said) { this->value(said); });
  }
  void flag(std::string_view word, bool set) {
    if (set) key(word);
  }

 private:
  template <class Value, class Visit>
  void line(std::string_view keyword, Value& value, Visit visit) {
    text_.append(2 * depth_, ' ');
    text_ += keyword;
    open_ = true;
    visit(value);
    end_line();
  }
  void end_line() {
    if (open_) text_ += '\n';
    open_ = false;
  }
  void space() { text_ += ' '; }
  template <class Enum>
  void append_word(Enum which) {
    if (const auto known = word_for(which)) {
      text_ += *known;
    } else {
      text_ += fmt::format("{}", static_cast<std::uint64_t>(which));
    }
  }

  std::string text_;
  unsigned version_;
  std::size_t version_at_;
  std::size_t depth_ = 0;
  bool open_ = false;
};

}  // namespace linchpin::detail
