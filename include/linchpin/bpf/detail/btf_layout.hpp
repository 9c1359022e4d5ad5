// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bpf/btf.h>

struct btf;

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Appends the fields of one BTF type to `fields`, in declaration order, with `path` before each
/// name. Nothing is appended for type 0 (no BTF).
///
/// * A scalar is one field. Typedefs are looked through, except those that name a byte order
///   (`__be32`): u64 and unsigned long long are the same layout, u32 and __be32 are not.
/// * An array of scalars is one field, `path[]`, with its length in the type: "unsigned char[16]".
///   One of arrays as well: "int[4][2]" are two arrays of four.
/// * An array of structs is one field, `path[]`, for the whole, followed by the fields of its first
///   element, `path[].name`; `path[][].name` where it is one of arrays.
/// * A pointer with a type tag has the tag behind its star: "struct task_struct *__kptr".
/// * Members of a union overlap, each with its own offset.
/// * Structs that belong to the kernel (`struct bpf_spin_lock`) are one field.
/// * A global section (.data) has one entry for each variable. An array without a length at the end
///   of a variable has the length that the variable has room for.
/// * A variable that the compiler has made smaller than its type is one field: "int in 1 byte". Of one
///   byte that is static, it cannot be told whether it was: "static unsigned char".
///
/// Whoever changes any of this raises `layout_version`.
void append_layout(const btf& types, std::uint32_t type, const std::string& path,
                   std::uint32_t bit_offset, std::vector<layout_field>& fields);

/// The layout of a map with these types, as in `map_spec::layout`.
[[nodiscard]] std::vector<layout_field> map_layout(const btf* types, std::uint32_t key_type,
                                                   std::uint32_t value_type);

