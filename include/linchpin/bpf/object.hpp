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
/// use programs and maps by the names that they have in the ELF.
///
/// ownership: move-only; of a moved-from object, everything that can fail returns invalid_argument.
///   An object from `open` or `adopt` closes the bpf_object, and with it
///   programs and maps that nothing else holds; one from `borrow` does not. References that it
///   hands out end with it; their `duplicate()` makes owners that do not.
/// threads: one at a time.
/// source: bpf/libbpf.h, struct bpf_object
class [[nodiscard]] object {
 public:
  /// Reads and opens an object; nothing is loaded.
  /// errors: as `object_source::read`.
  [[nodiscard]] static result<object> open(const object_source& source);
  /// Opens an object that was read before. The first object that is opened from an image takes what
  /// parsing left; each further one parses the bytes again.
  /// errors: bad_format with libbpf's own text; out_of_memory; invalid_argument for a moved-from image.
  [[nodiscard]] static result<object> open(const object_image& image);
  /// Takes over a bpf_object that libbpf has opened; it is closed with this object.
  [[nodiscard]] static object adopt(bpf_object& opened);
  /// Works on a bpf_object that somebody else closes: a skeleton's `obj`. The skeleton's pointers
  /// to globals do not change when this object loads; only loading through the skeleton maps them
  /// anew.
  [[nodiscard]] static object borrow(bpf_object& opened);

  object(object&& other) noexcept;
  object& operator=(object&& other) noexcept;
  ~object();

  /// What the ELF declares. Changes that were made before the load are not in it.
  [[nodiscard]] const object_spec& spec() const& noexcept { return *spec_; }
  /// Not of a temporary, with which the description would end.
  const object_spec& spec() const&& = delete;
  /// The bpf_object for libbpf's own calls, valid while this object lives.
  [[nodiscard]] bpf_object* native() const noexcept { return opened_; }

  /// The map as it would be created now, with the changes made so far.
  /// errors: not_found, with the names that there are.
  [[nodiscard]] result<map_spec> planned_map(std::string_view name) const;

  // Before load. errors of all: not_found, with the names that there are; busy once a load of the
  // object has succeeded or failed.

  /// Sets how many entries a map will have, or how many bytes a ring buffer.
  /// \param entries a ring buffer's are rounded up to what the kernel takes
  /// errors: busy for a map that `reuse_map` has filled in: the live map keeps its size.
  [[nodiscard]] result<void> set_max_entries(std::string_view map, std::uint32_t entries);
  /// Sets the flags that a map will be created with, all of them.
  /// \param flags BPF_F_*; those that the object declares are replaced
  /// errors: busy for a map that `reuse_map` has filled in: the live map keeps its flags.
  [[nodiscard]] result<void> set_map_flags(std::string_view map, std::uint32_t flags);
  /// Uses a live map instead of creating one, if it has the layout of the map as it would be
  /// created now. Set sizes and flags first.
  /// errors: layout_mismatch, with every difference in `found`; invalid_argument for maps of global
  ///   variables (.rodata, .data, .bss), which belong to one generation; as `map_ref::spec`.
  /// ownership: duplicates the descriptor.
  [[nodiscard]] result<void> reuse_map(std::string_view map, map_ref live);
  /// The same without the comparison, for a caller that has compared the layouts already. It also
  /// takes maps of global variables, when the same object is loaded once more: its variables keep
  /// their values.
  /// errors: layout_mismatch for a map of global variables that has another size.
  /// ownership: duplicates the descriptor.
  [[nodiscard]] result<void> reuse_compared_map(std::string_view map, map_ref live);
  /// Chooses whether loading the object loads a program. A kernel that cannot load one program can
  /// then still load the others.
  [[nodiscard]] result<void> set_autoload(std::string_view program, bool load);
  /// Whether loading the object loads a program; false for a program that the object does not have.
  [[nodiscard]] bool autoload(std::string_view program) const noexcept;
  /// Sets the type of a program. Needed where the section says nothing of it: `load` refuses a
  /// program without a type.
  [[nodiscard]] result<void> set_program_type(std::string_view program, uapi::program_type type);
  /// Sets for which attach type a program is loaded. The verifier checks it for that one, and a
  /// link of another one refuses it.
  [[nodiscard]] result<void> set_expected_attach_type(std::string_view program,
                                                      uapi::attach_type type);
  /// Makes a struct_ops map take effect by a link (`attach_struct_ops`) and not at once. libbpf 1.1
  /// knows no section that declares it.
  /// effects: sets BPF_F_LINK; `load` then also writes the map's value.
  /// errors: not_found; busy after a load; invalid_argument for another kind of map.
  [[nodiscard]] result<void> attach_by_link(std::string_view struct_ops_map);
  /// Ignores LIBBPF_PIN_BY_NAME in the object. libbpf would otherwise reuse and create pins under
  /// names of its own, and would compare no more than sizes before it reuses a map.
  void ignore_declared_pins();

