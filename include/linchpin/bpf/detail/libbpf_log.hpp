// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <bpf/libbpf.h>
#include <pthread.h>

namespace linchpin::inline LINCHPIN_ABI {

// One process has one callback, so that its shared objects should share what stands here, even where
// all else of linchpin is hidden in each of them. Shared objects that were built apart from each
// other then use it together: whoever changes a type, a member or what one means gives LINCHPIN_ABI
// another value.
struct LINCHPIN_EXPORT print_capture {
  // A capture, as the code of other shared objects sees it.
  struct receiver {
    void (*append)(receiver& to, const char* text, std::size_t length) noexcept;
    receiver* outer;
  };

  struct process {
    pthread_mutex_t lock;  // of the other members and libbpf's callback
    unsigned captures;
    libbpf_print_fn_t before;  // the callback of the process
    // `take`, but of one shared object only: each may have a copy of the function.
    libbpf_print_fn_t callback;
  };

  // libbpf's callback while anybody captures.
  LINCHPIN_EXPORT static int take(libbpf_print_level level, const char* format, va_list arguments);

  static inline constinit process shared{PTHREAD_MUTEX_INITIALIZER, 0, nullptr, take};
  // The innermost capture of this thread.
  static inline constinit thread_local receiver* current = nullptr;
  // Whether this thread is running the callback of the process. Where shared objects cannot
  // share all this (dlopen with RTLD_LOCAL, -Bsymbolic), each may take the other's callback for that
  // of the process. Both would then pass a line of a thread that does not capture back and forth
  // forever; it is dropped when it comes back.
  static inline constinit thread_local bool running = false;
};

static_assert(sizeof(print_capture::receiver) == 2 * sizeof(void*) &&
                  offsetof(print_capture::receiver, outer) == sizeof(void*) &&
                  offsetof(print_capture::process, captures) == sizeof(pthread_mutex_t) &&
                  offsetof(print_capture::process, callback) ==
                      offsetof(print_capture::process, before) + sizeof(void*) &&
                  sizeof(print_capture::process) ==
                      offsetof(print_capture::process, callback) + sizeof(void*),
              "shared objects that were built before expect this layout: give LINCHPIN_ABI another "
              "value when you change it");

inline int print_capture::take(libbpf_print_level level, const char* format, va_list arguments) {
  if (current == nullptr) {
    if (running) return 0;
    ::pthread_mutex_lock(&shared.lock);
    const auto other = shared.before;
    ::pthread_mutex_unlock(&shared.lock);
    if (other == nullptr) return 0;
    running = true;
    const int got = other(level, format, arguments);
    running = false;
    return got;
  }
  if (level == LIBBPF_DEBUG) return 0;
  char* text = nullptr;
  const int length = ::vasprintf(&text, format, arguments);
  if (length < 0) return 0;
  current->append(*current, text, static_cast<std::size_t>(length));
  std::free(text);
  return 0;
}

}  // namespace linchpin

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
class libbpf_log : private print_capture::receiver {
 public:
  libbpf_log();
  libbpf_log(const libbpf_log&) = delete;
  libbpf_log& operator=(const libbpf_log&) = delete;
  ~libbpf_log();

  /// Warnings and notes in the order they came.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  static void add_to(receiver& to, const char* text, std::size_t length) noexcept;

  std::string text_;
};

namespace printing {

inline void begin() noexcept {
  auto& shared = print_capture::shared;
  ::pthread_mutex_lock(&shared.lock);
  ++shared.captures;
  if (const auto found = libbpf_set_print(shared.callback); found != shared.callback)
    shared.before = found;
  ::pthread_mutex_unlock(&shared.lock);
}

// The process may set a callback at any moment, and libbpf has no call that only reads the
// callback: setting one returns the one before. This sets again what came back until nothing else
// has come in between.
inline void put_back(libbpf_print_fn_t wanted) noexcept {
  libbpf_print_fn_t expected = print_capture::shared.callback;
  for (;;) {
    const auto found = libbpf_set_print(wanted);
    if (found == expected) return;
    expected = wanted;
    wanted = found;
  }
}

inline void end() noexcept {
  auto& shared = print_capture::shared;
  ::pthread_mutex_lock(&shared.lock);
  if (--shared.captures == 0) put_back(shared.before);
  ::pthread_mutex_unlock(&shared.lock);
}

}  // namespace printing

inline libbpf_log::libbpf_log() : receiver{add_to, print_capture::current} {
  printing::begin();
  print_capture::current = this;
}

inline libbpf_log::~libbpf_log() {
  print_capture::current = outer;
  printing::end();
}

inline void libbpf_log::add_to(receiver& to, const char* text, std::size_t length) noexcept {
  try {
    static_cast<libbpf_log&>(to).text_.append(text, length);
  } catch (const std::bad_alloc&) {
    // libbpf called this: losing a line of text is better than an exception that passes through C.
    return;
  }
}

}  // namespace linchpin::detail
