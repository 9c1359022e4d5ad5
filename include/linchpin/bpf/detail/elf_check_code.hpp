// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_symbols.hpp>

#include <bit>
#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// How many functions may call one another: libbpf follows calls by recursion. The kernel allows
/// 256 functions in a program.
inline constexpr std::size_t most_functions = 16'384;

/// The parts of an instruction that say whether it refers to a function.
/// source: struct bpf_insn
struct bpf_operation {
  static constexpr std::uint64_t size = 8;
  static constexpr unsigned two_slot_load = 0x18;  ///< BPF_LD | BPF_IMM | BPF_DW
  static constexpr unsigned call = 0x85;           ///< BPF_JMP | BPF_CALL
  static constexpr unsigned pseudo_call = 1;
  static constexpr unsigned pseudo_func = 4;

  unsigned code = 0;
  unsigned source = 0;

  [[nodiscard]] static bpf_operation at(const elf_section& section, std::uint64_t offset) noexcept {
    const auto code = std::to_integer<unsigned>(section.bytes[offset]);
    const auto registers = std::to_integer<unsigned>(section.bytes[offset + 1]);
    constexpr bool little = std::endian::native == std::endian::little;
    return {code, little ? registers >> 4 : registers & 15};
  }
  [[nodiscard]] bool refers_to_function() const noexcept {
    return (code == call && source == pseudo_call) ||
           (code == two_slot_load && source == pseudo_func);
  }
};

/// \param symbol a function in `code`, within its bounds.
inline std::optional<elf_flaw> flaw_of_function(const elf_section& code, const elf_symbol& symbol) {
  if (symbol.size == 0 || symbol.size % bpf_operation::size != 0 ||
      symbol.value % bpf_operation::size != 0) {
    return flawed("function ", symbol.name, " at ", symbol.value, " of ", code.text(), ", ",
                  symbol.size, " bytes long, in no whole instructions of 8 bytes");
  }
  // libbpf writes an address into both slots of the instruction.
  const auto last = symbol.value + symbol.size - bpf_operation::size;
  if (bpf_operation::at(code, last).code == bpf_operation::two_slot_load) {
    return flawed("function ", symbol.name, " of ", code.text(),
                  " with half an instruction at its end");
  }
  return {};
}

/// Refuses a program that calls itself: libbpf appends each function that a program calls to the
/// program, and would append the program to itself while it grows.
inline bool calls_itself(const elf_section& code, const elf_symbol& function,
                         const elf_symbols& symbols) noexcept {
  if (symbols.text_refers_to_itself()) return true;
  for (auto at = function.value; at < function.value + function.size; at += bpf_operation::size) {
    if (bpf_operation::at(code, at).refers_to_function() && !symbols.refers_out_of_text(at)) {
      return true;
    }
  }
  return false;
}

inline std::optional<elf_flaw> flaw_of_code(const elf_sections& sections,
                                            const elf_symbols& symbols) {
  std::size_t functions = 0;
  const elf_symbol* only = nullptr;
  for (const auto& symbol : symbols.all()) {
    if (!symbol.is_function() || !symbol.in_section()) continue;
    const auto& code = sections.all()[symbol.section];
    if (!code.holds_code()) continue;
    if (auto flaw = flaw_of_function(code, symbol)) return flaw;
    only = &symbol;
    if (++functions > most_functions) return flawed("more than ", most_functions, " functions");
  }
  if (functions != 1) return {};
  const auto& code = sections.all()[only->section];
  if (code.name != ".text") return {};
  if (calls_itself(code, *only, symbols)) {
    return elf_flaw{
        elf_text("function ", only->name, ", which calls itself and is the only one"),
        "no kernel runs it: BPF has no recursion; give a program a SEC(\"...\") of its own"};
  }
  return {};
}

}  // namespace linchpin::detail
