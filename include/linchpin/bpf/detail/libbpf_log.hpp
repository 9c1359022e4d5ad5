// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <bpf/libbpf.h>
#include <pthread.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Collects what libbpf says on this thread while the object lives.
///
/// libbpf has one print callback for the whole process. While any thread captures, linchpin's
/// callback is set. It gives each line to the innermost capture of the calling thread, and the
/// lines of other
/// threads to the callback that was set before, which is restored when the last capture ends. When
///   the process sets a callback in the meantime, that one stays and takes the lines of all threads
///   until the next capture begins. Text that must not be lost has to come by another way.
///
/// threads: made, read and destroyed on one thread.
class libbpf_log {
 public:
  libbpf_log();
  libbpf_log(const libbpf_log&) = delete;
  libbpf_log& operator=(const libbpf_log&) = delete;
  ~libbpf_log();

  /// Warnings and notes in the order they came.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  void append(std::string_view more) { text_ += more; }

 private:
  std::string text_;
  libbpf_log* outer_;
};

namespace printing {

inline constinit thread_local libbpf_log* innermost = nullptr;

// Guards the two variables below and libbpf's callback.
inline constinit pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
inline constinit unsigned captures = 0;
inline constinit libbpf_print_fn_t of_process = nullptr;

inline int pass_on(libbpf_print_level level, const char* format, va_list arguments) {
  ::pthread_mutex_lock(&lock);
  const auto other = of_process;
  ::pthread_mutex_unlock(&lock);
  return other != nullptr ? other(level, format, arguments) : 0;
}

inline int on_print(libbpf_print_level level, const char* format, va_list arguments) {
  if (innermost == nullptr) return pass_on(level, format, arguments);
  if (level == LIBBPF_DEBUG) return 0;
  char* text = nullptr;
  const int length = ::vasprintf(&text, format, arguments);
  if (length < 0) return 0;
  try {
    innermost->append({text, static_cast<std::size_t>(length)});
  } catch (const std::bad_alloc&) {
    // libbpf called this: losing a line of text is better than an exception that passes through C.
    std::free(text);
    return 0;
  }
  std::free(text);
  return 0;
}

inline void begin() noexcept {
  ::pthread_mutex_lock(&lock);
  ++captures;
  if (const auto found = libbpf_set_print(on_print); found != on_print) of_process = found;
  ::pthread_mutex_unlock(&lock);
}

// The process may set a callback at any moment, and libbpf has no call that only reads the
// callback: setting one returns the one before. This sets again what came back until nothing else
// has come in between.
inline void put_back(libbpf_print_fn_t wanted) noexcept {
  libbpf_print_fn_t expected = on_print;
  for (;;) {
    const auto found = libbpf_set_print(wanted);
    if (found == expected) return;
    expected = wanted;
    wanted = found;
  }
}

inline void end() noexcept {
  ::pthread_mutex_lock(&lock);
  if (--captures == 0) put_back(of_process);
  ::pthread_mutex_unlock(&lock);
}

}  // namespace printing

inline libbpf_log::libbpf_log() : outer_(printing::innermost) {
  printing::begin();
  printing::innermost = this;
}

inline libbpf_log::~libbpf_log() {
  printing::innermost = outer_;
  printing::end();
}

}  // namespace linchpin::detail
