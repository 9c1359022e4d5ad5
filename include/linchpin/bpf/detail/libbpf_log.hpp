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
/// lines of other threads to the callback that was set before, which is restored when the last
/// capture ends. When the process sets a callback in the meantime, that one stays and takes the
/// lines of all threads until the next capture begins. Text that must not be lost has to come by
/// another way.
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

}  // namespace linchpin::detail

namespace linchpin::inline LINCHPIN_ABI {

// One process has one callback, so that its shared objects must share what stands here, even where
// all else of linchpin is hidden in each of them: two objects with callbacks of their own, of which
// each has put the other's aside, would pass a line to and fro without end.
struct LINCHPIN_EXPORT print_capture {
  // The innermost capture of this thread.
  static inline constinit thread_local detail::libbpf_log* current = nullptr;

  // Guards the two variables below and libbpf's callback.
  static inline constinit pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static inline constinit unsigned count = 0;                  // of captures in the whole process
  static inline constinit libbpf_print_fn_t before = nullptr;  // the callback of the process

  // libbpf's callback while anybody captures.
  LINCHPIN_EXPORT static int take(libbpf_print_level level, const char* format, va_list arguments);
};

inline int print_capture::take(libbpf_print_level level, const char* format, va_list arguments) {
  if (current == nullptr) {
    ::pthread_mutex_lock(&lock);
    const auto other = before;
    ::pthread_mutex_unlock(&lock);
    return other != nullptr ? other(level, format, arguments) : 0;
  }
  if (level == LIBBPF_DEBUG) return 0;
  char* text = nullptr;
  const int length = ::vasprintf(&text, format, arguments);
  if (length < 0) return 0;
  try {
    current->append({text, static_cast<std::size_t>(length)});
  } catch (const std::bad_alloc&) {
    // libbpf called this: losing a line of text is better than an exception that passes through C.
    std::free(text);
    return 0;
  }
  std::free(text);
  return 0;
}

}  // namespace linchpin

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace printing {

inline void begin() noexcept {
  ::pthread_mutex_lock(&print_capture::lock);
  ++print_capture::count;
  if (const auto found = libbpf_set_print(print_capture::take); found != print_capture::take)
    print_capture::before = found;
  ::pthread_mutex_unlock(&print_capture::lock);
}

// The process may set a callback at any moment, and libbpf has no call that only reads the
// callback: setting one returns the one before. This sets again what came back until nothing else
// has come in between.
inline void put_back(libbpf_print_fn_t wanted) noexcept {
  libbpf_print_fn_t expected = print_capture::take;
  for (;;) {
    const auto found = libbpf_set_print(wanted);
    if (found == expected) return;
    expected = wanted;
    wanted = found;
  }
}

inline void end() noexcept {
  ::pthread_mutex_lock(&print_capture::lock);
  if (--print_capture::count == 0) put_back(print_capture::before);
  ::pthread_mutex_unlock(&print_capture::lock);
}

}  // namespace printing

inline libbpf_log::libbpf_log() : outer_(print_capture::current) {
  printing::begin();
  print_capture::current = this;
}

inline libbpf_log::~libbpf_log() {
  print_capture::current = outer_;
  printing::end();
}

}  // namespace linchpin::detail