namespace btf_walk {

inline std::string_view name_of(const btf& types, const btf_type& type) {
  const char* name = btf__name_by_offset(&types, type.name_off);
  return name != nullptr ? name : "";
}

inline bool names_byte_order(std::string_view name) {
  return name.starts_with("__be") || name.starts_with("__le");
}

inline bool belongs_to_kernel(std::string_view struct_name) {
  constexpr std::string_view known[] = {"bpf_spin_lock", "bpf_res_spin_lock", "bpf_timer",
                                        "bpf_wq",        "bpf_dynptr",        "bpf_list_head",
                                        "bpf_list_node", "bpf_rb_root",       "bpf_rb_node",
                                        "bpf_refcount",  "bpf_task_work"};
  for (const auto name : known) {
    if (name == struct_name) return true;
  }
  return false;
}

struct resolved {
  std::uint32_t id = 0;
  const btf_type* type = nullptr;
  std::string_view byte_order;  ///< "__be32" where the type was reached through it
};

inline resolved resolve(const btf& types, std::uint32_t id) {
  resolved found;
  for (int depth = 0; depth < 64; ++depth) {
    const btf_type* type = btf__type_by_id(&types, id);
    if (type == nullptr) return found;
    const bool is_typedef = btf_is_typedef(type);
    if (!is_typedef && !btf_is_mod(type) && !btf_is_var(type)) {
      found.id = id;
      found.type = type;
      return found;
    }
    if (is_typedef && found.byte_order.empty() && names_byte_order(name_of(types, *type))) {
      found.byte_order = name_of(types, *type);
    }
    id = type->type;
  }
  return found;
}

// The type tag of what a pointer points to: "kptr"; empty without one.
inline std::string_view tag_of(const btf& types, std::uint32_t target) {
  for (int depth = 0; depth < 64; ++depth) {
    const btf_type* type = btf__type_by_id(&types, target);
    if (type == nullptr || !btf_is_mod(type)) return {};
    if (btf_is_type_tag(type)) return name_of(types, *type);
    target = type->type;
  }
  return {};
}

inline std::string words(const btf& types, std::uint32_t id);

inline std::string words_of_pointer(const btf& types, std::uint32_t target) {
  const auto tag = tag_of(types, target);
  if (tag.empty()) return words(types, target) + " *";
  return detail::composed({words(types, target), " *__", tag});
}

inline std::string words(const btf& types, std::uint32_t id) {
  const resolved is = resolve(types, id);
  if (is.type == nullptr) return "unknown";
  // No other type than a number has a byte order, whatever its name is.
  if (!is.byte_order.empty() && btf_is_int(is.type)) return std::string{is.byte_order};
  std::string_view name = name_of(types, *is.type);
  if (name.empty()) name = "(anonymous)";
  switch (::btf_kind(is.type)) {
    case BTF_KIND_UNKN:
      return "void";
    case BTF_KIND_PTR:
      return words_of_pointer(types, is.type->type);
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      return detail::composed({"enum ", name});
    case BTF_KIND_STRUCT:
      return detail::composed({"struct ", name});
    case BTF_KIND_UNION:
      return detail::composed({"union ", name});
    case BTF_KIND_ARRAY:
      return detail::composed(
          {words(types, btf_array(is.type)->type), "[", btf_array(is.type)->nelems, "]"});
    case BTF_KIND_FUNC_PROTO:
      return "function";
    default:
      return std::string{name};
  }
}

inline std::uint32_t bits_of(const btf& types, std::uint32_t id) {
  const auto bytes = btf__resolve_size(&types, id);
  return bytes > 0 ? static_cast<std::uint32_t>(bytes) * 8 : 0;
}

// What the compiler has made of a variable.
enum class storage {
  as_declared,
  /// A truth value, or a part of a struct.
  smaller,
  /// Static, and a truth value would be as large.
  perhaps_a_truth_value,
};

inline bool is_volatile(const btf& types, std::uint32_t id) {
  for (int depth = 0; depth < 64; ++depth) {
    const btf_type* type = btf__type_by_id(&types, id);
    if (type == nullptr || btf_is_volatile(type)) return type != nullptr;
    if (!btf_is_typedef(type) && !btf_is_mod(type) && !btf_is_var(type)) return false;
    id = type->type;
  }
  return false;
}

inline storage storage_of(const btf& types, const btf_var_secinfo& place) {
  const btf_type* variable = btf__type_by_id(&types, place.type);
  if (variable == nullptr || !btf_is_var(variable)) return storage::as_declared;
  if (place.size * 8 < bits_of(types, place.type)) return storage::smaller;
  // Clang leaves alone what is volatile (llvm/lib/Transforms/IPO/GlobalOpt.cpp).
  const bool kept = btf_var(variable)->linkage != BTF_VAR_STATIC || place.size != 1 ||
                    is_volatile(types, place.type);
  return kept ? storage::as_declared : storage::perhaps_a_truth_value;
}

class walker {
 public:
  walker(const btf& types, std::vector<layout_field>& fields) : types_(types), fields_(fields) {}

  void visit(std::uint32_t id, const std::string& path, std::uint32_t offset,
             std::uint32_t bitfield_bits) {
    const resolved is = resolve(types_, id);
    if (is.type == nullptr) return;
    switch (::btf_kind(is.type)) {
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        if (belongs_to_kernel(name_of(types_, *is.type))) break;
        return visit_members(*is.type, path, offset);
      case BTF_KIND_ARRAY:
        return visit_array(is.id, *btf_array(is.type), path, offset);
      case BTF_KIND_DATASEC:
        return visit_variables(*is.type, path, offset);
      default:
        break;
    }
    const std::uint32_t bits = bitfield_bits != 0 ? bitfield_bits : bits_of(types_, is.id);
    fields_.push_back({path, words(types_, id), offset, bits});
  }

 private:
  void visit_members(const btf_type& owner, const std::string& path, std::uint32_t offset) {
    const btf_member* members = btf_members(&owner);
    const auto room = room_end_;
    for (std::uint32_t i = 0; i < btf_vlen(&owner); ++i) {
      const char* name = btf__name_by_offset(&types_, members[i].name_off);
      const bool anonymous = name == nullptr || *name == '\0';
      const bool at_the_end = btf_is_union(&owner) || i + 1 == btf_vlen(&owner);
      room_end_ = at_the_end ? room : 0;
      visit(members[i].type, anonymous ? path : detail::composed({path, ".", name}),
            offset + btf_member_bit_offset(&owner, i), btf_member_bitfield_size(&owner, i));
    }
    room_end_ = 0;
  }

