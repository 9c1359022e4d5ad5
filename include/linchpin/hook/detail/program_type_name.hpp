// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/uapi.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The kernel's word for a program type ("sched_cls"); its number for one that nobody here knows.
[[nodiscard]] inline std::string program_type_name(uapi::program_type type) {
  return type_names::known_or_number(type, "");
}

}  // namespace linchpin::detail
