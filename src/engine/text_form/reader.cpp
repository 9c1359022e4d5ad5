// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/text_form/reader.hpp"

#include <linchpin/engine/text_form.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/core/detail/nearest.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// The longest word that is looked up as a misspelling: longer ones are none, and would take long to
// compare.
constexpr std::size_t longest_misspelling = 64;
// How many words a message lists: nobody reads more.
constexpr std::size_t most_offered = 40;

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "'map', 'attach' or the end of the line"
std::string one_of_these(std::span<const std::string_view> words, std::string_view or_else) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size() && or_else.empty();
    if (i != 0) text += last ? " or " : ", ";
    text += fmt::format("'{}'", words[i]);
  }
  if (or_else.empty()) return text;
  return words.empty() ? std::string{or_else} : fmt::format("{} or {}", text, or_else);
}

std::string text_of(const text_token& token) {
  return token.quoted ? "string " + shortened(token.text) : shortened(token.text);
}

}  // namespace

any_hook blank_hook() {
  return {*hook_families().front(), {}, {}};
}

std::string advice_about(std::string_view found, std::span<const std::string_view> known) {
  if (found.size() > longest_misspelling) return {};
  if (const auto near = nearest(found, known)) return fmt::format("did you mean '{}'?", *near);
  if (known.empty() || known.size() > most_offered) return {};
  return fmt::format("there is: {}", fmt::join(known, ", "));
}

bool text_reader::choices::offer(std::string_view word, bool there) {
  if (!contains(known, word)) known.push_back(word);
  if (!there) {
    open.push_back(word);
    return false;
  }
  open.clear();
  if (!contains(taken, word)) taken.push_back(word);
  return true;
}

text_reader::text_reader(std::string_view text, std::string_view kind, unsigned newest,
                         std::string_view operation)
    : operation_(operation), lines_(text) {
  blocks_.emplace_back();
  if (text.size() > text_limits::bytes) {
    fail(error{errc::bad_format, operation_}
             .expected(fmt::format("at most {} bytes", text_limits::bytes))
             .found(fmt::format("{} bytes", text.size())));
    return;
  }
  advance();
  read_header(kind, newest);
}

void text_reader::read_header(std::string_view kind, unsigned newest) {
  if (failed()) return;
  const auto& tokens = line_.tokens;
  const auto is = [&tokens](std::size_t index, std::string_view word) {
    return index < tokens.size() && !tokens[index].quoted && tokens[index].text == word;
  };
  const auto wanted = fmt::format("linchpin {}", kind);
  if (line_.depth != 0 || !is(0, "linchpin") || !is(1, kind)) {
    std::string found = tokens.empty() ? "the end of the text" : text_of(tokens[0]);
    if (is(0, "linchpin") && tokens.size() > 1) found += " " + text_of(tokens[1]);
    return fail(fmt::format("'{} {}'", wanted, oldest_version), found);
  }
  in_line_ = true;
  next_ = 2;
  std::uint64_t found = 0;
  value(found);
  if (failed()) return;
  const auto known = newest == oldest_version
                         ? fmt::format("version {}", oldest_version)
                         : fmt::format("version {} to {}", oldest_version, newest);
  if (found > newest) {
    return fail(error{errc::newer_format, operation_, subject()}
                    .expected(known)
                    .found(fmt::format("version {}", found))
                    .advice("read it with the linchpin that wrote it, or a later one"));
  }
  if (found < oldest_version) return fail(known, fmt::format("version {}", found));
  version_ = static_cast<unsigned>(found);
  end_line();
}

result<void> text_reader::end() && {
  if (!failed()) {
    if (!begins("end")) {
      fail_line({});
    } else {
      end_line();
      if (!failed() && !line_.tokens.empty())
        fail("the end of the text behind 'end'", text_of(line_.tokens.front()));
    }
  }
  if (!failed() && version_ > latest_) {
    fail(error{errc::bad_format, operation_, "line 1"}
             .expected(fmt::format("version {}, since nothing here is of a later one", latest_))
             .found(fmt::format("version {}", version_)));
  }
  if (failure_) return *std::move(failure_);
  return {};
}

std::string text_reader::subject() const {
  return fmt::format("line {}", line_.number);
}

void text_reader::fail(error why) {
  if (!failed()) failure_ = std::move(why);
}

void text_reader::since(unsigned version) {
  latest_ = std::max(latest_, version);
  if (version_ >= version) return;
  fail(fmt::format("version {} in the first line, from which on this may stand in a text", version),
       fmt::format("version {} there", version_));
}

void text_reader::fail(std::string_view expected, std::string_view found, std::string_view advice) {
  error why{errc::bad_format, operation_, subject()};
  why = std::move(why).expected(expected).found(found);
  if (!advice.empty()) why = std::move(why).advice(advice);
  fail(std::move(why));
}

void text_reader::advance() {
  if (failed()) return;
  next_ = 0;
  if (const auto odd = lines_.next(line_)) fail(odd->expected, odd->found);
}

