// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/detail/shared_spec.hpp>

#include <atomic>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

struct counted_spec : object_spec {
  explicit counted_spec(object_spec what) noexcept : object_spec(std::move(what)) {}

  mutable std::atomic<unsigned> holders = 1;
};

const counted_spec& counted(const object_spec* spec) noexcept {
  return static_cast<const counted_spec&>(*spec);
}

}  // namespace

shared_spec::shared_spec(object_spec what) : spec_(new counted_spec{std::move(what)}) {}

shared_spec::shared_spec(const shared_spec& other) noexcept : spec_(other.spec_) {
  counted(spec_).holders.fetch_add(1, std::memory_order_relaxed);
}

shared_spec& shared_spec::operator=(const shared_spec& other) noexcept {
  shared_spec copy{other};
  std::swap(spec_, copy.spec_);
  return *this;
}

shared_spec::~shared_spec() {
  const auto& mine = counted(spec_);
  if (mine.holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &mine;
}

}  // namespace linchpin::detail
