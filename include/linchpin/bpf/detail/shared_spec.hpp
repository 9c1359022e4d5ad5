// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// A description that copies share and nobody changes: an image, and every object opened from it.
///
/// threads: copies may go to other threads.
class shared_spec {
 public:
  explicit shared_spec(object_spec what);
  shared_spec(const shared_spec& other) noexcept;  // also for moving: no copy is ever empty
  shared_spec& operator=(const shared_spec& other) noexcept;
  ~shared_spec();

  [[nodiscard]] const object_spec& operator*() const noexcept { return *spec_; }
  [[nodiscard]] const object_spec* operator->() const noexcept { return spec_; }

 private:
  const object_spec* spec_;  // of a counted_spec
};

}  // namespace linchpin::detail
