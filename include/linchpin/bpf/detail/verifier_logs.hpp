// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include <bpf/libbpf.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Address space for verifier logs, as long as the longest log that a kernel writes. The kernel gives
/// memory to it page by page, as a log is written.
///
/// libbpf keeps the address of a program's log buffer and takes no other one once the object has been
/// loaded, or has failed to load. Somebody may ask for it (bpf_program__log_buf) as long as the
/// bpf_object is there, which may be longer than anything of linchpin. An area is therefore never
/// unmapped: after a load it can be read, is all zeros and takes no memory, and the next load uses it
/// again. A process has as many as it has loads at one time.
struct log_area {
  char* start;
  std::size_t size;
  log_area* next;  // of those that no load is using
};

namespace log_areas {

inline constinit pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
inline constinit log_area* unused = nullptr;

// The kernel refuses a longer buffer than a byte less than this as an invalid argument.
inline constexpr std::size_t whole = 0x4000'0000;
// Where the process may not reserve so much (RLIMIT_AS, strict overcommit), it must not lose most of
// what it may reserve either.
inline constexpr std::size_t moderate = std::size_t{16} << 20;
inline constexpr std::size_t least = std::size_t{64} << 10;

// In a process that locks all its memory (mlockall), the area would become memory at once. Therefore
// it is reserved without access, and unlocked before it may be written to.
inline bool allow_writing(void* at, std::size_t size) noexcept {
  return ::munlock(at, size) == 0 && ::mprotect(at, size, PROT_READ | PROT_WRITE) == 0;
}

inline log_area* reserve(std::size_t size) noexcept {
  void* const at =
      ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  auto* const made = allow_writing(at, size) ? new (std::nothrow)
                                                   log_area{static_cast<char*>(at), size, nullptr}
                                             : nullptr;
  if (made == nullptr) ::munmap(at, size);
  return made;
}

inline log_area* take_unused() noexcept {
  ::pthread_mutex_lock(&lock);
  log_area* const found = unused;
  if (found != nullptr) unused = found->next;
  ::pthread_mutex_unlock(&lock);
  return found;
}

inline void give_back(log_area* area) noexcept {
  ::pthread_mutex_lock(&lock);
  area->next = unused;
  unused = area;
  ::pthread_mutex_unlock(&lock);
}

// returns: nullptr where nothing can be reserved.
inline log_area* take() noexcept {
  if (log_area* const found = take_unused(); found != nullptr) {
    if (allow_writing(found->start, found->size)) return found;
    give_back(found);
    return nullptr;
  }
  if (log_area* const made = reserve(whole); made != nullptr) return made;
  for (std::size_t size = moderate; size >= least; size /= 2) {
    if (log_area* const made = reserve(size); made != nullptr) return made;
  }
  return nullptr;
}

}  // namespace log_areas

/// The log buffers of an object's programs while they are loaded.
///
/// Where a program has a buffer of its own, libbpf neither prints the log nor makes the buffer
/// larger, and an object that failed to load cannot be loaded again with a larger one. All buffers
/// therefore lie in one `log_area`. They begin one page apart: only the program that fails has a log,
/// and the page where the log begins tells which program that is. libbpf prints the log of a program
/// for which no buffer is left.
///
/// source: kernel/bpf/log.c: bpf_verifier_log_attr_valid; bpf_object_load_prog in libbpf
class verifier_logs {
 public:
  explicit verifier_logs(const std::vector<bpf_program*>& programs)
      : programs_(programs),
        page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
        area_(log_areas::take()) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      std::size_t taken = 0;
      if (area_ == nullptr || i * page_ + log_areas::least > area_->size ||
          !bpf_program__autoload(programs[i]) ||
          bpf_program__log_buf(programs[i], &taken) != nullptr) {
        continue;
      }
      const std::size_t room = area_->size - i * page_;
      bpf_program__set_log_buf(programs[i], start(i),
                               room < log_areas::whole ? room : log_areas::whole - 1);
    }
  }
  verifier_logs(const verifier_logs&) = delete;
  verifier_logs& operator=(const verifier_logs&) = delete;
  ~verifier_logs() {
    if (area_ == nullptr) return;
    bool written = false;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (!is_ours(i)) continue;
      written = written || *start(i) != '\0';
      // libbpf refuses it where the load was begun.
      bpf_program__set_log_buf(programs_[i], nullptr, 0);
    }
    if (written) ::madvise(area_->start, area_->size, MADV_DONTNEED);
    ::mprotect(area_->start, area_->size, PROT_READ);
    log_areas::give_back(area_);
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
  [[nodiscard]] char* start(std::size_t program) const noexcept {
    return area_->start + program * page_;
  }
  [[nodiscard]] bool is_ours(std::size_t program) const noexcept {
    std::size_t size = 0;
    return area_ != nullptr && bpf_program__log_buf(programs_[program], &size) == start(program);
  }

  const std::vector<bpf_program*>& programs_;
  std::size_t page_;
  log_area* area_;
};

}  // namespace linchpin::detail