  /// Sets the initial value of a global variable in .rodata, .data or .bss.
  /// \param variable its name in the C source
  /// \param value as many bytes as the variable has
  /// errors: layout_mismatch when the variable has another size; busy when its map is a live one
  ///   by `reuse_compared_map`, which keeps its values; unsupported for an object without BTF.
  [[nodiscard]] result<void> set_global(std::string_view variable,
                                        std::span<const std::byte> value);
  /// The same by a value: `set_global("limit", std::uint64_t{1000})`. Its type must be as large as
  /// the variable, and hold the value itself: no pointer, view or span.
  template <class T>
    requires std::is_trivially_copyable_v<T> && (!std::is_pointer_v<T>) &&
             (!std::ranges::enable_borrowed_range<T>)
  [[nodiscard]] result<void> set_global(std::string_view variable, const T& value) {
    return set_global(variable, std::as_bytes(std::span{&value, 1}));
  }

  /// effects: creates the maps and loads the programs; attaches nothing. libbpf raises
  ///   RLIMIT_MEMLOCK where an old kernel needs that and this thread may. After an error nothing is
  ///   left in the kernel. After wrong_type the object can still be changed and loaded; after any
  ///   other error it cannot: open it again.
  /// errors: rejected, with the whole verifier log in `log`, however long it is and whoever has set
  ///   libbpf's print callback; wrong_type for a program without a type, before anything is
  ///   tried; busy for an object that is loaded or that an earlier load failed to load;
  ///   permission_denied and others, with advice for a person. Where the value of a struct_ops map is
  ///   refused, what was loaded ends with this object.
  /// kernel: CAP_BPF, and what the types of the programs and maps need beside it
  /// cost: 5 syscalls beside libbpf's own, to reserve address space for the log: 1 GiB for each load
  ///   that goes on at the same time, which the process keeps for the next ones; 16 MiB or less where
  ///   it may not have so much. It takes memory only while a program is refused.
  /// source: bpf_object__load. libbpf tries again up to five times on EAGAIN. A program that has a
  ///   log buffer of its own (bpf_program__set_log_buf) keeps it, and its log is what is in there. The
  ///   others keep the address of one that can be read and is empty.
  [[nodiscard]] result<void> load();
  /// Whether `load` has succeeded, or the bpf_object was loaded when it was adopted or borrowed.
  [[nodiscard]] bool is_loaded() const noexcept { return stage_ == stage::loaded; }

  // After load.

  /// A loaded program, by the name of its C function.
  /// errors: not_found, with the names that there are; also for a program whose autoload is off.
  /// ownership: borrowed from this object.
  [[nodiscard]] result<program_ref> find_program(std::string_view name) const;
  /// A live map, by the name of its variable.
  /// errors: not_found, with the names that there are.
  /// ownership: borrowed from this object.
  [[nodiscard]] result<map_ref> find_map(std::string_view name) const;

 private:
  // libbpf loads an object once, whether that succeeds or fails.
  enum class stage : std::uint8_t { opened, loaded, failed, moved_from };

  object(bpf_object* opened, bool owned, const detail::shared_spec& spec);
  void take(object& other) noexcept;
  [[nodiscard]] result<void> check_present(std::string_view operation) const;
  [[nodiscard]] result<void> check_not_loaded(std::string_view operation) const;
  [[nodiscard]] std::string_view why_not_live() const noexcept;
  [[nodiscard]] error no_such(std::string_view kind, std::string_view name) const;
  [[nodiscard]] result<bpf_program*> program_before_load(std::string_view name) const;
  [[nodiscard]] result<bpf_map*> map_before_load(std::string_view name) const;
  [[nodiscard]] result<void> check_types() const;
  [[nodiscard]] bpf_program* native_program(std::string_view name) const noexcept;
  [[nodiscard]] bpf_map* native_map(std::string_view name) const noexcept;

  bpf_object* opened_ = nullptr;
  bool owned_ = false;
  stage stage_ = stage::moved_from;
  detail::shared_spec spec_;
  // Each program and map stands at the position of its description in spec_. libbpf would search by
  // name from the beginning, and it renames a map that it reuses.
  std::vector<bpf_program*> programs_;
  std::vector<bpf_map*> maps_;
  std::vector<bpf_map*> by_link_;  // struct_ops maps whose values `load` writes
};

}  // namespace linchpin

#include <linchpin/bpf/detail/object.hpp>
#include <linchpin/bpf/detail/object_globals.hpp>
#include <linchpin/bpf/detail/object_load.hpp>
