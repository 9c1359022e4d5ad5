// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "error_texts.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "error_texts_file.hpp"

namespace error_texts {

namespace {

using entries = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view heading_mark = "## ";
constexpr std::string_view file_head =
    "# SPDX-FileCopyrightText: 2026 The linchpin authors\n"
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# What the errors of linchpin say, and when. Written by the tests with the tag [errors] "
    "under\n"
    "# LINCHPIN_RECORD=1; see tests/support/error_texts.hpp.\n";

// Areas by name, what is in them in the order of the tests.
std::map<std::string, entries> parsed(std::string_view text) {
  std::map<std::string, entries> areas;
  std::istringstream lines{std::string{text}};
  std::string* into = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(heading_mark)) {
      const auto colon = line.find(": ");
      const auto name = line.substr(heading_mark.size(), colon - heading_mark.size());
      into = &areas[name].emplace_back(line.substr(colon + 2), std::string{}).second;
    } else if (into != nullptr && !line.empty()) {
      *into += into->empty() ? line : "\n" + line;
    }
  }
  return areas;
}

void write(const std::map<std::string, entries>& areas) {
  std::ofstream file{file_path, std::ios::trunc};
  file << file_head;
  for (const auto& [name, told] : areas) {
    for (const auto& [heading, text] : told) {
      file << "\n" << heading_mark << name << ": " << heading << "\n" << text << "\n";
    }
  }
  file.close();
  INFO(file_path);
  REQUIRE(file);
}

bool is_digit(char character) {
  return std::isdigit(static_cast<unsigned char>(character)) != 0;
}

void replace(std::string& text, const varying& part) {
  const auto& value = part.value;
  REQUIRE_FALSE(value.empty());
  bool met = false;
  for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
    const std::size_t end = at + value.size();
    const bool inside_a_number =
        (is_digit(value.front()) && at > 0 && is_digit(text[at - 1])) ||
        (is_digit(value.back()) && end < text.size() && is_digit(text[end]));
    if (inside_a_number) {
      at = end;
      continue;
    }
    text.replace(at, value.size(), part.stands_for);
    at += part.stands_for.size();
    met = true;
  }
  INFO(text);
  INFO("it should speak of " << value << " (" << part.stands_for << ")");
  CHECK(met);
}

}  // namespace

void area::add(std::string heading, const linchpin::error& told,
               const std::vector<varying>& parts) {
  auto text = told.message();
  for (const auto& part : parts) replace(text, part);
  for (const auto& [other, its_text] : told_) REQUIRE(other != heading);
  told_.emplace_back(std::move(heading), std::move(text));
}

void area::check() const {
  if (std::getenv("LINCHPIN_RECORD") != nullptr) {
    std::ifstream file{file_path};
    std::stringstream content;
    content << file.rdbuf();
    auto areas = parsed(content.str());
    areas[name_] = told_;
    write(areas);
    return;
  }
  auto areas = parsed(file_text);
  auto& expected = areas[name_];
  for (const auto& told : told_) {
    INFO(name_ << ": " << told.first);
    const auto found = std::find_if(expected.begin(), expected.end(), [&told](const auto& entry) {
      return entry.first == told.first;
    });
    if (found == expected.end()) {
      FAIL_CHECK("not in errors/texts.txt:\n" << told.second);
      continue;
    }
    CHECK(told.second == found->second);
    expected.erase(found);
  }
  for (const auto& [heading, text] : expected) {
    FAIL_CHECK(name_ << ": " << heading << ": in errors/texts.txt, and nobody is told it:\n"
                     << text);
  }
}

entries all() {
  entries every;
  for (auto& [name, told] : parsed(file_text)) {
    for (auto& [heading, text] : told)
      every.emplace_back(fmt::format("{}: {}", name, heading), std::move(text));
  }
  return every;
}

std::string clumsy(std::string_view text) {
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string before;
    for (std::string word; words >> word; before = word) {
      // As in the type long long, in mount -t bpf bpf, and in bytes.
      if (word == "long" || word == "bpf" || word == "00") continue;
      if (word == before) return "twice in a row: " + word;
    }
    for (const auto* const marks :
         {"..", ",,", ";;", ": :", "::  ", " ,", " ;", ",;", ";,", ":,", "  :"}) {
      if (line.find(marks) != std::string::npos && line.find("...") == std::string::npos) {
        return "two marks in a row, or a space before one, in: " + line;
      }
    }
    if (line.ends_with(".") || line.ends_with(":") || line.ends_with(",") || line.ends_with(";") ||
        line.ends_with(" ")) {
      return "ends with a mark: " + line;
    }
  }
  return {};
}

}  // namespace error_texts
