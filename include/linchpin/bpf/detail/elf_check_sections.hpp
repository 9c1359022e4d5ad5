// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_flaw.hpp>
#include <linchpin/core/detail/is_one_of.hpp>

#include <elf.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A section whose bytes lie within the file.
struct elf_section {
  std::size_t index = 0;
  std::string_view name;
  GElf_Shdr header{};
  std::span<const std::byte> bytes;  ///< empty for a section that has none in the file, as .bss
  Elf_Data* data = nullptr;

  [[nodiscard]] bool holds_code() const noexcept {
    return header.sh_type == SHT_PROGBITS && (header.sh_flags & SHF_EXECINSTR) != 0;
  }
  /// "section 5 (.maps)"
  [[nodiscard]] std::string text() const { return elf_text("section ", index, " (", name, ")"); }
};

/// The sections of an ELF. `read` finds what is wrong with them; the rest is valid where it found
/// nothing.
///
/// ownership: the bytes of the ELF must outlive it.
class elf_sections {
 public:
  elf_sections() = default;
  elf_sections(const elf_sections&) = delete;
  elf_sections& operator=(const elf_sections&) = delete;
  ~elf_sections() { elf_end(elf_); }

  [[nodiscard]] std::optional<elf_flaw> read(std::span<const std::byte> elf) {
    if (elf_version(EV_CURRENT) == EV_NONE) return unreadable();
    // libelf writes into the bytes only to change their byte order, and these have this machine's.
    char* const first = const_cast<char*>(reinterpret_cast<const char*>(elf.data()));
    elf_ = elf_memory(first, elf.size());
    if (elf_ == nullptr || elf_kind(elf_) != ELF_K_ELF) return unreadable();
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_, &names) != 0) return unreadable();
    all_.resize(1);
    for (Elf_Scn* at = nullptr; (at = elf_nextscn(elf_, at)) != nullptr;) {
      if (auto flaw = add(*at, elf)) return flaw;
    }
    if (names >= all_.size()) return unreadable();
    return check_names(names);
  }

  /// All sections by their index. Index 0 is no section.
  [[nodiscard]] const std::vector<elf_section>& all() const noexcept { return all_; }
  [[nodiscard]] const elf_section* find(std::string_view name) const noexcept {
    const auto found = std::find_if(all_.begin(), all_.end(), [name](const elf_section& section) {
      return section.index != 0 && section.name == name;
    });
    return found == all_.end() ? nullptr : &*found;
  }
  /// returns: nothing where the text does not end within its section.
  [[nodiscard]] std::optional<std::string_view> string(std::size_t section,
                                                       std::size_t offset) const {
    const auto& strings = all_[section].bytes;
    if (offset >= strings.size()) return {};
    const char* const first = reinterpret_cast<const char*>(strings.data()) + offset;
    const std::string_view rest{first, strings.size() - offset};
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) return {};
    return rest.substr(0, end);
  }
  [[nodiscard]] std::optional<elf_flaw> check_strings(std::size_t index,
                                                      std::string_view of) const {
    if (index == 0 || index >= all_.size() || all_[index].header.sh_type != SHT_STRTAB) {
      return flawed("section ", index, " of ", all_.size(), " as the strings of ", of,
                    ", which is no table of strings");
    }
    const auto& strings = all_[index].bytes;
    if (strings.empty() || strings.back() != std::byte{0}) {
      return flawed("strings of ", of, " in section ", index, " without an end");
    }
    return {};
  }

 private:
  [[nodiscard]] static elf_flaw unreadable() {
    const char* const reason = elf_errmsg(-1);
    return flawed("an ELF that libelf cannot read: ", reason == nullptr ? "no reason" : reason);
  }

  [[nodiscard]] std::optional<elf_flaw> add(Elf_Scn& at, std::span<const std::byte> elf) {
    elf_section section;
    section.index = all_.size();
    if (gelf_getshdr(&at, &section.header) == nullptr) return unreadable();
    const auto& header = section.header;
    if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL) {
      all_.push_back(section);
      return {};
    }
    if (!within(header.sh_offset, header.sh_size, elf.size())) {
      return flawed("section ", section.index, " at ", header.sh_offset, ", ", header.sh_size,
                    " bytes long, beyond the end of the file at ", elf.size());
    }
    section.bytes = elf.subspan(header.sh_offset, header.sh_size);
    section.data = elf_getdata(&at, nullptr);
    if (section.data == nullptr || section.data->d_size != header.sh_size) {
      return flawed("section ", section.index, " of type ", header.sh_type, ", ", header.sh_size,
                    " bytes long, that libelf cannot read");
    }
    all_.push_back(section);
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> check_names(std::size_t names) {
    if (auto flaw = check_strings(names, "the sections' names")) return flaw;
    for (auto& section : all_) {
      if (section.index == 0) continue;
      const auto name = string(names, section.header.sh_name);
      if (!name) {
        return flawed("section ", section.index, " with its name at ", section.header.sh_name,
                      " of ", all_[names].bytes.size(), " bytes");
      }
      section.name = *name;
      if (auto flaw = check_form(section)) return flaw;
    }
    return check_twins();
  }

  // libbpf finds some sections by their names alone, so that each must be what its name says.
  // source: bpf_object__elf_collect
  [[nodiscard]] static std::optional<elf_flaw> check_form(const elf_section& section) {
    const auto& header = section.header;
    if ((header.sh_flags & SHF_COMPRESSED) != 0 && !section.name.starts_with(".debug_")) {
      return flawed(section.text(), " compressed");
    }
    if (section.name == "maps") {
      return elf_flaw{"maps declared in SEC(\"maps\"), which libbpf 1.0 and newer do not take",
                      "declare them with __uint() and __type() in SEC(\".maps\")"};
    }
    const bool of_bytes = is_one_of<std::string_view>(
        section.name, {".maps", ".BTF", ".BTF.ext", "license", "version"});
    if (of_bytes && header.sh_type != SHT_PROGBITS) {
      return flawed(section.text(), " of type ", header.sh_type, ", not PROGBITS");
    }
    return check_size(section);
  }

  [[nodiscard]] static std::optional<elf_flaw> check_size(const elf_section& section) {
    const auto& header = section.header;
    // The kernel creates no map with a larger value (array_map_alloc_check), and libbpf would cut
    // the size to 32 bits.
    if (header.sh_type == SHT_NOBITS && header.sh_size > INT_MAX) {
      return flawed(section.text(), " of ", header.sh_size, " bytes, more than a map's value has");
    }
    if (section.name == "license" && section.bytes.empty()) return flawed("an empty license");
    if (section.name == "version" && section.bytes.size() != 4) {
      return flawed(section.text(), " of ", section.bytes.size(), " bytes, not 4");
    }
    return {};
  }

  // Of several sections with one of these names, libbpf uses the last, also where a symbol refers
  // to an earlier one.
  [[nodiscard]] std::optional<elf_flaw> check_twins() const {
    static constexpr std::array<std::string_view, 7> single{
        ".maps", ".BTF", ".BTF.ext", ".text", ".struct_ops", "license", "version"};
    std::array<std::size_t, single.size()> first{};
    for (const auto& section : all_) {
      const auto* const known = std::find(single.begin(), single.end(), section.name);
      if (section.index == 0 || known == single.end()) continue;
      auto& earlier = first[static_cast<std::size_t>(known - single.begin())];
      if (earlier != 0) return flawed(section.text(), " there twice: section ", earlier, " too");
      earlier = section.index;
    }
    return {};
  }

  Elf* elf_ = nullptr;
  std::vector<elf_section> all_;
};

}  // namespace linchpin::detail
