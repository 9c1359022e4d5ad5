// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <linux/btf.h>
#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A copy of a sound object, to be damaged at one place.
class edited_elf {
 public:
  explicit edited_elf(std::span<const std::byte> elf) : bytes_(elf.begin(), elf.end()) {}

  [[nodiscard]] const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

  template <class T>
  [[nodiscard]] T get(std::size_t offset) const {
    T value{};
    REQUIRE(offset + sizeof value <= bytes_.size());
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  template <class T>
  void set(std::size_t offset, T value) {
    REQUIRE(offset + sizeof value <= bytes_.size());
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }

  [[nodiscard]] Elf64_Ehdr header() const { return get<Elf64_Ehdr>(0); }
  void change_header(auto how) {
    auto changed = header();
    how(changed);
    set(0, changed);
  }

  /// returns: the number of the section of this name.
  [[nodiscard]] std::size_t section(std::string_view name) const {
    const auto names = section_header(header().e_shstrndx);
    for (std::size_t i = 1; i < header().e_shnum; ++i) {
      if (text(names.sh_offset + section_header(i).sh_name) == name) return i;
    }
    FAIL("no section " << name);
    return 0;
  }
  [[nodiscard]] Elf64_Shdr section_header(std::size_t index) const {
    return get<Elf64_Shdr>(header().e_shoff + index * sizeof(Elf64_Shdr));
  }
  [[nodiscard]] Elf64_Shdr section_header(std::string_view name) const {
    return section_header(section(name));
  }
  void change_section(std::string_view name, auto how) {
    const auto index = section(name);
    auto changed = section_header(index);
    how(changed);
    set(header().e_shoff + index * sizeof changed, changed);
  }

  void change_symbol(std::string_view name, auto how) {
    const auto table = section_header(".symtab");
    const auto names = section_header(table.sh_link);
    for (auto at = table.sh_offset; at < table.sh_offset + table.sh_size; at += sizeof(Elf64_Sym)) {
      auto symbol = get<Elf64_Sym>(at);
      if (text(names.sh_offset + symbol.st_name) != name) continue;
      how(symbol);
      set(at, symbol);
      return;
    }
    FAIL("no symbol " << name);
  }
  void change_relocation(std::string_view section, std::size_t number, auto how) {
    const auto at = section_header(section).sh_offset + number * sizeof(Elf64_Rel);
    auto relocation = get<Elf64_Rel>(at);
    how(relocation);
    set(at, relocation);
  }

  /// Where the first type of a kind is that has this name.
  [[nodiscard]] std::size_t type(unsigned kind, std::string_view name) const {
    const auto start = section_header(".BTF").sh_offset;
    const auto btf = get<btf_header>(start);
    const auto strings = start + btf.hdr_len + btf.str_off;
    const auto end = start + btf.hdr_len + btf.type_off + btf.type_len;
    for (auto at = start + btf.hdr_len + btf.type_off; at < end; at += size_of_type(at)) {
      const auto head = get<btf_type>(at);
      if (BTF_INFO_KIND(head.info) == kind && text(strings + head.name_off) == name) return at;
    }
    FAIL("no type " << name << " of kind " << kind);
    return 0;
  }
  /// Where the type of this number is.
  [[nodiscard]] std::size_t type(std::uint32_t number) const {
    const auto start = section_header(".BTF").sh_offset;
    const auto btf = get<btf_header>(start);
    auto at = start + btf.hdr_len + btf.type_off;
    while (--number != 0) at += size_of_type(at);
    return at;
  }
  void change_type(unsigned kind, std::string_view name, auto how) {
    const auto at = type(kind, name);
    auto changed = get<btf_type>(at);
    how(changed);
    set(at, changed);
  }
  /// The number of a type, by where it is.
  [[nodiscard]] std::uint32_t number_of_type(std::size_t wanted) const {
    const auto start = section_header(".BTF").sh_offset;
    const auto btf = get<btf_header>(start);
    std::uint32_t number = 1;
    for (auto at = start + btf.hdr_len + btf.type_off; at != wanted; at += size_of_type(at))
      ++number;
    return number;
  }

 private:
  [[nodiscard]] std::string_view text(std::size_t offset) const {
    return reinterpret_cast<const char*>(bytes_.data()) + offset;
  }
  [[nodiscard]] std::size_t size_of_type(std::size_t at) const {
    const auto head = get<btf_type>(at);
    const std::size_t parts = BTF_INFO_VLEN(head.info);
    switch (BTF_INFO_KIND(head.info)) {
      case BTF_KIND_INT:
      case BTF_KIND_VAR:
      case BTF_KIND_DECL_TAG:
        return sizeof head + 4;
      case BTF_KIND_ARRAY:
        return sizeof head + sizeof(struct btf_array);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
      case BTF_KIND_DATASEC:
        return sizeof head + parts * 12;
      case BTF_KIND_ENUM:
      case BTF_KIND_FUNC_PROTO:
        return sizeof head + parts * 8;
      default:
        return sizeof head;
    }
  }

  std::vector<std::byte> bytes_;
};
