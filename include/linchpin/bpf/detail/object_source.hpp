// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/c_owner.hpp>
#include <linchpin/bpf/object_source.hpp>

#include <cstring>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

using opened_object = c_owner<bpf_object, bpf_object__close>;

inline spare_object::~spare_object() {
  const opened_object closing{opened_};
}

}  // namespace detail

inline object_source object_source::file(std::string path) {
  object_source source;
  source.name_ = std::move(path);
  source.is_file_ = true;
  return source;
}

inline object_source object_source::memory(std::string name, std::span<const std::byte> elf) {
  object_source source;
  source.name_ = std::move(name);
  source.bytes_ = elf;
  return source;
}

inline bool operator==(const object_source& left, const object_source& right) noexcept {
  return left.is_file_ == right.is_file_ && left.name_ == right.name_ &&
         left.bytes_.size() == right.bytes_.size() &&
         (left.bytes_.empty() ||
          std::memcmp(left.bytes_.data(), right.bytes_.data(), left.bytes_.size()) == 0);
}

}  // namespace linchpin
