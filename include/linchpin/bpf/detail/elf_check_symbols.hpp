// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_sections.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

struct elf_symbol {
  std::string_view name;
  unsigned type = STT_NOTYPE;
  std::size_t section = SHN_UNDEF;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  unsigned binding = STB_LOCAL;

  /// Whether libbpf finds a variable by it. source: find_elf_var_sym
  [[nodiscard]] bool is_variable() const noexcept {
    return type == STT_OBJECT && (binding == STB_GLOBAL || binding == STB_WEAK);
  }
  [[nodiscard]] bool is_function() const noexcept { return type == STT_FUNC; }
  [[nodiscard]] bool in_section() const noexcept {
    return section != SHN_UNDEF && section < SHN_LORESERVE;
  }
};

/// The symbols of an ELF and the relocations that refer to them.
class elf_symbols {
 public:
  explicit elf_symbols(const elf_sections& sections) noexcept : sections_(sections) {}

  [[nodiscard]] std::optional<elf_flaw> check() {
    const elf_section* table = nullptr;
    for (const auto& section : sections_.all()) {
      if (section.header.sh_type != SHT_SYMTAB) continue;
      if (table != nullptr) {
        return flawed(section.text(), " of symbols beside section ", table->index);
      }
      table = &section;
    }
    if (table == nullptr) {
      return elf_flaw{"no symbols: a stripped object", "strip with llvm-strip -g only"};
    }
    if (auto flaw = read(*table)) return flaw;
    for (const auto& section : sections_.all()) {
      if (auto flaw = check_relocations(section)) return flaw;
    }
    return {};
  }

  [[nodiscard]] const std::vector<elf_symbol>& all() const noexcept { return symbols_; }
  [[nodiscard]] bool text_refers_to_itself() const noexcept { return text_refers_to_itself_; }
  /// Whether what is at this offset of .text refers to a function or variable of the kernel.
  [[nodiscard]] bool refers_out_of_text(std::uint64_t offset) const noexcept {
    return std::find(calls_out_.begin(), calls_out_.end(), offset) != calls_out_.end();
  }

 private:
  [[nodiscard]] std::optional<elf_flaw> read(const elf_section& table) {
    const auto& header = table.header;
    if (header.sh_entsize != sizeof(Elf64_Sym) || header.sh_size % sizeof(Elf64_Sym) != 0) {
      return flawed(table.text(), " of ", header.sh_size, " bytes with symbols of ",
                    header.sh_entsize, " bytes");
    }
    if (auto flaw = sections_.check_strings(header.sh_link, "the symbols' names")) return flaw;
    const auto count = static_cast<int>(header.sh_size / sizeof(Elf64_Sym));
    symbols_.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      GElf_Sym raw;
      if (gelf_getsym(table.data, i, &raw) == nullptr) {
        return flawed(table.text(), ": symbol ", symbols_.size(), " that libelf cannot read");
      }
      const auto name = sections_.string(header.sh_link, raw.st_name);
      if (!name) {
        return flawed("symbol ", symbols_.size(), " with its name at ", raw.st_name, " of ",
                      sections_.all()[header.sh_link].bytes.size(), " bytes");
      }
      symbols_.push_back({*name, static_cast<unsigned>(GELF_ST_TYPE(raw.st_info)), raw.st_shndx,
                          raw.st_value, raw.st_size,
                          static_cast<unsigned>(GELF_ST_BIND(raw.st_info))});
      if (auto flaw = check_place(symbols_.back())) return flaw;
    }
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> check_place(const elf_symbol& symbol) const {
    if (symbol.section == SHN_UNDEF || symbol.section == SHN_ABS || symbol.section == SHN_COMMON) {
      return {};
    }
    const auto number = symbols_.size() - 1;
    if (symbol.section >= sections_.all().size()) {
      return flawed("symbol ", number, " (", symbol.name, ") in section ", symbol.section, " of ",
                    sections_.all().size());
    }
    const auto& section = sections_.all()[symbol.section];
    if (!within(symbol.value, symbol.size, section.header.sh_size)) {
      return flawed("symbol ", number, " (", symbol.name, ") at ", symbol.value, ", ", symbol.size,
                    " bytes long, beyond the end of ", section.text(), " at ",
                    section.header.sh_size);
    }
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> check_relocations(const elf_section& section) {
    const auto& header = section.header;
    if (header.sh_type == SHT_RELA) {
      return flawed(section.text(), " of relocations with addends, which BPF has none of");
    }
    if (header.sh_type != SHT_REL) return {};
    if (header.sh_entsize != sizeof(Elf64_Rel) || header.sh_size % sizeof(Elf64_Rel) != 0) {
      return flawed(section.text(), " of ", header.sh_size, " bytes with relocations of ",
                    header.sh_entsize, " bytes");
    }
    if (header.sh_info == 0 || header.sh_info >= sections_.all().size()) {
      return flawed(section.text(), " of relocations for section ", header.sh_info, " of ",
                    sections_.all().size());
    }
    const auto& target = sections_.all()[header.sh_info];
    // libbpf takes the name in one place and the number in another, so that both must mean one
    // section.
    if (!section.name.starts_with(".rel") || section.name.substr(4) != target.name) {
      return flawed(section.text(), " of relocations for ", target.text());
    }
    if (target.data == nullptr) {
      return flawed(section.text(), " of relocations for ", target.text(), ", which has no bytes");
    }
    return check_entries(section, target);
  }

  [[nodiscard]] std::optional<elf_flaw> check_entries(const elf_section& section,
                                                      const elf_section& target) {
    // A relocation of code has the offset of an instruction; one of data has that of a pointer of
    // 8 bytes or of an offset of 4 bytes.
    const std::uint64_t width = target.name == ".maps" || target.holds_code() ? 8 : 4;
    const auto count = static_cast<int>(section.header.sh_size / sizeof(Elf64_Rel));
    for (int i = 0; i < count; ++i) {
      GElf_Rel relocation;
      const auto number = static_cast<unsigned>(i);
      if (gelf_getrel(section.data, i, &relocation) == nullptr) {
        return flawed(section.text(), ": relocation ", number, " that libelf cannot read");
      }
      const auto symbol = GELF_R_SYM(relocation.r_info);
      if (symbol >= symbols_.size()) {
        return flawed(section.text(), ": relocation ", number, " refers to symbol ", symbol, " of ",
                      symbols_.size());
      }
      if (!within(relocation.r_offset, width, target.header.sh_size) ||
          (width == 8 && relocation.r_offset % 8 != 0)) {
        return flawed(section.text(), ": relocation ", number, " at ", relocation.r_offset,
                      " is not within ", target.text(), " of ", target.header.sh_size, " bytes");
      }
      if (target.name == ".text") {
        text_refers_to_itself_ |= symbols_[symbol].section == target.index;
        if (symbols_[symbol].section == SHN_UNDEF) calls_out_.push_back(relocation.r_offset);
      }
    }
    return {};
  }

  const elf_sections& sections_;
  std::vector<elf_symbol> symbols_;
  std::vector<std::uint64_t> calls_out_;
  bool text_refers_to_itself_ = false;
};

}  // namespace linchpin::detail
