// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <optional>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

struct section_meaning {
  uapi::program_type type{};
  uapi::attach_type attach{};
};

/// What a section name means where the libbpf at hand is too old to know it ("tcx/ingress" before
/// libbpf 1.3).
[[nodiscard]] std::optional<section_meaning> meaning_of_section(std::string_view section) noexcept;

}  // namespace linchpin::detail
