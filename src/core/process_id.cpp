// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/process_id.hpp"

#include <atomic>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

using remembered = std::atomic<int>;

// returns: null where such a page is not to be had
remembered* make_page() noexcept {
  const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const page =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, size, MADV_WIPEONFORK) == 0) return new (page) remembered{0};
  ::munmap(page, size);
  return nullptr;
}

}  // namespace

int process_id() noexcept {
  static remembered* const page = make_page();
  if (page == nullptr) return ::getpid();
  if (const int known = page->load(std::memory_order_relaxed); known != 0) return known;
  const int asked = ::getpid();
  page->store(asked, std::memory_order_relaxed);
  return asked;
}

}  // namespace linchpin::detail
