// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/scalar_parts.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <unordered_map>

#include <linchpin/bpf/detail/btf_layout.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view element = "[]";

// How many elements an array has, over all of its dimensions: 8 for "int[4][2]".
std::uint32_t elements_of(std::string_view type) noexcept {
  std::uint32_t count = 1;
  for (auto open = type.find('['); open != std::string_view::npos;
       open = type.find('[', open + 1)) {
    std::uint32_t length = 0;
    std::from_chars(type.data() + open + 1, type.data() + type.size(), length);
    count *= length;
  }
  return count;
}

// The length of the innermost array: 4 for "int[4][2]".
std::uint32_t innermost_length(std::string_view type) noexcept {
  const auto open = type.find('[');
  return elements_of(type.substr(0, type.find(']', open) + 1));
}

bool is_array(const layout_field& field) noexcept {
  return std::string_view{field.path}.ends_with(element);
}

// Tags of pointers that the kernel takes for pointers to its own objects; it looks past all others. From 5.19 to
// 6.2 it called some of them kptr_ref.
// source: btf_get_field_type in kernel/bpf/btf.c
bool is_tag_of_the_kernel(std::string_view tag) noexcept {
  constexpr std::string_view known[] = {"kptr", "kptr_untrusted", "kptr_ref", "percpu_kptr",
                                        "uptr"};
  return std::find(std::begin(known), std::end(known), tag) != std::end(known);
}

// Of a whole array of such, its fields follow.
bool is_composite(const layout_field& field) {
  const bool named = field.type.starts_with("struct ") || field.type.starts_with("union ");
  return named && !is_address(field) && !detail::btf_walk::belongs_to_kernel(bare_type(field.type));
}

}  // namespace

std::string_view bare_type(std::string_view type) noexcept {
  if (type.find('*') != std::string_view::npos) return type;
  constexpr std::string_view record = "struct ";
  if (type.starts_with(record)) type.remove_prefix(record.size());
  return type.substr(0, type.find('['));
}

bool is_address(const layout_field& field) noexcept {
  return field.type.find('*') != std::string::npos;
}

bool is_tagged_address(const layout_field& field) noexcept {
  constexpr std::string_view mark = "*__";
  const std::string_view type = field.type;
  for (auto at = type.find(mark); at != std::string_view::npos; at = type.find(mark, at + 1)) {
    const auto tag = type.substr(at + mark.size());
    if (is_tag_of_the_kernel(tag.substr(0, tag.find_first_of(" [")))) return true;
  }
  return false;
}

scalar_parts::scalar_parts(const std::vector<layout_field>& layout, std::uint32_t offset,
                           std::uint32_t size)
    : goes_on_(size) {
  const std::uint64_t begin = std::uint64_t{offset} * 8;
  const std::uint64_t end = begin + std::uint64_t{size} * 8;
  std::unordered_map<std::string_view, repeated> arrays;
  for (const auto& field : layout) {
    const bool inside = field.bit_offset >= begin && field.bit_offset < end;
    if (!inside || !field.path.starts_with("value")) continue;
    const std::string_view path = field.path;
    std::vector<repeated> dimensions;
    for (auto at = path.find(element); at != std::string_view::npos;
         at = path.find(element, at + element.size())) {
      const auto found = arrays.find(path.substr(0, at + element.size()));
      if (found != arrays.end()) dimensions.push_back(found->second);
    }
    auto bits = field.bit_size;
    if (is_array(field)) {
      auto times = elements_of(field.type);
      if (times == 0) continue;
      bits /= times;
      if (bits == 8 && !is_composite(field)) {
        const auto length = innermost_length(field.type);
        times /= length;
        bits *= length;
      }
      const repeated all{times, bits};
      arrays.insert_or_assign(path,
                              all);  // one of arrays is one field, whose elements are all of theirs
      if (is_composite(field)) continue;
      dimensions.push_back(all);
    }
    add(dimensions, 0, field.bit_offset - begin, bits);
  }
}

void scalar_parts::add(std::vector<repeated>& dimensions, std::size_t depth, std::uint64_t bit,
                       std::uint32_t bits) {
  if (depth == dimensions.size()) return add_scalar(bit, bits);
  const auto [times, apart] = dimensions[depth];
  for (std::uint64_t i = 0; i < times; ++i) add(dimensions, depth + 1, bit + i * apart, bits);
}

void scalar_parts::add_scalar(std::uint64_t bit, std::uint32_t bits) {
  if (bits == 0) return;
  const auto last = std::min<std::uint64_t>((bit + bits - 1) / 8 + 1, goes_on_.size());
  for (auto byte = bit / 8 + 1; byte < last; ++byte) goes_on_[byte] = true;
}

std::uint32_t scalar_parts::end_of(std::uint32_t begin) const noexcept {
  const auto next = std::find(goes_on_.begin() + begin + 1, goes_on_.end(), false);
  return static_cast<std::uint32_t>(next - goes_on_.begin());
}

}  // namespace linchpin
