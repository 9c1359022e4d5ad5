// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <vector>

/// Damages an object in some places: numbers of its headers, its sections and its types become others, words
/// change places, and sometimes its end is lost. The same seed makes the same damage.
class elf_mutation {
 public:
  elf_mutation(std::span<const std::byte> sound, std::uint64_t seed)
      : bytes_(sound.begin(), sound.end()), random_(seed) {
    std::memcpy(&header_, sound.data(), sizeof header_);
    sections_.resize(header_.e_shnum);
    std::memcpy(sections_.data(), sound.data() + header_.e_shoff,
                sections_.size() * sizeof(Elf64_Shdr));
    names_ = reinterpret_cast<const char*>(sound.data()) + sections_[header_.e_shstrndx].sh_offset;
  }

  [[nodiscard]] std::vector<std::byte> run() {
    const auto places = below(16) == 0 ? 20 : 1 + below(3);
    for (std::uint64_t i = 0; i < places && bytes_.size() > sizeof header_; ++i) damage();
    return std::move(bytes_);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::size_t some_width() { return std::size_t{1} << below(4); }

  void damage() {
    switch (below(20)) {
      case 0:
      case 1:
        return change(below(sizeof header_), some_width());
      case 2:
      case 3:
      case 4:
        return change_section_header();
      case 5:
        return change(below(bytes_.size()), some_width());
      case 6:
        if (below(4) == 0) bytes_.resize(below(bytes_.size()));
        return;
      default:
        return change_content();
    }
  }

  void change_section_header() {
    struct field {
      std::size_t offset, width;
    };
    static constexpr std::array<field, 10> fields{
        {{0, 4}, {4, 4}, {8, 8}, {16, 8}, {24, 8}, {32, 8}, {40, 4}, {44, 4}, {48, 8}, {56, 8}}};
    const auto& which = fields[below(fields.size())];
    const auto start = header_.e_shoff + below(sections_.size()) * sizeof(Elf64_Shdr);
    change(start + which.offset, which.width);
  }

  // Nobody reads what is for debuggers alone.
  [[nodiscard]] bool matters(const Elf64_Shdr& section) const {
    const std::string_view name = names_ + section.sh_name;
    return section.sh_type != SHT_NOBITS && section.sh_size != 0 && !name.starts_with(".debug") &&
           !name.starts_with(".rel.debug");
  }

  void change_content() {
    const auto& section = sections_[below(sections_.size())];
    if (!matters(section)) return;
    const auto width = below(4) == 0 ? some_width() : std::size_t{below(3) == 0 ? 8U : 4U};
    const auto at = section.sh_offset + below(section.sh_size) / width * width;
    if (below(24) != 0) return change(at, width);
    const auto from = section.sh_offset + below(section.sh_size) / 4 * 4;
    const auto length = 4 * (1 + below(6));
    if (from + length > bytes_.size() || at + length > bytes_.size()) return;
    std::memmove(bytes_.data() + at, bytes_.data() + from, length);
  }

  void change(std::size_t at, std::size_t width) {
    if (at + width > bytes_.size()) return;
    std::uint64_t number = 0;
    std::memcpy(&number, bytes_.data() + at, width);
    number = another(number);
    std::memcpy(bytes_.data() + at, &number, width);
  }

  std::uint64_t another(std::uint64_t number) {
    static constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::array<std::uint64_t, 24> corners{
        0,        1,          2,           3,           7,           8,      16,       24,
        26,       255,        256,         0x7fff,      0xff00,      0xfff1, 0xffff,   0x10000,
        1U << 31, 0x7fffffff, 0xfffffff0U, 0xfffffff8U, 0xffffffffU, most,   most - 7, most - 15};
    switch (below(5)) {
      case 0:
        return corners[below(corners.size())];
      case 1:
        return random_();
      case 2:
        return number + below(33) - 16;
      case 3:
        return number ^ (std::uint64_t{1} << below(64));
      default:
        return below(200);
    }
  }

  std::vector<std::byte> bytes_;
  std::mt19937_64 random_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Shdr> sections_;
  const char* names_ = nullptr;
};
