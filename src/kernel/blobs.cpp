// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/heuristics.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/bpffs.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include "kernel/blob_format.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view writing = "write blob";

// The one value of an mmapable array map, in this process's memory.
class mapped_value {
 public:
  mapped_value(int map, std::size_t length, int protection) noexcept
      : length_(length), start_(::mmap(nullptr, length, protection, MAP_SHARED, map, 0)) {}
  mapped_value(const mapped_value&) = delete;
  mapped_value& operator=(const mapped_value&) = delete;
  ~mapped_value() {
    if (*this) ::munmap(start_, length_);
  }

  explicit operator bool() const noexcept { return start_ != MAP_FAILED; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept {
    return {static_cast<std::byte*>(start_), length_};
  }

 private:
  std::size_t length_;
  void* start_;
};

// Left by a process that died between the pin and the rename.
bool is_leftover(const std::string& path) {
  const auto map = unique_fd::adopt(detail::open_pin(path));
  if (!map) return false;
  const auto info = detail::map_at(map.native()).info();
  return info && detail::is_blob(*info);
}

// Pins a map beside the path that it is to have, at the first place where nobody else's pin is.
// returns: that place
result<std::string> pin_beside(int map, const std::string& path) {
  int cause = 0;
  std::string next = path + "-next";
  for (int place = 1; place <= most_unpublished_names; ++place) {
    if (place > 1) next = fmt::format("{}-next-{}", path, place);
    cause = detail::pin_descriptor(map, next);
    if (cause == ENOENT) {
      LINCHPIN_CHECK(detail::make_directories(writing, detail::parent_of(next)));
      cause = detail::pin_descriptor(map, next);
    }
    if (cause == EEXIST && is_leftover(next)) {
      if (::unlink(next.c_str()) != 0 && errno != ENOENT) {
        return detail::path_error(errno, writing, next);
      }
      cause = detail::pin_descriptor(map, next);
    }
    if (cause == 0) return next;
    if (cause != EEXIST) break;
  }
  return detail::bpffs_error(cause, writing, next);
}

}  // namespace

result<void> live_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  detail::blob_header header;
  const std::size_t length = sizeof header + bytes.size();
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return error{errc::full, writing, detail::known_path(path)}.found(
        fmt::format("{} bytes", bytes.size()));
  }
  header.length = bytes.size();

  const auto made = create_map({.name = detail::blob_name,
                                .type = uapi::map_type::array,
                                .key_size = 4,
                                .value_size = static_cast<std::uint32_t>(length),
                                .max_entries = 1,
                                .flags = BPF_F_MMAPABLE});
  if (!made) return detail::path_error(made.error().os_error(), writing, path);
  const int map = (*made)->fd().native();
  {
    const mapped_value value{map, length, PROT_READ | PROT_WRITE};
    if (!value) return detail::path_error(errno, writing, path);
    std::memcpy(value.bytes().data(), &header, sizeof header);
    if (!bytes.empty()) {
      std::memcpy(value.bytes().data() + sizeof header, bytes.data(), bytes.size());
    }
  }

  LINCHPIN_TRY(const auto next, pin_beside(map, path));
  if (::rename(next.c_str(), path.c_str()) == 0) return {};
  const int cause = errno;
  ::unlink(next.c_str());
  return detail::bpffs_error(cause, writing, path);
}

result<std::optional<std::vector<std::byte>>> live_kernel::read_blob(const std::string& path) {
  constexpr std::string_view operation = "read blob";
  const auto map = unique_fd::adopt(detail::open_pin(path));
  if (!map) {
    if (errno == ENOENT) return std::optional<std::vector<std::byte>>{};
    return detail::bpffs_error(errno, operation, path);
  }
  auto info = detail::map_at(map.native()).info();
  if (!info) {
    auto cause = std::move(info).error();
    if (cause.is(errc::wrong_type)) {
      return error{errc::bad_format, operation, detail::known_path(path)}.expected("a map").found(
          cause.found());
    }
    return std::move(cause).about(detail::known_path(path));
  }
  // Finding the path that people know costs a system call: only an error is worth it.
  if (!detail::check_blob_map(operation, path, *info)) {
    return detail::check_blob_map(operation, detail::known_path(path), *info).error();
  }
  const mapped_value value{map.native(), info->value_size, PROT_READ};
  if (!value) return detail::path_error(errno, operation, path);
  auto bytes = detail::take_blob(operation, path, value.bytes());
  if (!bytes) bytes = detail::take_blob(operation, detail::known_path(path), value.bytes());
  if (!bytes) return std::move(bytes).error();
  return std::optional{std::move(bytes).value()};
}

}  // namespace linchpin
