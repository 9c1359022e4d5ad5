// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/families.hpp>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "engine/text_form/lexis.hpp"
#include "engine/text_form/words.hpp"
#include "engine/text_form/writer.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

/// An element to read into, also of types that are never without a hook.
template <class Element>
[[nodiscard]] Element blank();
[[nodiscard]] any_hook blank_hook();

/// Advice on a word that is not known: "did you mean ...?", or the words there are. Empty for a
/// word too long to be a misspelling.
[[nodiscard]] std::string advice_about(std::string_view found,
                                       std::span<const std::string_view> known);

/// Reads what `text_writer` wrote, and nothing else: of two texts that say the same only one reads,
/// but for comments and blank lines. The first complaint counts; reads after that change nothing,
/// so that a description of fields need not ask.
class text_reader {
 public:
  static constexpr bool reads = true;

  /// \param newest the latest version that is read
  /// \param operation for errors: "read desired state"
  text_reader(std::string_view text, std::string_view kind, unsigned newest,
              std::string_view operation);
  /// errors: the first complaint; what stands behind the last line that was read.
  [[nodiscard]] result<void> end() &&;

  [[nodiscard]] bool failed() const noexcept { return failure_.has_value(); }
  /// Complains about the line at hand.
  void fail(std::string_view expected, std::string_view found, std::string_view advice = {});
  void fail(error why);
  /// What was read is of that version; errors: an earlier one in the first line
  void since(unsigned version);
  /// "line 3": for errors about the line at hand.
  [[nodiscard]] std::string subject() const;

  template <class Elements, class Visit>
  void each(std::string_view keyword, Elements& elements, Visit visit) {
    while (begins(keyword)) {
      elements.push_back(blank<typename Elements::value_type>());
      visit(elements.back());
      end_line();
    }
  }
  template <class Optional, class Visit>
  void maybe(std::string_view keyword, Optional& value, Visit visit) {
    if (!begins(keyword)) return;
    visit(value.emplace());
    end_line();
  }
  template <class Value, class Visit>
  void unless_empty(std::string_view keyword, Value& value, Visit visit) {
    if (!begins(keyword)) return;
    visit(value);
    if (value == Value{}) fail_empty(keyword);
    end_line();
  }
  template <class Value, class Visit>
  void once(std::string_view keyword, Value& value, Visit visit) {
    if (!begins(keyword)) return fail_line({});
    visit(value);
    end_line();
  }
  template <class Visit>
  void nested(Visit visit) {
    end_line();
    blocks_.emplace_back();
    visit();
    end_block();
    blocks_.pop_back();
  }

  void value(std::string& name);
  template <plain_number Number>
  void value(Number& number) {
    if (const auto* token = take("a number")) read_number(*token, number);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void value(Enum& which) {
    if (const auto* token = take(vocabulary<Enum>::what))
      read_word(token->text, !token->quoted, which);
  }
  template <class Tag, class Number>
  void value(strong_id<Tag, Number>& id) {
    value(id.value);
  }
  template <plain_number Number>
  void given(Number& number) {
    value(number);
  }
  void quoted(std::string& bytes);
  void hex(std::uint64_t& number);
  void key(std::string_view word);
  void hook(any_hook& where);
  /// At least one word, none of them twice.
  template <class Words>
  void list(Words& words);

  template <class Value, class Visit>
  void option(std::string_view word, Value& what, Visit visit) {
    if (!takes(word)) return;
    visit(what);
    if (what == Value{}) fail_empty(word);
  }
  template <class Value>
  void option(std::string_view word, Value& what) {
    option(word, what, [this](auto& said) { this->value(said); });
  }
  template <class Optional, class Visit>
  void optional(std::string_view word, Optional& what, Visit visit) {
    if (takes(word)) visit(what.emplace());
  }
  template <class Optional>
  void optional(std::string_view word, Optional& what) {
    optional(word, what, [this](auto& said) { this->value(said); });
  }
  void flag(std::string_view word, bool& set) {
    if (takes(word)) set = true;
  }

 private:
  using word_list = std::vector<std::string_view>;

  /// Words that a place of the text could have begun with.
  struct choices {
    word_list open;   ///< words that may still come
    word_list known;  ///< the open ones, and those whose place is past
    word_list taken;  ///< words that came
    /// returns: `there`
    bool offer(std::string_view word, bool there);
  };

  void advance();
  void read_header(std::string_view kind, unsigned newest);
  [[nodiscard]] bool begins(std::string_view keyword);
  [[nodiscard]] bool takes(std::string_view word);
  [[nodiscard]] const text_token* peek() const noexcept;
  /// The next token of the line, or a complaint that it lacks one.
  [[nodiscard]] const text_token* take(std::string_view expected);
  void end_line();
  void end_block();
  void fail_empty(std::string_view word);
  /// About a token in a place where another one belongs.
  void fail_choice(const choices& among, const text_token* found, std::string_view or_else);
  /// About a line in a place where another one belongs.
  void fail_line(std::string_view or_else);
  void fail_word(std::string_view what, std::string_view found,
                 std::span<const std::string_view> known);

  template <plain_number Number>
  void read_number(const text_token& token, Number& number) {
    Number read{};
    const auto* const end = token.text.data() + token.text.size();
    const auto parsed = std::from_chars(token.text.data(), end, read);
    // Written back it is the same: no zeroes in front, no sign that says nothing.
    if (token.quoted || parsed.ec != std::errc{} || parsed.ptr != end ||
        fmt::format("{}", read) != token.text) {
      return fail(fmt::format("a number from {} to {}", std::numeric_limits<Number>::min(),
                              std::numeric_limits<Number>::max()),
                  shortened(token.text));
    }
    number = read;
  }
  template <class Enum>
  void read_word(std::string_view text, bool bare, Enum& which) {
    if (const auto meaning = meaning_of<Enum>(text); meaning && bare) {
      which = *meaning;
      return;
    }
    if constexpr (vocabulary<Enum>::open) {
      if (bare && !text.empty() && text.front() >= '0' && text.front() <= '9') {
        std::underlying_type_t<Enum> number{};
        read_number({text, false}, number);
        if (failed()) return;
        if (const auto known = word_for(Enum{number}))
          return fail(fmt::format("'{}'", *known), shortened(text));
        which = Enum{number};
        return;
      }
    }
    word_list known;
    for (const auto& word : words_of<Enum>()) known.push_back(word.text);
    fail_word(vocabulary<Enum>::what, text, known);
  }

  std::string operation_;
  line_splitter lines_;
  text_line line_;        ///< at hand; without tokens at the end of the text
  bool in_line_ = false;  ///< some of it was read
  std::size_t next_ = 0;  ///< token of the line
  std::vector<choices> blocks_;
  choices options_;
  std::optional<error> failure_;
  static constexpr unsigned oldest_version = 1;
  unsigned version_ = oldest_version;  ///< as the first line says
  unsigned latest_ = oldest_version;   ///< of what was read
};

template <class Words>
void text_reader::list(Words& words) {
  const auto* token = take(vocabulary<typename Words::value_type>::what);
  if (token == nullptr) return;
  auto rest = token->text;
  while (!failed()) {
    const auto comma = rest.find(',');
    typename Words::value_type word{};
    read_word(rest.substr(0, comma), !token->quoted, word);
    if (failed()) return;
    for (const auto& before : words) {
      if (before == word) return fail("each word once", shortened(token->text));
    }
    words.push_back(word);
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

template <class Element>
Element blank() {
  return {};
}

}  // namespace linchpin::detail
