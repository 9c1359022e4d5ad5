// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/elf_flaw.hpp>

#include <linux/btf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// BTF_KIND_* of linux/btf.h; older versions of it do not have them all.
enum class btf_kind : std::uint8_t {
  nothing,
  integer,
  ptr,
  array,
  structure,
  union_,
  enumeration,
  fwd,
  typedef_,
  volatile_,
  const_,
  restrict_,
  func,
  func_proto,
  var,
  datasec,
  floating,
  decl_tag,
  type_tag,
  enumeration64,
};

// bpf/btf.h has functions of these names.
using btf_element = struct btf_array;
using btf_enumerator = struct btf_enum;

struct btf_enumerator64 {
  std::uint32_t name_off;
  std::uint32_t low;
  std::uint32_t high;
};

[[nodiscard]] inline std::string_view btf_kind_name(btf_kind kind) noexcept {
  static constexpr std::array<std::string_view, 20> names{
      "void", "int",     "ptr",      "array",    "struct",   "union", "enum",
      "fwd",  "typedef", "volatile", "const",    "restrict", "func",  "func_proto",
      "var",  "datasec", "float",    "decl_tag", "type_tag", "enum64"};
  return names[static_cast<std::size_t>(kind)];
}

/// Whether `btf_type::type` is the number of a type; it is a size in others.
[[nodiscard]] constexpr bool refers_to_one_type(btf_kind kind) noexcept {
  switch (kind) {
    case btf_kind::ptr:
    case btf_kind::typedef_:
    case btf_kind::volatile_:
    case btf_kind::const_:
    case btf_kind::restrict_:
    case btf_kind::func:
    case btf_kind::func_proto:
    case btf_kind::var:
    case btf_kind::decl_tag:
    case btf_kind::type_tag:
      return true;
    default:
      return false;
  }
}

/// The size of one of the parts that follow a type. There are as many parts as its vlen says, or
/// one.
[[nodiscard]] constexpr std::size_t btf_part_size(btf_kind kind) noexcept {
  switch (kind) {
    case btf_kind::integer:
    case btf_kind::var:
    case btf_kind::decl_tag:
      return 4;
    case btf_kind::array:
      return sizeof(btf_element);
    case btf_kind::structure:
    case btf_kind::union_:
      return sizeof(btf_member);
    case btf_kind::enumeration:
      return sizeof(btf_enumerator);
    case btf_kind::enumeration64:
      return sizeof(btf_enumerator64);
    case btf_kind::func_proto:
      return sizeof(btf_param);
    case btf_kind::datasec:
      return sizeof(btf_var_secinfo);
    default:
      return 0;
  }
}

[[nodiscard]] constexpr bool has_one_part(btf_kind kind) noexcept {
  return kind == btf_kind::integer || kind == btf_kind::var || kind == btf_kind::decl_tag ||
         kind == btf_kind::array;
}

/// The types and strings of BTF by their numbers, read where they lie in the bytes.
///
/// Except for `read`, which checks, each call needs a number that is there.
class btf_bytes {
 public:
  btf_bytes() = default;
  btf_bytes(std::span<const std::byte> types, std::span<const std::byte> strings)
      : types_(types), strings_(strings) {}

  /// Finds where each type begins. source: btf_parse_type_sec
  [[nodiscard]] std::optional<elf_flaw> read() {
    std::size_t at = 0;
    while (at < types_.size()) {
      btf_type type;
      if (!within(at, sizeof type, types_.size())) return cut_off();
      std::memcpy(&type, types_.data() + at, sizeof type);
      const auto kind = static_cast<unsigned>(BTF_INFO_KIND(type.info));
      if (kind == 0 || kind > static_cast<unsigned>(btf_kind::enumeration64)) {
        return flawed("BTF type ", count(), " of kind ", kind, ", which is not known");
      }
      heads_.push_back(type);
      offsets_.push_back(static_cast<std::uint32_t>(at + sizeof type));
      const auto rest = parts_of_last() * btf_part_size(static_cast<btf_kind>(kind));
      if (!within(at + sizeof type, rest, types_.size())) return cut_off();
      at += sizeof type + rest;
    }
    return {};
  }

  /// How many types there are, number 0 (void) included.
  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(heads_.size());
  }
  [[nodiscard]] bool has(std::uint32_t id) const noexcept { return id < count(); }
  [[nodiscard]] bool has_string(std::uint32_t offset) const noexcept {
    return offset < strings_.size();
  }
  [[nodiscard]] std::string_view string(std::uint32_t offset) const noexcept {
    return reinterpret_cast<const char*>(strings_.data()) + offset;
  }
  [[nodiscard]] const btf_type& head(std::uint32_t id) const noexcept { return heads_[id]; }
  [[nodiscard]] btf_kind kind(std::uint32_t id) const noexcept {
    return static_cast<btf_kind>(BTF_INFO_KIND(heads_[id].info));
  }
  [[nodiscard]] std::string_view name(std::uint32_t id) const noexcept {
    return string(heads_[id].name_off);
  }
  /// Members of a struct, variables of a section, and so on.
  [[nodiscard]] std::uint32_t parts(std::uint32_t id) const noexcept {
    return has_one_part(kind(id)) ? 1 : BTF_INFO_VLEN(heads_[id].info);
  }
  template <class Part>
  [[nodiscard]] Part part(std::uint32_t id, std::uint32_t number) const noexcept {
    Part part;
    std::memcpy(&part, types_.data() + offsets_[id] + number * sizeof part, sizeof part);
    return part;
  }

  /// The type behind const, typedef and the like. `flaw_of_nesting` has made sure that there is
  /// one.
  [[nodiscard]] std::uint32_t behind(std::uint32_t id) const noexcept {
    while (is_another_name(kind(id))) id = heads_[id].type;
    return id;
  }
  [[nodiscard]] static constexpr bool is_another_name(btf_kind kind) noexcept {
    return kind == btf_kind::typedef_ || kind == btf_kind::const_ || kind == btf_kind::volatile_ ||
           kind == btf_kind::restrict_ || kind == btf_kind::type_tag;
  }

 private:
  [[nodiscard]] std::size_t parts_of_last() const noexcept { return parts(count() - 1); }
  [[nodiscard]] elf_flaw cut_off() const { return flawed("BTF cut off in type ", count() - 1); }

  std::span<const std::byte> types_;
  std::span<const std::byte> strings_;
  std::vector<btf_type> heads_{btf_type{}};
  std::vector<std::uint32_t> offsets_{0};
};

}  // namespace linchpin::detail
