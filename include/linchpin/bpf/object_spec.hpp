// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/named_list.hpp>
#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What an ELF says about one of its programs, before anything is loaded.
///
/// ownership: a value.
struct program_spec {
  std::string name{};     ///< the C function's name, whole (the kernel keeps 15 characters of it)
  std::string section{};  ///< "tcx/ingress", "xdp", "cgroup/connect4"
  /// What the section says; `unspecified` where it says nothing of a type: see
  /// `object::set_program_type`.
  uapi::program_type type{};
  /// What libbpf derives from the section; 0 also for program types that have none.
  uapi::attach_type expected_attach_type{};
  /// Whether loading the object loads it; false for a section that begins with '?'.
  bool autoload = true;

  friend bool operator==(const program_spec&, const program_spec&) = default;
};

/// One field of a map's key or value that has no fields of its own, from BTF. Maps that hold the
/// same fields at the same places can be used for each other.
///
/// ownership: a value.
struct layout_field {
  std::string path{};  ///< "value.bytes_seen", "value.addr[]"; "key" or "value" for a scalar
  std::string type{};  ///< BTF's words: "unsigned int", "__be32", "struct in6_addr"
  std::uint32_t bit_offset = 0;  ///< from the beginning of the key or value
  std::uint32_t bit_size = 0;    ///< also of a bit field

  friend bool operator==(const layout_field&, const layout_field&) = default;
};

/// Which words layouts are written in, and how far they go. Raised with every change of that: a layout
/// on record that an earlier linchpin wrote is not compared with one that this linchpin reads.
inline constexpr std::uint32_t layout_version = 2;

/// What an ELF says about one of its maps, before anything is loaded. `map_ref::spec` says the same
/// of a live map.
///
/// ownership: a value.
struct map_spec {
  std::string name{};  ///< as in the source; libbpf's internal maps keep their section: ".rodata"
  uapi::map_type type{};
  std::uint32_t key_size = 0;  ///< bytes
  /// Bytes of one value; per-CPU maps hold one for each possible CPU.
  std::uint32_t value_size = 0;
  /// Entries, or bytes of a ring buffer.
  std::uint32_t max_entries = 0;
  /// BPF_F_*, as map_flags in the source.
  std::uint32_t flags = 0;
  /// Whether libbpf made it from a section: .rodata, .data, .bss, .kconfig, struct_ops. Such a map
  /// belongs to one generation and is never shared.
  bool internal = false;
  /// Key fields, then value fields, in offset order; empty when the object has no BTF for the map.
  std::vector<layout_field> layout{};

  /// Whether it holds programs and is itself attached, by a link: BPF_MAP_TYPE_STRUCT_OPS.
  [[nodiscard]] bool is_attachable() const noexcept { return type == uapi::map_type::struct_ops; }

  friend bool operator==(const map_spec&, const map_spec&) = default;
};

/// What the value of a global variable is, by its C type.
enum class variable_kind : std::uint8_t {
  /// A signed number of 1, 2, 4 or 8 bytes, or an enumeration of such numbers.
  signed_number,
  /// An unsigned number of such a size, a truth value, or an enumeration.
  unsigned_number,
  /// A float or a double.
  floating,
  /// A struct, a union, an array, or a number of another size.
  composite,
  /// An address, which means nothing outside of its program.
  pointer,
};

/// A number in a variable, alone or in an array.
///
/// ownership: a value.
struct number_spec {
  variable_kind kind{};    ///< signed_number, unsigned_number or floating
  std::uint32_t size = 0;  ///< bytes
  /// A _Bool: 0 or 1, and programs may do anything with another value.
  bool is_truth_value = false;

  friend bool operator==(const number_spec&, const number_spec&) = default;
};

/// One global variable of an object.
///
/// ownership: a value.
struct variable_spec {
  /// As in the source; of one in a function with the function's name: "in.packets".
  std::string name{};
  std::string map{};         ///< the map behind its section: ".bss"
  std::string type{};        ///< BTF's words: "unsigned int"
  std::uint32_t offset = 0;  ///< bytes from the beginning of the map's value
  std::uint32_t size = 0;    ///< bytes
  variable_kind kind{};
  /// Not volatile, and const or in .rodata: compilers put values out of such a variable into the
  /// instructions, and read others from its memory.
  bool constant = false;
  /// Of a number, and of an array of numbers: one of them.
  std::optional<number_spec> number{};
  /// The compiler keeps something else in it than the source says, or may do so: a static variable
  /// that ever gets one value only becomes a truth value, and a struct becomes several variables.
  bool reshaped = false;
  /// Static and not volatile: compilers know each value that the program stores in it, and leave out
  /// what happens with any other.
  bool values_are_known = false;

  friend bool operator==(const variable_spec&, const variable_spec&) = default;
};

/// Everything that linchpin needs to know of an object to plan with it.
///
/// ownership: a value; pointers into it end with it.
/// threads: reading is safe from any number at once.
struct object_spec {
  std::string name{};  ///< the path, or the name given with the bytes or by libbpf
  named_list<program_spec> programs{};
  named_list<map_spec> maps{};
  /// The variables in .rodata, .data, .bss and .kconfig, map by map, as BTF lists them. Those that
  /// the compiler has removed are not among them.
  std::vector<variable_spec> variables{};

  /// Looks up a program by the name of its C function.
  /// returns: null when the object has none of that name.
  [[nodiscard]] const program_spec* find_program(std::string_view wanted) const noexcept {
    return programs.find(wanted);
  }
  /// Looks up a map by the name of its variable.
  /// returns: null when the object has none of that name.
  [[nodiscard]] const map_spec* find_map(std::string_view wanted) const noexcept {
    return maps.find(wanted);
  }
};

}  // namespace linchpin