bool text_reader::begins(std::string_view keyword) {
  if (failed()) return false;
  const bool there = !line_.tokens.empty() && line_.depth + 1 == blocks_.size() &&
                     !line_.tokens[0].quoted && line_.tokens[0].text == keyword;
  if (!blocks_.back().offer(keyword, there)) return false;
  in_line_ = true;
  next_ = 1;
  options_ = {};
  return true;
}

const text_token* text_reader::peek() const noexcept {
  return next_ < line_.tokens.size() ? &line_.tokens[next_] : nullptr;
}

const text_token* text_reader::take(std::string_view expected) {
  if (failed()) return nullptr;
  const auto* token = peek();
  if (token == nullptr) {
    fail(expected, "the end of the line");
  } else {
    ++next_;
  }
  return token;
}

bool text_reader::takes(std::string_view word) {
  if (failed()) return false;
  const auto* token = peek();
  const bool there = token != nullptr && !token->quoted && token->text == word;
  if (!options_.offer(word, there)) return false;
  ++next_;
  return true;
}

void text_reader::key(std::string_view word) {
  if (!takes(word) && !failed()) fail_choice(options_, peek(), {});
}

void text_reader::end_line() {
  if (failed() || !in_line_) return;
  if (const auto* left = peek()) return fail_choice(options_, left, "the end of the line");
  in_line_ = false;
  advance();
}

void text_reader::end_block() {
  if (failed() || line_.tokens.empty() || line_.depth + 1 < blocks_.size()) return;
  fail_line("a line that is indented less");
}

void text_reader::fail_choice(const choices& among, const text_token* found,
                              std::string_view or_else) {
  const auto expected = one_of_these(among.open, or_else);
  if (found == nullptr) return fail(expected, "the end of the line");
  if (found->quoted || contains(among.open, found->text)) return fail(expected, text_of(*found));
  if (contains(among.taken, found->text)) return fail(expected, text_of(*found) + " a second time");
  if (contains(among.known, found->text))
    return fail(expected, text_of(*found) + ", which belongs further up or to the left");
  const auto near = found->text.size() > longest_misspelling ? std::optional<std::string>{}
                                                             : nearest(found->text, among.open);
  fail(expected, text_of(*found), near ? fmt::format("did you mean '{}'?", *near) : "");
}

void text_reader::fail_line(std::string_view or_else) {
  const auto depth = blocks_.size() - 1;
  const auto& among = blocks_.back();
  if (line_.tokens.empty()) return fail(one_of_these(among.open, or_else), "the end of the text");
  if (line_.depth == depth) return fail_choice(among, &line_.tokens.front(), or_else);
  fail(fmt::format("{}, indented by {} spaces", one_of_these(among.open, or_else), 2 * depth),
       fmt::format("{}, indented by {}", text_of(line_.tokens.front()), 2 * line_.depth));
}

void text_reader::fail_empty(std::string_view word) {
  fail(fmt::format("no '{}', which says nothing here", word),
       fmt::format("'{}' with the value that it has without", word));
}

void text_reader::fail_word(std::string_view what, std::string_view found,
                            std::span<const std::string_view> known) {
  fail(what, shortened(found), advice_about(found, known));
}

void text_reader::value(std::string& name) {
  const auto* token = take("a name");
  if (token == nullptr) return;
  if (!token->quoted) {
    if (!is_bare(token->text)) return fail("a name without commas", shortened(token->text));
    name = token->text;
    return;
  }
  const auto bytes = unquoted(token->text);
  if (!bytes) return fail("\\\", \\\\ or \\xNN for what is not printable", text_of(*token));
  if (is_bare(*bytes)) return fail("a name that needs no quotes without them", text_of(*token));
  name = *bytes;
}

void text_reader::quoted(std::string& bytes) {
  const auto* token = take("a string in quotes");
  if (token == nullptr) return;
  if (!token->quoted) return fail("a string in quotes", shortened(token->text));
  auto read = unquoted(token->text);
  if (!read) return fail("\\\", \\\\ or \\xNN for what is not printable", text_of(*token));
  bytes = *std::move(read);
}

void text_reader::hex(std::uint64_t& number) {
  const auto* token = take("16 hexadecimal digits");
  if (token == nullptr) return;
  std::uint64_t read = 0;
  const auto* const end = token->text.data() + token->text.size();
  const auto parsed = std::from_chars(token->text.data(), end, read, 16);
  if (token->quoted || parsed.ec != std::errc{} || fmt::format("{:016x}", read) != token->text)
    return fail("16 hexadecimal digits", text_of(*token));
  number = read;
}

void text_reader::hook(any_hook& where) {
  const auto* token = take("a hook family");
  if (token == nullptr) return;
  const auto* family = token->quoted ? nullptr : find_hook_family(token->text);
  if (family == nullptr) {
    word_list known;
    for (const auto* each_family : hook_families()) known.push_back(each_family->name);
    return fail_word("a hook family", token->text, known);
  }
  std::string target;
  quoted(target);
  std::string netns;
  if (family->target->scope == target_scope::in_a_netns)
    option("in", netns, [this](auto& path) { quoted(path); });
  where = {*family, std::move(target), family->mechanisms, netns};
}

}  // namespace linchpin::detail
