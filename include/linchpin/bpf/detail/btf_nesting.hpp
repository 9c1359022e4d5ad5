// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/btf_bytes.hpp>
#include <linchpin/core/detail/is_one_of.hpp>

#include <algorithm>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// How deep types may be nested: libbpf and linchpin follow them by recursion. A struct in a
/// program that somebody wrote has some ten others in it.
inline constexpr unsigned deepest_type = 128;
/// How many bytes the layout of a map may have, which names each field with its path. The layout of
/// the kernel's largest structs has less than a megabyte.
inline constexpr std::uint64_t longest_layout = 64U << 20;

/// Walks into every type once: what lies in it (members, elements, what a typedef names) and what
/// pointers lead to. Neither may lead back to it.
class btf_nesting {
 public:
  explicit btf_nesting(const btf_bytes& types) : types_(types), known_(types.count()) {}

  [[nodiscard]] std::optional<elf_flaw> check() {
    known_[0].state = progress::done;
    for (std::uint32_t id = 1; id < types_.count(); ++id) {
      if (auto flaw = visit(id, 0)) return flaw;
    }
    return {};
  }

 private:
  enum class progress : std::uint8_t { unknown, entered, done };
  struct extent {
    progress state = progress::unknown;
    unsigned depth = 0;        ///< types nested in one another by members, elements and names
    std::uint64_t size = 0;    ///< bytes
    std::uint64_t fields = 1;  ///< of its layout
    std::uint64_t text = 128;  ///< bytes of its layout
  };

  [[nodiscard]] std::optional<elf_flaw> visit(std::uint32_t id, unsigned depth) {
    auto& here = known_[id];
    if (here.state == progress::done) return {};
    if (here.state == progress::entered) {
      return flawed("BTF type ", id, ", a ", btf_kind_name(types_.kind(id)),
                    ", that is a part of itself");
    }
    if (depth == deepest_type) return too_deep(id);
    here.state = progress::entered;
    if (auto flaw = visit_parts(id, depth + 1)) return flaw;
    here.state = progress::done;
    if (here.depth > deepest_type) return too_deep(id);
    if (here.text > longest_layout) {
      return flawed("BTF type ", id, " (", types_.name(id), ") of ", here.fields, " fields");
    }
    return {};
  }

  [[nodiscard]] static elf_flaw too_deep(std::uint32_t id) {
    return flawed("BTF type ", id, ", made of more than ", deepest_type, " types in one another");
  }

  [[nodiscard]] std::optional<elf_flaw> visit_parts(std::uint32_t id, unsigned depth) {
    auto& here = known_[id];
    const auto& head = types_.head(id);
    const auto kind = types_.kind(id);
    switch (kind) {
      case btf_kind::structure:
      case btf_kind::union_:
        here.size = head.size;
        return visit_members(id, depth);
      case btf_kind::array:
        return visit_array(id, depth);
      case btf_kind::datasec:
        return visit_variables(id, depth);
      case btf_kind::ptr:
        here.size = 8;
        return check_pointer(id);
      default:
        break;
    }
    if (kind == btf_kind::var || btf_bytes::is_another_name(kind)) return visit_named(id, depth);
    if (is_number(kind)) here.size = head.size;
    return {};
  }

  [[nodiscard]] static bool is_number(btf_kind kind) noexcept {
    return is_one_of(kind, {btf_kind::integer, btf_kind::enumeration, btf_kind::enumeration64,
                            btf_kind::floating});
  }

  [[nodiscard]] std::optional<elf_flaw> visit_named(std::uint32_t id, unsigned depth) {
    const auto other = types_.head(id).type;
    if (auto flaw = visit(other, depth)) return flaw;
    known_[id] = known_[other];
    known_[id].state = progress::entered;
    ++known_[id].depth;
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> visit_variables(std::uint32_t id, unsigned depth) {
    extent sum{progress::entered, 0, types_.head(id).size, 0, 0};
    for (std::uint32_t i = 0; i < types_.parts(id) && sum.text <= longest_layout; ++i) {
      const auto variable = types_.part<btf_var_secinfo>(id, i).type;
      if (auto flaw = visit(variable, depth)) return flaw;
      const auto& part = known_[variable];
      sum.fields += part.fields;
      sum.text += part.text + part.fields * (types_.name(variable).size() + 1);
    }
    known_[id] = sum;
    return {};
  }

  // Pointers in structs may lead back, as those of lists do, and nobody follows them. Pointers to
  // pointers and to arrays are followed.
  [[nodiscard]] std::optional<elf_flaw> check_pointer(std::uint32_t id) const {
    auto at = id;
    for (unsigned steps = 0; steps < deepest_type; ++steps) {
      const auto kind = types_.kind(at);
      if (kind == btf_kind::array) {
        at = types_.part<btf_element>(at, 0).type;
      } else if (kind == btf_kind::ptr || btf_bytes::is_another_name(kind)) {
        at = types_.head(at).type;
      } else {
        return {};
      }
    }
    return too_deep(id);
  }

  [[nodiscard]] std::optional<elf_flaw> visit_array(std::uint32_t id, unsigned depth) {
    const auto array = types_.part<btf_element>(id, 0);
    if (auto flaw = visit(array.type, depth)) return flaw;
    auto& here = known_[id];
    const auto& element = known_[array.type];
    here.depth = element.depth + 1;
    here.fields = element.fields + 1;
    here.text = element.text + element.fields * 2 + 128;
    // Sizes are cut to what 32 bits hold, so that neither this product nor one in bits can overflow.
    // That is still more than any map's value.
    here.size = std::min<std::uint64_t>(element.size * array.nelems, UINT32_MAX);
    return {};
  }

  [[nodiscard]] std::optional<elf_flaw> visit_members(std::uint32_t id, unsigned depth) {
    extent sum{progress::entered, 0, types_.head(id).size, 0, 0};
    for (std::uint32_t i = 0; i < types_.parts(id); ++i) {
      const auto member = types_.part<btf_member>(id, i);
      if (auto flaw = visit(member.type, depth)) return flaw;
      const auto& part = known_[member.type];
      sum.depth = std::max(sum.depth, part.depth);
      sum.fields += part.fields;
      sum.text += part.text + part.fields * (types_.string(member.name_off).size() + 1);
      if (!lies_within(id, member)) {
        return flawed("BTF type ", id, " (", types_.name(id), ") of ", sum.size,
                      " bytes with its member ", i, " (", types_.string(member.name_off),
                      ") beyond its end");
      }
      if (sum.text > longest_layout) break;
    }
    ++sum.depth;
    known_[id] = sum;
    return {};
  }

  [[nodiscard]] bool lies_within(std::uint32_t id, const btf_member& member) const {
    const std::uint64_t bits = std::uint64_t{types_.head(id).size} * 8;
    if (BTF_INFO_KFLAG(types_.head(id).info) != 0) {
      const std::uint64_t width = BTF_MEMBER_BITFIELD_SIZE(member.offset);
      const std::uint64_t offset = BTF_MEMBER_BIT_OFFSET(member.offset);
      return within(offset, width != 0 ? width : known_[member.type].size * 8, bits);
    }
    // A bit field as compilers wrote it before that flag: the width is that of its type.
    if (member.offset % 8 != 0) return member.offset <= bits;
    return within(member.offset, known_[member.type].size * 8, bits);
  }

  const btf_bytes& types_;
  std::vector<extent> known_;
};

inline std::optional<elf_flaw> flaw_of_nesting(const btf_bytes& types) {
  return btf_nesting{types}.check();
}

}  // namespace linchpin::detail