  void visit_array(std::uint32_t id, const struct btf_array& array, const std::string& path,
                   std::uint32_t offset) {
    std::string elements = path + "[]";
    const auto element_bits = bits_of(types_, array.type);
    const bool grows = array.nelems == 0 && room_end_ > offset && element_bits != 0;
    const auto count = grows ? (room_end_ - offset) / element_bits : array.nelems;
    room_end_ = 0;
    fields_.push_back(
        {elements,
         grows ? detail::composed({words(types_, array.type), "[", count, "]"}) : words(types_, id),
         offset, grows ? count * element_bits : bits_of(types_, id)});
    if (count == 0) return;
    resolved element = resolve(types_, array.type);
    while (element.type != nullptr && btf_is_array(element.type)) {
      if (btf_array(element.type)->nelems == 0) return;
      elements += "[]";
      element = resolve(types_, btf_array(element.type)->type);
    }
    if (element.type == nullptr) return;
    const bool composite =
        btf_is_composite(element.type) && !belongs_to_kernel(name_of(types_, *element.type));
    if (composite) visit_members(*element.type, elements, offset);
  }

  void visit_variables(const btf_type& section, const std::string& path, std::uint32_t offset) {
    const btf_var_secinfo* variables = btf_var_secinfos(&section);
    for (std::uint32_t i = 0; i < btf_vlen(&section); ++i) {
      const btf_type* variable = btf__type_by_id(&types_, variables[i].type);
      if (variable == nullptr) continue;
      const auto begin = offset + variables[i].offset * 8;
      const auto bits = variables[i].size * 8;
      if (const auto type = changed_type(variables[i]); !type.empty()) {
        fields_.push_back(
            {detail::composed({path, ".", name_of(types_, *variable)}), type, begin, bits});
        continue;
      }
      room_end_ = bits > bits_of(types_, variables[i].type) ? begin + bits : 0;
      visit(variables[i].type, detail::composed({path, ".", name_of(types_, *variable)}), begin, 0);
      room_end_ = 0;
    }
  }

  // The words for a variable that the compiler has changed, or may have; empty for any other.
  [[nodiscard]] std::string changed_type(const btf_var_secinfo& place) const {
    switch (storage_of(types_, place)) {
      case storage::as_declared:
        break;
      case storage::smaller:
        return detail::composed(
            {words(types_, place.type), " in ", place.size, place.size == 1 ? " byte" : " bytes"});
      case storage::perhaps_a_truth_value:
        return detail::composed({"static ", words(types_, place.type)});
    }
    return {};
  }

  const btf& types_;
  std::vector<layout_field>& fields_;
  // Where the variable ends that is being visited, while an array without a length may reach until
  // there; or else 0.
  std::uint32_t room_end_ = 0;
};

}  // namespace btf_walk

inline void append_layout(const btf& types, std::uint32_t type, const std::string& path,
                          std::uint32_t bit_offset, std::vector<layout_field>& fields) {
  if (type == 0) return;
  btf_walk::walker{types, fields}.visit(type, path, bit_offset, 0);
}

inline std::vector<layout_field> map_layout(const btf* types, std::uint32_t key_type,
                                            std::uint32_t value_type) {
  std::vector<layout_field> fields;
  if (types == nullptr) return fields;
  append_layout(*types, key_type, "key", 0, fields);
  const std::size_t first_of_value = fields.size();
  append_layout(*types, value_type, "value", 0, fields);
  // Sorts by offset and keeps the order of fields at the same offset. Variables of a section and
  // members of a union are nearly sorted already.
  for (std::size_t i = first_of_value; i < fields.size(); ++i) {
    for (std::size_t at = i; at > first_of_value; --at) {
      if (fields[at - 1].bit_offset <= fields[at].bit_offset) break;
      std::swap(fields[at - 1], fields[at]);
    }
  }
  return fields;
}

}  // namespace linchpin::detail
