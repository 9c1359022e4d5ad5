// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

// What the fields of a layout are made of, down to the numbers that programs read and write in one
// go.
namespace linchpin::inline LINCHPIN_ABI {

/// The type of a field without "struct" in front and the lengths of arrays behind; a pointer stays
/// one.
[[nodiscard]] std::string_view bare_type(std::string_view type) noexcept;

/// Whether a field has addresses in it: it is a pointer, also to an array, or an array of pointers.
[[nodiscard]] bool is_address(const layout_field& field) noexcept;

/// Whether a field has addresses in it that the kernel looks after itself, by their type tags.
[[nodiscard]] bool is_tagged_address(const layout_field& field) noexcept;

/// Where the scalars of a variable begin, through structs and arrays of every depth.
///
/// Scalars that overlap, as in a union or in bit fields, count as one; so do the elements of an array
/// of bytes, which is a name or an address as a whole.
class scalar_parts {
 public:
  /// \param layout of the map that the variable is in
  /// \param offset of the variable, in bytes
  /// \param size of it, in bytes
  scalar_parts(const std::vector<layout_field>& layout, std::uint32_t offset, std::uint32_t size);

  /// The end of the scalar that begins at a byte of the variable.
  [[nodiscard]] std::uint32_t end_of(std::uint32_t begin) const noexcept;

 private:
  // Fields of an array: so many times, so many bits apart.
  struct repeated {
    std::uint32_t times;
    std::uint32_t bits;
  };

  void add(std::vector<repeated>& dimensions, std::size_t depth, std::uint64_t bit,
           std::uint32_t bits);
  void add_scalar(std::uint64_t bit, std::uint32_t bits);

  std::vector<bool> goes_on_;  // each byte: it belongs to the scalar that the byte before is in
};

}  // namespace linchpin
