// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/variable_writes.hpp"

#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

result<void> detail::check_variable_writes(const map_info& into,
                                           std::span<const variable_write> writes) {
  if (into.type != uapi::map_type::array || into.max_entries != 1) {
    return error{errc::wrong_type, "write variables"}
        .expected("an array of one entry, as a map of global variables is")
        .found(fmt::format("a {} of {} entries", name_of(into.type), into.max_entries));
  }
  for (const auto& write : writes) {
    const bool inside =
        write.offset <= into.value_size && write.value.size() <= into.value_size - write.offset;
    const bool comparable = write.expected.empty() || write.expected.size() == write.value.size();
    if (inside && comparable && !write.expected.empty() &&
        !is_one_write(write.offset, write.value.size())) {
      return error{errc::invalid_argument, "write variables"}
          .expected("a number of 1, 2, 4 or 8 bytes at a multiple of its size, to compare it")
          .found(fmt::format("{} bytes at {}", write.value.size(), write.offset));
    }
    if (inside && comparable) continue;
    return error{errc::invalid_argument, "write variables"}
        .expected(fmt::format("bytes within the {} of the value", into.value_size))
        .found(fmt::format("{} bytes at {}, instead of {}", write.value.size(), write.offset,
                           write.expected.size()));
  }
  return {};
}

error detail::not_in_use(const map_info& into) {
  return error{errc::unsupported, "write variables"}
      .expected("a map that can be mapped into memory: programs are running")
      .found(fmt::format("one with the flags {:#x}, which can be written as a whole only",
                         into.flags));
}

namespace {

// The only value of a map, in the memory of this process.
class mapped_value {
 public:
  mapped_value(int map, std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    size_ = (size + page - 1) / page * page;
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    errno_ = memory_ == MAP_FAILED ? errno : 0;
  }
  mapped_value(const mapped_value&) = delete;
  mapped_value& operator=(const mapped_value&) = delete;
  ~mapped_value() {
    if (errno_ == 0) ::munmap(memory_, size_);
  }

  [[nodiscard]] int errno_value() const noexcept { return errno_; }
  [[nodiscard]] std::byte* at(std::uint32_t offset) const noexcept {
    return static_cast<std::byte*>(memory_) + offset;
  }

 private:
  std::size_t size_ = 0;
  void* memory_ = nullptr;
  int errno_ = 0;
};

template <class Number>
void write_number(std::byte* at, const variable_write& write) noexcept {
  Number value{};
  std::memcpy(&value, write.value.data(), sizeof value);
  std::atomic_ref<Number> variable{*reinterpret_cast<Number*>(at)};
  if (write.expected.empty()) return variable.store(value);
  Number expected{};
  std::memcpy(&expected, write.expected.data(), sizeof expected);
  variable.compare_exchange_strong(expected, value);
}

void write_bytes(std::byte* at, const variable_write& write) noexcept {
  const bool stands =
      write.expected.empty() || std::memcmp(at, write.expected.data(), write.expected.size()) == 0;
  if (stands && !write.value.empty()) std::memcpy(at, write.value.data(), write.value.size());
}

void write_variable(std::byte* at, const variable_write& write) noexcept {
  if (!detail::is_one_write(write.offset, write.value.size())) return write_bytes(at, write);
  switch (write.value.size()) {
    case 1:
      return write_number<std::uint8_t>(at, write);
    case 2:
      return write_number<std::uint16_t>(at, write);
    case 4:
      return write_number<std::uint32_t>(at, write);
    case 8:
      return write_number<std::uint64_t>(at, write);
    default:
      return write_bytes(at, write);
  }
}

// A map with a lock or a timer in it cannot be mapped, whatever its flags say.
bool cannot_be_mapped(int errno_value) noexcept {
  return errno_value == EINVAL || errno_value == ENOTSUP || errno_value == 524;  // ENOTSUPP
}

result<void> write_whole(handle_ref map, std::span<const variable_write> writes) {
  LINCHPIN_TRY(const auto whole, raw_map::over(map_ref::borrow(fd_ref::borrow(map.number))));
  LINCHPIN_TRY(auto read, whole.read());
  for (const auto& write : writes) write_bytes(read.values.data() + write.offset, write);
  LINCHPIN_CHECK(whole.write(read.keys, read.values));
  return {};
}

}  // namespace

result<void> live_kernel::write_variables(handle_ref map, std::span<const variable_write> writes,
                                          bool in_use) {
  LINCHPIN_TRY(const auto info, describe_map(map));
  LINCHPIN_CHECK(detail::check_variable_writes(info, writes));
  const bool never = (info.flags & detail::may_be_mapped) == 0;
  if (never) return in_use ? detail::not_in_use(info) : write_whole(map, writes);
  const mapped_value value{map.number, info.value_size};
  if (cannot_be_mapped(value.errno_value())) {
    return in_use ? detail::not_in_use(info) : write_whole(map, writes);
  }
  if (value.errno_value() != 0) {
    return error::from_errno(value.errno_value(), "write variables").found("mmap of the map");
  }
  for (const auto& write : writes) write_variable(value.at(write.offset), write);
  return {};
}

}  // namespace linchpin
