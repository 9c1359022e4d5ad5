// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct btf;

namespace linchpin::inline LINCHPIN_ABI {

/// The types of a kernel, a program or an object (BTF): whether a type is there, how large it is,
/// and which fields it has.
///
/// ownership: move-only; owns what was loaded, and keeps neither the object nor the program. Of a
///   moved-from one, everything that can fail returns invalid_argument, and it contains nothing.
/// threads: reading is safe from any number at once.
/// source: bpf/btf.h of libbpf; Documentation/bpf/btf.rst
class [[nodiscard]] btf_types {
 public:
  /// The types of the running kernel.
  /// errors: not_found for a kernel built without BTF.
  /// kernel: CONFIG_DEBUG_INFO_BTF
  /// cost: some 8 ms, and the whole of /sys/kernel/btf/vmlinux in memory
  [[nodiscard]] static result<btf_types> of_kernel();
  /// The types that a live program or map was loaded with.
  /// errors: not_found when nothing has the number any more; permission_denied.
  /// kernel: CAP_SYS_ADMIN. source: BPF_BTF_GET_FD_BY_ID
  [[nodiscard]] static result<btf_types> of_id(btf_id id);
  /// The types of an opened object, as a copy that the object need not outlive.
  /// errors: not_found for an object without BTF, which is one compiled without -g; invalid_argument
  ///   for one that was moved from.
  [[nodiscard]] static result<btf_types> of_object(const object& opened);

  btf_types(btf_types&& other) noexcept : types_(std::exchange(other.types_, nullptr)) {}
  btf_types& operator=(btf_types&& other) noexcept {
    if (this != &other) {
      reset();
      types_ = std::exchange(other.types_, nullptr);
    }
    return *this;
  }
  ~btf_types() { reset(); }

  /// Whether there is a struct, union, enum, typedef, integer or function of this name.
  [[nodiscard]] bool contains(std::string_view name) const;
  /// The size of a struct, union, enum, typedef or integer.
  /// returns: bytes.
  /// errors: not_found, also for a type that has no size, such as a function.
  [[nodiscard]] result<std::uint32_t> size_of(std::string_view name) const;
  /// The fields of a type, as in `map_spec::layout`.
  /// \param root what the paths of the fields begin with: "value" makes "value.bytes_seen"
  /// errors: not_found.
  [[nodiscard]] result<std::vector<layout_field>> layout_of(std::string_view name,
                                                            const std::string& root) const;
  /// The types for libbpf's own calls, valid while this object lives.
  [[nodiscard]] ::btf* native() const noexcept { return types_; }

 private:
  explicit btf_types(::btf* owned) noexcept : types_(owned) {}
  [[nodiscard]] result<std::uint32_t> find(std::string_view name) const;
  void reset() noexcept;
  ::btf* types_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/btf.hpp>
