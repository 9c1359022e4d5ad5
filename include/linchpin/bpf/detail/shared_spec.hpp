// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/detail/holder_count.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The description of an object, shared by an image and every object opened from it. Nobody changes
/// it.
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

namespace shared {

struct counted_spec : object_spec {
  explicit counted_spec(object_spec what) noexcept : object_spec(std::move(what)) {}

  mutable holder_count holders;
};

inline const counted_spec& counted(const object_spec* spec) noexcept {
  return static_cast<const counted_spec&>(*spec);
}

}  // namespace shared

inline shared_spec::shared_spec(object_spec what)
    : spec_(new shared::counted_spec{std::move(what)}) {}

inline shared_spec::shared_spec(const shared_spec& other) noexcept : spec_(other.spec_) {
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete): the analyzer does not count holders
  shared::counted(spec_).holders.add();
}

inline shared_spec& shared_spec::operator=(const shared_spec& other) noexcept {
  shared_spec copy{other};
  std::swap(spec_, copy.spec_);
  return *this;
}

inline shared_spec::~shared_spec() {
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete): the analyzer does not count holders
  const auto& mine = shared::counted(spec_);
  if (mine.holders.drop()) delete &mine;
}

}  // namespace linchpin::detail
