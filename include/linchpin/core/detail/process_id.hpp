// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <atomic>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The number of this process. getpid(2) is called once in a process and once in each child that is
/// forked from it: the answer is kept in a page that the kernel empties in a child
/// (MADV_WIPEONFORK, Linux 4.14).
[[nodiscard]] int process_id() noexcept;

namespace remembered_id {

using remembered = std::atomic<int>;

// returns: null where such a page is not to be had
inline remembered* make_page() noexcept {
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) remembered{0};
  ::munmap(page, size);
  return nullptr;
}

}  // namespace remembered_id

inline int process_id() noexcept {
  static remembered_id::remembered* const page = remembered_id::make_page();
  if (page == nullptr) return ::getpid();
  if (const int known = page->load(std::memory_order_relaxed); known != 0) return known;
  const int asked = ::getpid();
  page->store(asked, std::memory_order_relaxed);
  return asked;
}

}  // namespace linchpin::detail
