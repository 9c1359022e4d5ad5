// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_btf.hpp>
#include <linchpin/bpf/detail/elf_check_symbols.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Bytes of .BTF.ext, a number of 32 bits at a time.
class btf_ext_words {
 public:
  explicit btf_ext_words(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] std::uint32_t at(std::uint64_t offset) const noexcept {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes_.data() + offset, sizeof word);
    return word;
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }

 private:
  std::span<const std::byte> bytes_;
};

/// One of the three tables of .BTF.ext.
struct btf_ext_table {
  std::string_view name;
  std::uint32_t least_record;
  /// What the words of a record refer to, the first being an offset in code.
  std::uint64_t type_at, name_at, second_name_at;  ///< 0 for none
};

inline constexpr std::array<btf_ext_table, 3> btf_ext_tables{{
    {"functions", 8, 4, 0, 0},
    {"lines", 16, 0, 4, 8},
    {"relocations of types", 16, 4, 8, 0},
}};

/// The section .BTF.ext: where its functions and lines are, and which fields libbpf relocates.
///
/// source: btf_ext_setup_info; Documentation/bpf/btf.rst
class elf_btf_ext {
 public:
  elf_btf_ext(btf_ext_words words, const btf_bytes& types) noexcept
      : words_(words), types_(types) {}

  [[nodiscard]] std::optional<elf_flaw> check() const {
    constexpr std::uint64_t without_relocations = 24;
    if (words_.size() < without_relocations) {
      return flawed("section .BTF.ext of ", words_.size(), " bytes, less than its header has");
    }
    constexpr std::uint32_t magic_and_version = BTF_MAGIC | BTF_VERSION << 16;
    if (words_.at(0) != magic_and_version) {
      return flawed("section .BTF.ext that begins with no BTF of version 1 and this byte order");
    }
    const std::uint64_t header = words_.at(4);
    if (header < without_relocations || header > words_.size()) {
      return flawed("section .BTF.ext with a header of ", header, " bytes, of ", words_.size());
    }
    std::uint64_t at = 8;
    for (const auto& table : btf_ext_tables) {
      if (at + 8 > header) break;
      if (auto flaw = check_table(table, header + words_.at(at), words_.at(at + 4))) return flaw;
      at += 8;
    }
    return {};
  }

 private:
  [[nodiscard]] std::optional<elf_flaw> check_table(const btf_ext_table& table, std::uint64_t at,
                                                    std::uint64_t length) const {
    if (length == 0) return {};
    if (at % 4 != 0 || length < 4 || !within(at, length, words_.size())) {
      return flawed("table of ", table.name, " at ", at, " of .BTF.ext, ", length,
                    " bytes long, beyond the end at ", words_.size());
    }
    const std::uint64_t record = words_.at(at);
    if (record < table.least_record || record % 4 != 0) {
      return flawed("table of ", table.name, " of .BTF.ext with records of ", record, " bytes");
    }
    const std::uint64_t end = at + length;
    for (at += 4; at != end;) {
      if (!within(at, 8, end)) return cut_off(table);
      const std::uint64_t count = words_.at(at + 4);
      if (count == 0 || !within(at + 8, count * record, end)) return cut_off(table);
      if (!types_.has_string(words_.at(at))) return flawed_record(table, 0);
      at += 8;
      for (std::uint64_t i = 0; i < count; ++i, at += record) {
        if (!is_sound(table, at)) return flawed_record(table, i);
      }
    }
    return {};
  }

  [[nodiscard]] bool is_sound(const btf_ext_table& table, std::uint64_t at) const {
    return words_.at(at) % 8 == 0 &&
           (table.type_at == 0 || types_.has(words_.at(at + table.type_at))) &&
           (table.name_at == 0 || types_.has_string(words_.at(at + table.name_at))) &&
           (table.second_name_at == 0 || types_.has_string(words_.at(at + table.second_name_at)));
  }

  [[nodiscard]] static elf_flaw cut_off(const btf_ext_table& table) {
    return flawed("table of ", table.name, " of .BTF.ext cut off");
  }
  [[nodiscard]] static elf_flaw flawed_record(const btf_ext_table& table, std::uint64_t number) {
    return flawed("table of ", table.name, " of .BTF.ext with record ", number,
                  " that refers to what is not there");
  }

  btf_ext_words words_;
  const btf_bytes& types_;
};

inline std::optional<elf_flaw> flaw_of_btf_ext(const elf_sections& sections, const elf_btf& types) {
  const auto* const section = sections.find(".BTF.ext");
  // Without .BTF, libbpf does not read .BTF.ext.
  if (section == nullptr || sections.find(".BTF") == nullptr) return {};
  return elf_btf_ext{btf_ext_words{section->bytes}, types.types()}.check();
}

/// How many steps libbpf may take to open an object. It searches all symbols for every variable and
/// for each section of code, and all types for every undefined symbol. An object that a compiler
/// wrote takes some millions of steps.
inline constexpr std::uint64_t most_steps = 1ULL << 31;

inline std::optional<elf_flaw> flaw_of_effort(const elf_sections& sections,
                                              const elf_symbols& symbols, const elf_btf& types) {
  const auto& btf = types.types();
  std::uint64_t sections_of_code = 0;
  for (const auto& section : sections.all()) sections_of_code += section.holds_code() ? 1 : 0;
  std::uint64_t variables = 0;
  for (std::uint32_t id = 1; id < btf.count(); ++id) {
    if (btf.kind(id) == btf_kind::datasec) variables += btf.parts(id);
  }
  std::uint64_t undefined = 0;
  for (const auto& symbol : symbols.all()) undefined += symbol.section == SHN_UNDEF ? 1 : 0;
  const std::uint64_t steps =
      (sections_of_code + variables) * symbols.all().size() + undefined * (btf.count() + variables);
  if (steps <= most_steps) return {};
  return flawed(symbols.all().size(), " symbols, ", sections_of_code, " sections of code, ",
                variables, " variables and ", btf.count(), " types: more than libbpf can look up");
}

}  // namespace linchpin::detail
