// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/btf_bytes.hpp>
#include <linchpin/bpf/detail/btf_nesting.hpp>
#include <linchpin/bpf/detail/elf_check_sections.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The section .BTF of an ELF: every type ends within it, every name and every type that a type
/// refers to is there, and no type is a part of itself.
///
/// Without a section .BTF it has no types.
class elf_btf {
 public:
  [[nodiscard]] std::optional<elf_flaw> read(const elf_sections& sections) {
    const auto* const section = sections.find(".BTF");
    if (section == nullptr) return {};
    if (auto flaw = read_header(section->bytes)) return flaw;
    if (auto flaw = types_.read()) return flaw;
    for (std::uint32_t id = 1; id < types_.count(); ++id) {
      if (auto flaw = check_references(id)) return flaw;
    }
    return flaw_of_nesting(types_);
  }

  [[nodiscard]] const btf_bytes& types() const noexcept { return types_; }

 private:
  [[nodiscard]] std::optional<elf_flaw> read_header(std::span<const std::byte> bytes) {
    btf_header header;
    if (bytes.size() < sizeof header) {
      return flawed("section .BTF of ", bytes.size(), " bytes, less than its header has");
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != BTF_MAGIC)
      return flawed("section .BTF that begins with no BTF of this byte order");
    if (header.version != BTF_VERSION) return flawed("BTF of version ", unsigned{header.version});
    if (header.hdr_len < sizeof header || header.hdr_len > bytes.size()) {
      return flawed("BTF with a header of ", header.hdr_len, " bytes, in a section of ",
                    bytes.size());
    }
    const auto rest = bytes.subspan(header.hdr_len);
    if (header.type_off % 4 != 0 || !within(header.type_off, header.type_len, rest.size()) ||
        !within(header.type_off, header.type_len, header.str_off)) {
      return flawed("BTF with types at ", header.type_off, ", ", header.type_len,
                    " bytes long, beyond their end");
    }
    if (!within(header.str_off, header.str_len, rest.size())) {
      return flawed("BTF with strings at ", header.str_off, ", ", header.str_len,
                    " bytes long, beyond the end of its section");
    }
    const auto strings = rest.subspan(header.str_off, header.str_len);
    if (strings.empty() || strings.front() != std::byte{0} || strings.back() != std::byte{0}) {
      return flawed("BTF with strings that do not begin and end with a zero");
    }
    types_ = btf_bytes{rest.subspan(header.type_off, header.type_len), strings};
    return {};
  }

  [[nodiscard]] static elf_flaw bad(const btf_bytes& types, std::uint32_t id, std::string_view what,
                                    std::uint32_t which) {
    return flawed("BTF type ", id, ", a ", btf_kind_name(types.kind(id)), ", refers to ", what, " ",
                  which, ", which it cannot");
  }

  [[nodiscard]] std::optional<elf_flaw> check_references(std::uint32_t id) const {
    const auto& type = types_.head(id);
    if (!types_.has_string(type.name_off)) return bad(types_, id, "the name at", type.name_off);
    if (refers_to_one_type(types_.kind(id)) && !types_.has(type.type)) {
      return bad(types_, id, "type", type.type);
    }
    if (types_.kind(id) == btf_kind::func && types_.kind(type.type) != btf_kind::func_proto) {
      return bad(types_, id, "type", type.type);
    }
    return check_parts(id);
  }

  [[nodiscard]] std::optional<elf_flaw> check_parts(std::uint32_t id) const {
    switch (types_.kind(id)) {
      case btf_kind::array:
        return check_array(id);
      case btf_kind::structure:
      case btf_kind::union_:
        return check_members(id);
      case btf_kind::enumeration:
        return check_each<btf_enumerator>(id, [](const auto&) { return true; });
      case btf_kind::enumeration64:
        return check_each<btf_enumerator64>(id, [](const auto&) { return true; });
      case btf_kind::func_proto:
        return check_each<btf_param>(id,
                                     [this](const auto& part) { return types_.has(part.type); });
      case btf_kind::datasec:
        return check_variables(id);
      default:
        return {};
    }
  }

  [[nodiscard]] std::optional<elf_flaw> check_array(std::uint32_t id) const {
    const auto array = types_.part<btf_element>(id, 0);
    if (!types_.has(array.type)) return bad(types_, id, "type", array.type);
    if (!types_.has(array.index_type)) return bad(types_, id, "type", array.index_type);
    return {};
  }

  template <class Part, class Sound>
  [[nodiscard]] std::optional<elf_flaw> check_each(std::uint32_t id, Sound sound) const {
    for (std::uint32_t i = 0; i < types_.parts(id); ++i) {
      const auto part = types_.part<Part>(id, i);
      if (!types_.has_string(part.name_off)) return bad(types_, id, "the name at", part.name_off);
      if (!sound(part)) return bad(types_, id, "the type of its part", i);
    }
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> check_members(std::uint32_t id) const {
    return check_each<btf_member>(id,
                                  [this](const auto& member) { return types_.has(member.type); });
  }

  // libbpf takes what is in .ksyms and .kconfig for externs, and writes into these types unchecked.
  [[nodiscard]] std::optional<elf_flaw> check_variables(std::uint32_t id) const {
    const bool ksyms = types_.name(id) == ".ksyms";
    for (std::uint32_t i = 0; i < types_.parts(id); ++i) {
      const auto variable = types_.part<btf_var_secinfo>(id, i);
      const auto kind = types_.has(variable.type) ? types_.kind(variable.type) : btf_kind::nothing;
      if (kind != btf_kind::var && (kind != btf_kind::func || !ksyms)) {
        return bad(types_, id, "type", variable.type);
      }
      // libbpf sorts variables by the difference of two offsets, which must fit an int.
      if (!within(variable.offset, variable.size, INT_MAX)) {
        return flawed("BTF type ", id, " (", types_.name(id), ") with a variable at ",
                      variable.offset, ", ", variable.size, " bytes long");
      }
    }
    return {};
  }

  btf_bytes types_;
};

}  // namespace linchpin::detail
