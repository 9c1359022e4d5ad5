// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gelf.h>
#include <libelf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Which maps each function of a BPF ELF refers to, itself or through the functions it calls. Maps
/// behind global variables have their section's name: ".bss".
///
/// returns: nothing for an ELF that cannot be read; callers have parsed it before.
[[nodiscard]] std::map<std::string, std::set<std::string>> maps_by_function(
    std::span<const std::byte> elf);
/// Which functions each function of a BPF ELF reaches by tail calls, over any number of them, as
/// far as the ELF itself fills the arrays.
[[nodiscard]] std::map<std::string, std::set<std::string>> tail_calls_by_function(
    std::span<const std::byte> elf);

namespace elf_references {

struct function {
  std::string name;
  std::size_t section = 0;
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  std::set<std::string> maps;
  std::set<std::size_t> calls;  ///< indices of functions
};

class reader {
 public:
  explicit reader(std::span<const std::byte> elf)
      : elf_(elf_memory(const_cast<char*>(reinterpret_cast<const char*>(elf.data())), elf.size()),
             &elf_end) {}

  std::map<std::string, std::set<std::string>> read() {
    if (!elf_ || elf_getshdrstrndx(elf_.get(), &names_) != 0) return {};
    find_symbols();
    find_functions();
    for (Elf_Scn* at = nullptr; (at = elf_nextscn(elf_.get(), at)) != nullptr;) {
      GElf_Shdr header;
      if (gelf_getshdr(at, &header) != nullptr && header.sh_type == SHT_REL) follow(at, header);
    }
    return close();
  }
  // The programs that `read` found in the arrays.
  [[nodiscard]] const std::map<std::string, std::set<std::string>>& slots() const noexcept {
    return slots_;
  }

 private:
  void find_symbols() {
    for (Elf_Scn* at = nullptr; (at = elf_nextscn(elf_.get(), at)) != nullptr;) {
      GElf_Shdr header;
      if (gelf_getshdr(at, &header) == nullptr || header.sh_type != SHT_SYMTAB) continue;
      strings_ = header.sh_link;
      Elf_Data* const data = elf_getdata(at, nullptr);
      GElf_Sym symbol;
      for (int i = 0; data != nullptr && gelf_getsym(data, i, &symbol) != nullptr; ++i)
        symbols_.push_back(symbol);
    }
  }

  void find_functions() {
    for (const auto& symbol : symbols_) {
      if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      functions_.push_back(
          {symbol_name(symbol), symbol.st_shndx, symbol.st_value, symbol.st_size, {}, {}});
    }
  }

  void follow(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* const data = elf_getdata(section, nullptr);
    GElf_Rel relocation;
    for (int i = 0; data != nullptr && gelf_getrel(data, i, &relocation) != nullptr; ++i) {
      const auto number = GELF_R_SYM(relocation.r_info);
      if (section_name(header.sh_info) == ".maps") {
        if (number < symbols_.size()) fill(header.sh_info, relocation.r_offset, symbols_[number]);
        continue;
      }
      const auto from = function_at(header.sh_info, relocation.r_offset);
      if (from == functions_.size() || number >= symbols_.size()) continue;
      refer(functions_[from], symbols_[number]);
    }
  }

  // An entry of a map that holds a function or another map.
  void fill(std::size_t section, std::uint64_t offset, const GElf_Sym& with) {
    if (GELF_ST_TYPE(with.st_info) != STT_FUNC) return;
    for (const auto& map : symbols_) {
      if (GELF_ST_TYPE(map.st_info) == STT_OBJECT && map.st_shndx == section &&
          offset >= map.st_value && offset < map.st_value + map.st_size) {
        slots_[symbol_name(map)].insert(symbol_name(with));
      }
    }
  }

  void refer(function& from, const GElf_Sym& symbol) {
    const auto section = section_name(symbol.st_shndx);
    if (section == ".maps") {
      from.maps.insert(symbol_name(symbol));
    } else if (section.starts_with(".bss") || section.starts_with(".data") ||
               section.starts_with(".rodata")) {
      from.maps.insert(section);
    } else {
      // A call names the function, or only its section: then it may be any function of the section.
      const bool whole = GELF_ST_TYPE(symbol.st_info) == STT_SECTION;
      for (std::size_t i = 0; i != functions_.size(); ++i) {
        const auto& to = functions_[i];
        if (to.section == symbol.st_shndx && (whole || to.start == symbol.st_value))
          from.calls.insert(i);
      }
    }
  }

  std::map<std::string, std::set<std::string>> close() {
    for (bool grew = true; grew;) {
      grew = false;
      for (auto& from : functions_) {
        const auto before = from.maps.size();
        for (const auto to : from.calls)
          from.maps.insert(functions_[to].maps.begin(), functions_[to].maps.end());
        grew = grew || from.maps.size() != before;
      }
    }
    std::map<std::string, std::set<std::string>> uses;
    for (auto& function : functions_) uses[function.name] = std::move(function.maps);
    return uses;
  }

  std::size_t function_at(std::size_t section, std::uint64_t offset) const {
    for (std::size_t i = 0; i != functions_.size(); ++i) {
      const auto& function = functions_[i];
      if (function.section == section && offset >= function.start &&
          offset < function.start + function.size)
        return i;
    }
    return functions_.size();
  }

  std::string symbol_name(const GElf_Sym& symbol) const {
    const char* const name = elf_strptr(elf_.get(), strings_, symbol.st_name);
    return name == nullptr ? "" : name;
  }

  std::string section_name(std::size_t index) const {
    GElf_Shdr header;
    Elf_Scn* const section = elf_getscn(elf_.get(), index);
    if (section == nullptr || gelf_getshdr(section, &header) == nullptr) return {};
    const char* const name = elf_strptr(elf_.get(), names_, header.sh_name);
    return name == nullptr ? "" : name;
  }

  std::unique_ptr<Elf, int (*)(Elf*)> elf_;
  std::size_t names_ = 0;
  std::size_t strings_ = 0;
  std::vector<GElf_Sym> symbols_;
  std::vector<function> functions_;
  std::map<std::string, std::set<std::string>> slots_;  // by map
};

}  // namespace elf_references

inline std::map<std::string, std::set<std::string>> maps_by_function(
    std::span<const std::byte> elf) {
  elf_version(EV_CURRENT);
  // libelf may write into the bytes that it is given.
  std::vector<std::byte> copy{elf.begin(), elf.end()};
  return elf_references::reader{copy}.read();
}

inline std::map<std::string, std::set<std::string>> tail_calls_by_function(
    std::span<const std::byte> elf) {
  elf_version(EV_CURRENT);
  std::vector<std::byte> copy{elf.begin(), elf.end()};
  elf_references::reader object{copy};
  std::map<std::string, std::set<std::string>> calls;
  for (const auto& [caller, maps] : object.read()) {
    for (const auto& map : maps) {
      const auto filled = object.slots().find(map);
      if (filled != object.slots().end()) {
        calls[caller].insert(filled->second.begin(), filled->second.end());
      }
    }
  }
  for (bool grew = true; grew;) {
    grew = false;
    for (auto& [caller, reached] : calls) {
      const auto before = reached.size();
      for (const auto& callee : std::set<std::string>{reached}) {
        const auto further = calls.find(callee);
        if (further != calls.end()) reached.insert(further->second.begin(), further->second.end());
      }
      grew = grew || reached.size() != before;
    }
  }
  return calls;
}

}  // namespace linchpin::detail
