// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/shared_spec.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct bpf_object;

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

/// What parsing an ELF left opened, for the first load to go on with. Copies have none.
class spare_object {
 public:
  spare_object() noexcept = default;
  explicit spare_object(bpf_object* opened) noexcept : opened_(opened) {}
  spare_object(const spare_object&) noexcept {}
  spare_object(spare_object&& other) noexcept : opened_(other.take()) {}
  spare_object& operator=(spare_object other) noexcept {
    std::swap(opened_, other.opened_);
    return *this;
  }
  ~spare_object();

  /// returns: null when somebody took it before.
  [[nodiscard]] bpf_object* take() noexcept { return std::exchange(opened_, nullptr); }

 private:
  bpf_object* opened_ = nullptr;
};

}  // namespace detail

/// Where a component's ELF comes from. Nothing is read before `read()`.
class object_source {
 public:
  /// A file, read when a plan is made.
  [[nodiscard]] static object_source file(std::string path);
  /// Bytes that outlive every plan made from this source: an embedded object, a skeleton's
  /// `elf_bytes()` wrapped in a span.
  [[nodiscard]] static object_source memory(std::string name, std::span<const std::byte> elf);

  /// For messages: the path, or the given name.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool is_file() const noexcept { return is_file_; }
  /// Of an object in memory; none of a file.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// The same path, or the same name and bytes. No file is read.
  friend bool operator==(const object_source& left, const object_source& right) noexcept;

  /// Include `object_image.hpp` to call it.
  /// effects: reads the file if there is one, and parses the ELF; touches no kernel state.
  /// errors: not_found or permission_denied (the file), bad_format (no regular file, more than 256 MiB,
  ///   not an ELF, a damaged one, or what libbpf says).
  [[nodiscard]] result<class object_image> read() const;

 private:
  std::string name_;
  bool is_file_ = false;
  std::span<const std::byte> bytes_;
};

/// The bytes of one ELF, what is in them, and a digest that tells two versions apart.
///
/// threads: one at a time, since the first load takes what parsing left.
class object_image {
 public:
  /// Include `object_image.hpp` to call it.
  /// errors: bad_format: what `check_elf` finds, or libbpf's own words in the log.
  /// source: bpf_object__open_mem
  [[nodiscard]] static result<object_image> parse(std::string name, std::vector<std::byte> elf);

  [[nodiscard]] const object_spec& spec() const& noexcept { return *spec_; }
  /// It would end with this object.
  const object_spec& spec() const&& = delete;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return elf_; }
  /// A checksum of the bytes: tells versions apart, proves nothing about who wrote them.
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

 private:
  friend class object;

  explicit object_image(const detail::shared_spec& spec) noexcept : spec_(spec) {}
  std::vector<std::byte> elf_;
  detail::shared_spec spec_;
  std::uint64_t digest_ = 0;
  mutable detail::spare_object spare_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/object_source.hpp>
