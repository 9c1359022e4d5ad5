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
/// Where a program has a buffer of its own, libbpf neither prints the log nor makes the buffer
/// larger, and an object that failed to load cannot be loaded again with a larger one. The buffers
/// are therefore reserved address space, as long as the longest log that a kernel writes. The
/// kernel gives memory to it page by page as the log is written, which is only when a program is
/// refused. All buffers lie in one reservation and begin one page apart: only the program that
/// fails has a log, and the page where the log begins tells which program that is.
///
/// Where the process may not reserve that much (RLIMIT_AS, strict overcommit), as much as possible
/// is reserved. libbpf prints the log of a program for which no buffer is left.
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

  /// Which program has a log, by its place in the object.
  /// returns: the number of programs where none has, and where one of them asks for a log also when
  ///   it is accepted, since a log then tells nothing.
  [[nodiscard]] std::size_t first_written() const noexcept {
    for (auto* const program : programs_) {
      if (bpf_program__log_level(program) != 0) return programs_.size();
    }
    std::size_t at = 0;
    while (at < programs_.size() && !(is_ours(at) && *start(at) != '\0')) ++at;
    return at;
  }

 private:
  // The kernel refuses a longer buffer as an invalid argument.
  static constexpr std::size_t longest = 0x3fff'ffff;
  static constexpr std::size_t least = 64 * 1024;

  // In a process that locks all its memory (mlockall), the whole reservation would become memory at
  // once. Therefore it is reserved without access, and unlocked before access is allowed.
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
