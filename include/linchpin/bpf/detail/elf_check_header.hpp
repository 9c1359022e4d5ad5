// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_flaw.hpp>

#include <elf.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline bool elf_starts_with(std::span<const std::byte> bytes, std::string_view magic) noexcept {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

inline std::string first_bytes_of_elf(std::span<const std::byte> elf) {
  if (elf.empty()) return "nothing: it is empty";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  std::string printable;
  for (const std::byte byte : elf.first(elf.size() < 4 ? elf.size() : 4)) {
    const auto value = std::to_integer<unsigned char>(byte);
    if (!hex.empty()) hex += ' ';
    hex += digits[value >> 4];
    hex += digits[value & 15];
    printable += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
  }
  return elf_text("starts with ", hex, " (\"", printable, "\"), not \\x7fELF");
}

inline std::optional<elf_flaw> flaw_of_byte_order(const Elf64_Ehdr& header) {
  constexpr bool little = std::endian::native == std::endian::little;
  const auto order = header.e_ident[EI_DATA];
  if (order == (little ? ELFDATA2LSB : ELFDATA2MSB)) return {};
  return elf_flaw{elf_text("a ", order == ELFDATA2MSB ? "big" : "little", "-endian object on a ",
                           little ? "little" : "big", "-endian machine"),
                  little ? "compile with clang -target bpfel -g -O2 -c"
                         : "compile with clang -target bpfeb -g -O2 -c"};
}

inline std::optional<elf_flaw> flaw_of_kind(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    return elf_flaw{"an ELF of another class than 64 bits", how_to_compile};
  }
  // Old compilers wrote 0 as the machine.
  if (header.e_machine != EM_BPF && header.e_machine != EM_NONE) {
    return elf_flaw{elf_text("an ELF for another machine (e_machine ", header.e_machine,
                             ", BPF is ", unsigned{EM_BPF}, ")"),
                    how_to_compile};
  }
  if (header.e_type != ET_REL) {
    return elf_flaw{elf_text("an ELF that is no object file (e_type ", header.e_type,
                             ", an object file is ", unsigned{ET_REL}, ")"),
                    how_to_compile};
  }
  return {};
}

// 0 sections, or an index of 0xffff, would mean that section 0 has the true numbers. A symbol of a
// BPF object has 16 bits for its section, so that none has that many.
inline std::optional<elf_flaw> flaw_of_section_table(const Elf64_Ehdr& header, std::size_t size) {
  if (header.e_shentsize != sizeof(Elf64_Shdr)) {
    return flawed("section headers of ", header.e_shentsize, " bytes, not ", sizeof(Elf64_Shdr));
  }
  if (header.e_shnum < 2 || header.e_shnum >= SHN_LORESERVE) {
    return flawed("a section table of ", header.e_shnum, " sections");
  }
  if (!within(header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr), size)) {
    return flawed("a section table of ", header.e_shnum, " sections at ", header.e_shoff,
                  ", beyond the end of the file at ", size);
  }
  if (header.e_shoff < sizeof(Elf64_Ehdr)) {
    return flawed("a section table at ", header.e_shoff, ", within the ELF header");
  }
  if (header.e_shstrndx == SHN_UNDEF || header.e_shstrndx >= header.e_shnum) {
    return flawed("section ", header.e_shstrndx, " of ", header.e_shnum,
                  " as the one with the sections' names");
  }
  return {};
}

/// Checks the ELF header, up to the place of the section table.
inline std::optional<elf_flaw> flaw_of_header(std::span<const std::byte> elf) {
  constexpr std::string_view llvm_bitcode = "BC\xc0\xde";
  constexpr std::string_view elf_magic{ELFMAG, SELFMAG};
  if (elf_starts_with(elf, llvm_bitcode)) {
    return elf_flaw{"LLVM bitcode, of clang -emit-llvm or -flto", how_to_compile};
  }
  if (!elf_starts_with(elf, elf_magic)) return elf_flaw{first_bytes_of_elf(elf), how_to_compile};
  Elf64_Ehdr header{};
  if (elf.size() < sizeof header) {
    return flawed("an ELF header cut off after ", elf.size(), " bytes");
  }
  std::memcpy(&header, elf.data(), sizeof header);
  if (auto flaw = flaw_of_byte_order(header)) return flaw;
  if (auto flaw = flaw_of_kind(header)) return flaw;
  return flaw_of_section_table(header, elf.size());
}

}  // namespace linchpin::detail
