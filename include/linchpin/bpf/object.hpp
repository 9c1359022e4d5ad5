// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/shared_spec.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

struct bpf_map;
struct bpf_object;
struct bpf_program;

namespace linchpin::inline LINCHPIN_ABI {

/// A BPF ELF opened through libbpf: first open, then change what should be changed, then load, then
/// use programs and maps by the names they have in the ELF.
///
/// ownership: an object from `open` or `adopt` closes the bpf_object, and with it programs and maps
///   that nothing else holds; one from `borrow` does not. References it hands out end with it;
///   `duplicate()` makes them last.
/// threads: one at a time.
class [[nodiscard]] object {
 public:
  /// errors: those of `object_source::read`.
  [[nodiscard]] static result<object> open(const object_source& source);
  [[nodiscard]] static result<object> open(const object_image& image);
  /// Takes over an opened bpf_object, which is closed with this object.
  [[nodiscard]] static object adopt(bpf_object& opened);
  /// Works on a bpf_object that somebody else closes: a skeleton's `obj`. A skeleton's pointers to
  /// globals stay what they were; loading through the skeleton itself maps them anew.
  [[nodiscard]] static object borrow(bpf_object& opened);

  object(object&& other) noexcept;
  object& operator=(object&& other) noexcept;
  ~object();

  /// As declared in the ELF; changes made before load are not in it.
  [[nodiscard]] const object_spec& spec() const& noexcept { return *spec_; }
  /// It would end with this object.
  const object_spec& spec() const&& = delete;
  /// For what this class does not offer.
  [[nodiscard]] bpf_object* native() const noexcept { return opened_; }

  /// The map as it would be created now, changes included.
  /// errors: not_found, with the names there are.
  [[nodiscard]] result<map_spec> planned_map(std::string_view name) const;

  // Before load. errors of all: not_found, with the names there are; busy once loaded.

  [[nodiscard]] result<void> set_max_entries(std::string_view map, std::uint32_t entries);
  [[nodiscard]] result<void> set_map_flags(std::string_view map, std::uint32_t flags);
  /// Uses a live map instead of creating one, after comparing its whole layout with the map as it
  /// would be created now: set sizes first.
  /// errors: layout_mismatch, with every difference in `found`; invalid_argument for .rodata and
  ///   the like, which belong to one generation.
  /// ownership: duplicates the descriptor.
  [[nodiscard]] result<void> reuse_map(std::string_view map, map_ref live);
  /// The same without the comparison, for a caller that knows the live map's layout. Also for
  /// .rodata and the like, when the same object is loaded once more: its variables keep their values.
  [[nodiscard]] result<void> reuse_compared_map(std::string_view map, map_ref live);
  [[nodiscard]] result<void> set_autoload(std::string_view program, bool load);
  /// Whether loading the object loads the program; false for one that it does not have.
  [[nodiscard]] bool autoload(std::string_view program) const noexcept;
  /// For a program whose section tells nothing of its type: load() refuses one that has none.
  [[nodiscard]] result<void> set_program_type(std::string_view program, uapi::program_type type);
  [[nodiscard]] result<void> set_expected_attach_type(std::string_view program,
                                                      uapi::attach_type type);
  /// Neutralises LIBBPF_PIN_BY_NAME: libbpf would reuse and create pins under names of its own,
  /// checking sizes only.
  void ignore_declared_pins();

  /// The initial value of a global variable in .rodata, .data or .bss.
  /// errors: layout_mismatch when the variable has another size.
  [[nodiscard]] result<void> set_global(std::string_view variable,
                                        std::span<const std::byte> value);
  template <class T>
    requires std::is_trivially_copyable_v<T>
  [[nodiscard]] result<void> set_global(std::string_view variable, const T& value) {
    return set_global(variable, std::as_bytes(std::span{&value, 1}));
  }

  /// effects: creates the maps, loads the programs; attaches nothing. Raises RLIMIT_MEMLOCK where
  ///   an old kernel wants it and it may. After an error nothing is left, and the object cannot be
  ///   loaded again.
  /// errors: rejected, the whole verifier log in `log`, however long it is and whoever has libbpf's print
  ///   callback; wrong_type for a program without a type; permission_denied and others with what a
  ///   person can do about it.
  /// source: bpf_object__load. libbpf tries again up to five times on EAGAIN. A program that has a log buffer
  ///   of its own (bpf_program__set_log_buf) keeps it, and its log is what is in there.
  /// cost: 4 syscalls beside libbpf's own, for a reservation of address space that takes the log
  [[nodiscard]] result<void> load();
  [[nodiscard]] bool is_loaded() const noexcept { return loaded_; }

  // After load. errors: not_found, with the names there are, also for programs not autoloaded.

  [[nodiscard]] result<program_ref> find_program(std::string_view name) const;
  [[nodiscard]] result<map_ref> find_map(std::string_view name) const;

 private:
  object(bpf_object* opened, bool owned, const detail::shared_spec& spec);
  [[nodiscard]] error no_such(std::string_view kind, std::string_view name) const;
  [[nodiscard]] result<bpf_program*> program_before_load(std::string_view name) const;
  [[nodiscard]] result<bpf_map*> map_before_load(std::string_view name) const;
  [[nodiscard]] result<void> check_types() const;
  [[nodiscard]] bpf_program* native_program(std::string_view name) const noexcept;
  [[nodiscard]] bpf_map* native_map(std::string_view name) const noexcept;

  bpf_object* opened_ = nullptr;
  bool owned_ = false;
  bool loaded_ = false;
  detail::shared_spec spec_;
  // Each at the position of its description in spec_: libbpf searches by name from the beginning,
  // and renames a map that it reuses.
  std::vector<bpf_program*> programs_;
  std::vector<bpf_map*> maps_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/object.hpp>
#include <linchpin/bpf/detail/object_globals.hpp>
#include <linchpin/bpf/detail/object_load.hpp>
