// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The log buffers of an object's programs while they are loaded.
///
/// libbpf writes the log into a program's own buffer and then neither prints it nor makes the
/// buffer larger; and an object that failed to load cannot be loaded again with a larger one. So
/// the buffers are a reservation of address space, as long as the longest log that a kernel writes.
/// Memory comes with the log, page by page, and only when a program is refused. They start one page
/// apart in the same reservation, as only the program that fails has a log; where it begins tells
/// which one that is.
///
/// Where the process may not reserve as much (RLIMIT_AS, strict overcommit), it is as much as
/// possible. A program for which there is nothing left has its log printed by libbpf.
///
/// source: kernel/bpf/log.c: bpf_verifier_log_attr_valid; bpf_object_load_prog in libbpf
class verifier_logs {
 public:
  explicit verifier_logs(const std::vector<bpf_program*>& programs)
      : programs_(programs), page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    for (std::size_t size = longest + programs.size() * page_; size >= least; size /= 2) {
      if (reserve(size)) break;
    }
    for (std::size_t i = 0; i < programs.size(); ++i) {
      std::size_t taken = 0;
      if (i * page_ + least > size_ || !bpf_program__autoload(programs[i]) ||
          bpf_program__log_buf(programs[i], &taken) != nullptr) {
        continue;
      }
      const std::size_t room = size_ - i * page_;
      bpf_program__set_log_buf(programs[i], start(i), room < longest ? room : longest);
    }
  }
  verifier_logs(const verifier_logs&) = delete;
  verifier_logs& operator=(const verifier_logs&) = delete;
  ~verifier_logs() {
    if (size_ == 0) return;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (is_ours(i)) bpf_program__set_log_buf(programs_[i], nullptr, 0);
    }
    ::munmap(reserved_, size_);
  }

  /// The log of a program, by its place in the object.
  [[nodiscard]] std::string_view of(std::size_t program) const noexcept {
    std::size_t size = 0;
    const char* const text = bpf_program__log_buf(programs_[program], &size);
    return text == nullptr ? std::string_view{} : std::string_view{text, ::strnlen(text, size)};
  }

  /// The program that has a log, or how many programs there are: none, or one of those that write a
  /// log also when they are accepted.
  [[nodiscard]] std::size_t first_written() const noexcept {
    for (auto* const program : programs_) {
      if (bpf_program__log_level(program) != 0) return programs_.size();
    }
    std::size_t at = 0;
    while (at < programs_.size() && !(is_ours(at) && *start(at) != '\0')) ++at;
    return at;
  }

 private:
  // A log that is longer is an invalid argument to the kernel.
  static constexpr std::size_t longest = 0x3fff'ffff;
  static constexpr std::size_t least = 64 * 1024;

  // A process that locks all its memory would have all of this at once: it is not locked, and it is
  // unlocked before it can be written to.
  [[nodiscard]] bool reserve(std::size_t size) noexcept {
    void* const at =
        ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return false;
    if (::munlock(at, size) == 0 && ::mprotect(at, size, PROT_READ | PROT_WRITE) == 0) {
      reserved_ = static_cast<char*>(at);
      size_ = size;
      return true;
    }
    ::munmap(at, size);
    return false;
  }

  [[nodiscard]] char* start(std::size_t program) const noexcept {
    return reserved_ + program * page_;
  }
  [[nodiscard]] bool is_ours(std::size_t program) const noexcept {
    std::size_t size = 0;
    return size_ != 0 && bpf_program__log_buf(programs_[program], &size) == start(program);
  }

  const std::vector<bpf_program*>& programs_;
  std::size_t page_;
  char* reserved_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace linchpin::detail
