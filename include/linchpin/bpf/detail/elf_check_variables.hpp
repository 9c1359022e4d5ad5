// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_check_btf.hpp>
#include <linchpin/bpf/detail/elf_check_symbols.hpp>
#include <linchpin/core/uapi.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// libbpf adds up the sizes of all settings of a kernel (`__kconfig`) in an int. The largest
/// setting known is the text of a compiler's version.
inline constexpr std::uint64_t largest_settings = 1U << 20;

/// Checks what BTF says of the variables of each section (maps, settings, struct_ops) against the
/// sections of the ELF.
class elf_variables {
 public:
  elf_variables(const elf_sections& sections, const elf_symbols& symbols, const btf_bytes& types)
      : sections_(sections), types_(types) {
    for (const auto& symbol : symbols.all()) {
      if (symbol.is_variable()) variables_.push_back(symbol.name);
    }
    std::sort(variables_.begin(), variables_.end());
  }

  [[nodiscard]] std::optional<elf_flaw> check() const {
    for (std::uint32_t id = 1; id < types_.count(); ++id) {
      if (types_.kind(id) != btf_kind::datasec) continue;
      if (auto flaw = check_section(id)) return flaw;
    }
    return {};
  }

 private:
  [[nodiscard]] static bool holds_struct_ops(std::string_view section) noexcept {
    if (section.starts_with('?')) section.remove_prefix(1);
    return section.starts_with(".struct_ops");
  }

  [[nodiscard]] std::optional<elf_flaw> check_section(std::uint32_t id) const {
    const auto name = types_.name(id);
    const auto* const section = sections_.find(name);
    const bool of_kernel = name == ".kconfig" || name == ".ksyms";
    if (!of_kernel) {
      if (auto flaw = check_size(id, section)) return flaw;
    }
    std::uint64_t settings = 0;
    for (std::uint32_t i = 0; i < types_.parts(id); ++i) {
      const auto place = types_.part<btf_var_secinfo>(id, i);
      if (section != nullptr) {
        if (auto flaw = check_place(*section, place)) return flaw;
      }
      if (types_.kind(place.type) != btf_kind::var) continue;
      if (!of_kernel && !has_symbol(place.type)) {
        return flawed("variable ", types_.name(place.type), " of section ", name,
                      " without a symbol");
      }
      if (auto flaw = check_use(name, section, place, settings)) return flaw;
    }
    return {};
  }

  // What libbpf makes of a variable, by the name of its section.
  [[nodiscard]] std::optional<elf_flaw> check_use(std::string_view name, const elf_section* section,
                                                  const btf_var_secinfo& place,
                                                  std::uint64_t& settings) const {
    const auto type = types_.behind(types_.head(place.type).type);
    if (name == ".kconfig") return check_setting(place.type, type, settings);
    if (name == ".maps") return check_map(types_.name(place.type), type);
    if (section != nullptr && holds_struct_ops(name)) {
      return check_struct_ops(*section, place, type);
    }
    return {};
  }

  // clang writes 0 as the size of a section, and libbpf takes the size from the ELF.
  [[nodiscard]] std::optional<elf_flaw> check_size(std::uint32_t id,
                                                   const elf_section* section) const {
    if (types_.head(id).size != 0 || (section != nullptr && section->header.sh_size != 0))
      return {};
    return flawed("variables of section ", types_.name(id), ", which is not there or empty");
  }

  // libbpf looks up the symbol of each variable that is neither static nor extern.
  [[nodiscard]] bool has_symbol(std::uint32_t variable) const {
    const auto linkage = types_.part<std::uint32_t>(variable, 0);
    return linkage == BTF_VAR_STATIC || linkage == BTF_VAR_GLOBAL_EXTERN ||
           std::binary_search(variables_.begin(), variables_.end(), types_.name(variable));
  }

  // clang writes 0 as the offset of a variable, and libbpf takes the offset from the symbol.
  [[nodiscard]] std::optional<elf_flaw> check_place(const elf_section& section,
                                                    const btf_var_secinfo& place) const {
    if (within(place.offset, place.size, section.header.sh_size)) return {};
    return flawed("variable ", types_.name(place.type), " at ", place.offset, ", ", place.size,
                  " bytes long, beyond the end of ", section.text(), " at ",
                  section.header.sh_size);
  }

  // libbpf follows the type of a setting before it checks whether it supports such a type.
  // source: find_kcfg_type
  [[nodiscard]] std::optional<elf_flaw> check_setting(std::uint32_t variable, std::uint32_t type,
                                                      std::uint64_t& sum) const {
    std::uint64_t count = 1;
    if (types_.kind(type) == btf_kind::array) {
      const auto array = types_.part<btf_element>(type, 0);
      count = array.nelems;
      type = types_.behind(array.type);
    }
    const auto kind = types_.kind(type);
    const bool simple = kind == btf_kind::integer || kind == btf_kind::enumeration ||
                        kind == btf_kind::enumeration64;
    const std::uint64_t size = simple ? types_.head(type).size * count : 0;
    sum += size;
    if (size != 0 && sum <= largest_settings) return {};
    return flawed("setting ", types_.name(variable), " (__kconfig), ",
                  simple ? "of no size that a setting has" : "neither a number nor a text");
  }

  // libbpf believes that it made every map of type struct_ops from a variable in .struct_ops.
  [[nodiscard]] std::optional<elf_flaw> check_map(std::string_view map, std::uint32_t type) const {
    if (types_.kind(type) != btf_kind::structure) return {};
    for (std::uint32_t i = 0; i < types_.parts(type); ++i) {
      const auto member = types_.part<btf_member>(type, i);
      if (types_.string(member.name_off) != "type") continue;
      if (uapi::map_type{number_of(member.type)} == uapi::map_type::struct_ops) {
        return flawed("map ", map, " of .maps of type struct_ops, which only libbpf makes");
      }
    }
    return {};
  }

  // __uint(name, 5) is a pointer to an array of 5 elements.
  [[nodiscard]] std::uint32_t number_of(std::uint32_t type) const {
    const auto pointer = types_.behind(type);
    if (types_.kind(pointer) != btf_kind::ptr) return 0;
    const auto array = types_.head(pointer).type;
    return types_.kind(array) == btf_kind::array ? types_.part<btf_element>(array, 0).nelems : 0;
  }

  // libbpf adds up offset and size in 32 bits.
  [[nodiscard]] std::optional<elf_flaw> check_struct_ops(const elf_section& section,
                                                         const btf_var_secinfo& place,
                                                         std::uint32_t type) const {
    if (types_.kind(type) != btf_kind::structure) return {};
    return check_place(section, {place.type, place.offset, types_.head(type).size});
  }

  const elf_sections& sections_;
  const btf_bytes& types_;
  std::vector<std::string_view> variables_;  ///< the names of symbols, sorted
};

inline std::optional<elf_flaw> flaw_of_variables(const elf_sections& sections,
                                                 const elf_symbols& symbols, const elf_btf& types) {
  return elf_variables{sections, symbols, types.types()}.check();
}

}  // namespace linchpin::detail
