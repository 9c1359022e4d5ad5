// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include <sys/eventfd.h>

#include <cstdint>

namespace quickstart {

/// Something to poll for beside sockets: readable once, and for ever, after `raise`.
class stop_signal {
 public:
  stop_signal() : event_(checked(eventfd(0, EFD_CLOEXEC), "make an eventfd")) {}

  void raise() noexcept { [[maybe_unused]] const int failed = eventfd_write(event_.get(), 1); }
  [[nodiscard]] int get() const noexcept { return event_.get(); }

 private:
  descriptor event_;
};

}  // namespace quickstart
