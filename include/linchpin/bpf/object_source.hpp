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

/// The bpf_object that parsing an ELF left opened, for the first load to go on with. A copy is
/// empty.
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
  explicit operator bool() const noexcept { return opened_ != nullptr; }

 private:
  bpf_object* opened_ = nullptr;
};

}  // namespace detail

/// Where a component's ELF comes from. Nothing is read before `read()`.
///
/// ownership: a value; it borrows the bytes of an object in memory.
/// threads: reading is safe from any number at once.
class object_source {
 public:
  /// A file, which is read anew for each plan.
  [[nodiscard]] static object_source file(std::string path);
  /// An object in memory: an embedded one, or a skeleton's `elf_bytes()` wrapped in a span.
  /// \param name what messages call it
  /// \param elf must outlive every plan made from this source
  [[nodiscard]] static object_source memory(std::string name, std::span<const std::byte> elf);

  /// For messages: the path, or the given name.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Whether it is a file, so that `name()` is a path.
  [[nodiscard]] bool is_file() const noexcept { return is_file_; }
  /// The bytes of an object in memory; empty for a file.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// Whether both have the same path, or the same name and bytes. No file is read.
  friend bool operator==(const object_source& left, const object_source& right) noexcept;

  /// Reads and parses the object. Include `object_image.hpp` to call it.
  /// effects: reads the file if there is one, and parses the ELF; changes nothing in the kernel.
  /// errors: not_found or permission_denied for the file; bad_format for what is no regular file,
  ///   for more than 256 MiB, and as `object_image::parse`.
  [[nodiscard]] result<class object_image> read() const;
  /// The bytes as they are now, without looking into them. Include `object_image.hpp` to call it.
  /// effects: reads the file if there is one.
  /// errors: as `read` for the file.
  [[nodiscard]] result<std::vector<std::byte>> read_bytes() const;

 private:
  std::string name_;
  bool is_file_ = false;
  std::span<const std::byte> bytes_;
};

/// The bytes of one ELF, what is in them, and a digest that tells two versions apart.
///
/// ownership: owns the bytes; copies share the description.
/// threads: one at a time, since the first load takes the bpf_object that parsing left opened.
class object_image {
 public:
  /// Parses an object. Include `object_image.hpp` to call it.
  /// \param name what messages call it
  /// errors: bad_format with what `check_elf` finds, or with libbpf's own text in the log.
  /// source: bpf_object__open_mem
  [[nodiscard]] static result<object_image> parse(std::string name, std::vector<std::byte> elf);

  /// Makes the bpf_object that the next `object::open` of this image takes, so that it does not wait
  /// for the parsing. Does nothing where there is one.
  /// errors: as `object::open`.
  [[nodiscard]] result<void> open_ahead() const;

  /// What the ELF declares: its programs and maps.
  [[nodiscard]] const object_spec& spec() const& noexcept { return *spec_; }
  /// Not of a temporary, with which the description would end.
  const object_spec& spec() const&& = delete;
  /// The ELF, valid while this object lives.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return elf_; }
  /// A checksum of the bytes. It tells versions apart, and proves nothing about who wrote them.
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
