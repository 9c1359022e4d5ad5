// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

thread_local libbpf_log* innermost = nullptr;
std::atomic<libbpf_print_fn_t> former{nullptr};

std::string formatted(const char* format, va_list arguments) {
  struct release {
    void operator()(char* text) const noexcept { std::free(text); }
  };
  char* text = nullptr;
  const int length = ::vasprintf(&text, format, arguments);
  if (length < 0) return {};
  const std::unique_ptr<char, release> owned{text};
  return {text, static_cast<std::size_t>(length)};
}

int on_print(libbpf_print_level level, const char* format, va_list arguments) {
  if (innermost == nullptr) {
    const auto other = former.load(std::memory_order_acquire);
    return other != nullptr ? other(level, format, arguments) : 0;
  }
  if (level == LIBBPF_DEBUG) return 0;
  try {
    innermost->append(formatted(format, arguments));
  } catch (const std::bad_alloc&) {
    return 0;  // C frames above us: losing a line of text is better than unwinding through them
  }
  return 0;
}

void install_once() {
  static const bool installed = [] {
    former.store(libbpf_set_print(on_print), std::memory_order_release);
    return true;
  }();
  static_cast<void>(installed);
}

}  // namespace

libbpf_log::libbpf_log() : outer_(innermost) {
  install_once();
  innermost = this;
}

libbpf_log::~libbpf_log() {
  innermost = outer_;
}

}  // namespace linchpin::detail
