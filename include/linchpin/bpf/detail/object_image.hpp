// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/core/detail/checksum.hpp>
#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

inline result<object_image> object_image::parse(std::string name, std::vector<std::byte> elf) {
  LINCHPIN_TRY(auto opened, detail::open_object(name, elf));
  auto spec = detail::describe(*opened);
  spec.name = std::move(name);
  object_image image{detail::shared_spec{std::move(spec)}};
  image.digest_ = detail::checksum(elf);
  image.elf_ = std::move(elf);
  image.spare_ = detail::spare_object{opened.release()};
  return image;
}

inline result<void> object_image::open_ahead() const {
  if (spare_) return {};
  if (elf_.empty()) {
    return error{errc::invalid_argument, "open object", spec().name}
        .expected("an object that was read")
        .found("this one was moved from");
  }
  LINCHPIN_TRY(auto opened, detail::open_checked(spec().name, elf_));
  spare_ = detail::spare_object{opened.release()};
  return {};
}

}  // namespace linchpin
