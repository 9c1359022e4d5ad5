// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::string_view how_to_compile = "compile with clang -target bpf -g -O2 -c";
inline constexpr std::string_view how_to_mend =
    "the file is damaged, or no compiler wrote it: copy it again, or compile it again with clang "
    "-target bpf -g -O2 -c";

/// What is wrong with an ELF, and what to do about it.
struct elf_flaw {
  std::string found;
  std::string_view advice = how_to_mend;
};

inline void append_elf_text(std::string& text, std::string_view word) {
  text += word;
}
inline void append_elf_text(std::string& text, std::unsigned_integral auto number) {
  text += std::to_string(number);
}

/// Pieces of text and numbers, one after the other.
template <class... Pieces>
std::string elf_text(const Pieces&... pieces) {
  std::string text;
  (append_elf_text(text, pieces), ...);
  return text;
}

template <class... Pieces>
elf_flaw flawed(const Pieces&... pieces) {
  return {elf_text(pieces...)};
}

/// Whether `size` bytes from `offset` on lie within `limit`, whatever the numbers.
[[nodiscard]] constexpr bool within(std::uint64_t offset, std::uint64_t size,
                                    std::uint64_t limit) noexcept {
  return offset <= limit && size <= limit - offset;
}

}  // namespace linchpin::detail
