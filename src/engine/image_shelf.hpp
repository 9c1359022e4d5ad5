// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_source.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/engine/desired_component.hpp>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The objects that plans have parsed. Most plans find the bytes of the one before, so that neither
/// the check of the ELF nor libbpf has anything new to find in them.
class image_shelf {
 public:
  /// The object of a component as it is now.
  /// errors: as `object_source::read`
  [[nodiscard]] result<object_image> read(std::string_view component, const object_source& source);
  /// Forgets the objects of components that nobody asks for.
  void keep(std::span<const desired_component* const> desired);

 private:
  // Of a component: that of the last plan, and the one before, which an upgrade may go back to.
  static constexpr std::size_t most = 2;
  std::map<std::string, std::vector<object_image>, std::less<>> images_;
};

}  // namespace linchpin
