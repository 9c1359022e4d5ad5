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

/// The types of a kernel, a program or an object: BTF.
///
/// ownership: move-only; owns what was loaded.
class [[nodiscard]] btf_types {
 public:
  /// The running kernel's. cost: some 8 ms and the whole of /sys/kernel/btf/vmlinux in memory.
  /// errors: not_found for a kernel built without BTF.
  [[nodiscard]] static result<btf_types> of_kernel();
  /// Those a live program or map was loaded with.
  /// errors: not_found. kernel: CAP_SYS_ADMIN.
  [[nodiscard]] static result<btf_types> of_id(btf_id id);
  /// Those of an opened object, copied. errors: not_found for an object without BTF.
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
  /// Bytes of a struct, union, enum, typedef or integer. errors: not_found.
  [[nodiscard]] result<std::uint32_t> size_of(std::string_view name) const;
  /// The fields of a type, their paths below `root`, as in `map_spec::layout`.
  /// errors: not_found.
  [[nodiscard]] result<std::vector<layout_field>> layout_of(std::string_view name,
                                                            const std::string& root) const;
  /// For what this class does not offer.
  [[nodiscard]] ::btf* native() const noexcept { return types_; }

 private:
  explicit btf_types(::btf* owned) noexcept : types_(owned) {}
  [[nodiscard]] result<std::uint32_t> find(std::string_view name) const;
  void reset() noexcept;
  ::btf* types_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/btf.hpp>
