// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_btf.hpp>
#include <linchpin/bpf/detail/elf_check_btf_ext.hpp>
#include <linchpin/bpf/detail/elf_check_code.hpp>
#include <linchpin/bpf/detail/elf_check_header.hpp>
#include <linchpin/bpf/detail/elf_check_sections.hpp>
#include <linchpin/bpf/detail/elf_check_variables.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

inline std::optional<elf_flaw> flaw_of_elf(std::span<const std::byte> elf) {
  if (auto flaw = flaw_of_header(elf)) return flaw;
  elf_sections sections;
  if (auto flaw = sections.read(elf)) return flaw;
  elf_symbols symbols{sections};
  if (auto flaw = symbols.check()) return flaw;
  if (auto flaw = flaw_of_code(sections, symbols)) return flaw;
  elf_btf types;
  if (auto flaw = types.read(sections)) return flaw;
  if (auto flaw = flaw_of_variables(sections, symbols, types)) return flaw;
  if (auto flaw = flaw_of_btf_ext(sections, types)) return flaw;
  return flaw_of_effort(sections, symbols, types);
}

}  // namespace detail

/// Refuses an ELF that would harm libbpf. libbpf 1.1 believes much of what an object says: a
/// damaged one makes it read and write beyond its memory, follow circles without end, or allocate
/// gigabytes. This looks at what libbpf reads unchecked: the header, the section table, sections,
/// symbols, relocations, the bounds of programs, types (BTF) and what refers to them.
///
/// effects: none; the bytes are only read, with libelf.
/// \param subject what an error is about: the path or name of the object
/// errors: bad_format, with what is wrong and where ("section 7 (.relxdp): relocation 2 refers to
///   symbol 9000 of 21"). An object that passes may still be one that libbpf or the kernel refuses.
/// threads: any. libelf keeps its own error number for each thread.
/// cost: no syscall; one pass over symbols, relocations and types. Measured, this takes 12 to 80 %
///   of the time that libbpf takes to open the object: the smaller the object, the larger the
///   share.
/// source: bpf_object__open_mem, bpf_object__load in libbpf 1.1; elf(5); Documentation/bpf/btf.rst
[[nodiscard]] inline result<void> check_elf(std::span<const std::byte> elf,
                                            std::string_view subject) {
  const auto flaw = detail::flaw_of_elf(elf);
  if (!flaw) return {};
  return error{errc::bad_format, "open object", subject}
      .expected("an ELF file compiled for BPF")
      .found(flaw->found)
      .advice(flaw->advice);
}

}  // namespace linchpin
