// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_btf.hpp>
#include <linchpin/bpf/detail/elf_check_sections.hpp>
#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Gives the variables of an opened object the linkage that they have in its ELF.
///
/// libbpf calls hidden variables static, so that skeletons leave them out. The compiler treats them as
/// any variable that other files may know of, and keeps in them what the source says.
///
/// effects: changes the types that libbpf has of the object; no system call.
/// \param elf what the object was opened from, and `check_elf` found nothing wrong with
/// cost: one more pass over the types of an object that has static variables
/// source: btf_fixup_datasec in libbpf's libbpf.c
inline void restore_linkage(const bpf_object& opened, std::span<const std::byte> elf) {
  const btf* const types = bpf_object__btf(&opened);
  if (types == nullptr) return;
  std::vector<std::uint32_t> called_static;
  for (std::uint32_t id = 1; id < btf__type_cnt(types); ++id) {
    const auto* const type = btf__type_by_id(types, id);
    if (btf_is_var(type) && btf_var(type)->linkage == BTF_VAR_STATIC) called_static.push_back(id);
  }
  if (called_static.empty()) return;
  elf_sections sections;
  elf_btf as_compiled;
  if (sections.read(elf) || as_compiled.read(sections)) return;
  const auto& compiled = as_compiled.types();
  for (const auto id : called_static) {
    if (!compiled.has(id) || compiled.kind(id) != btf_kind::var) continue;
    const auto linkage = compiled.part<std::uint32_t>(id, 0);
    // The memory is libbpf's own, which has changed it in the same way.
    btf_var(const_cast<btf_type*>(btf__type_by_id(types, id)))->linkage = linkage;
  }
}

}  // namespace linchpin::detail
