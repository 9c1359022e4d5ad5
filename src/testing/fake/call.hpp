// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>
#include <linchpin/kernel/handle.hpp>
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/verb.hpp>

#include "testing/fake/process_state.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// One verb in progress: counts it, and tells the observer at its end.
class call {
 public:
  call(process_state& process, verb which) : process_(process), which_(which) {
    process_.calls.count(which_);
  }
  call(const call&) = delete;
  call& operator=(const call&) = delete;
  ~call() {
    if (process_.alive && process_.observer != nullptr) process_.observer->after(which_);
  }

  /// Whether the calling process is still alive.
  explicit operator bool() const noexcept { return process_.alive; }

  [[nodiscard]] error dead() const {
    return error::from_errno(ESRCH, verb_name(which_), fmt::format("pid {}", process_.pid))
        .found("the process was killed");
  }
  /// The error that live_kernel gives for a descriptor of another kind.
  [[nodiscard]] error not_a(std::string_view kind, handle_ref what) const {
    const bool open = process_.handles.contains(what.number);
    auto made = error::from_errno(open ? EINVAL : EBADF, verb_name(which_),
                                  fmt::format("handle {}", what.number));
    if (!open) return made;
    return std::move(made).as(errc::wrong_type).expected(kind);
  }

 private:
  process_state& process_;
  verb which_;
};

}  // namespace linchpin::testing::fake
