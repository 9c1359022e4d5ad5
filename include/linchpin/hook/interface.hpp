// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/traits.hpp>

namespace linchpin::inline LINCHPIN_ABI::hook {

/// A network interface, by its name in a network namespace.
inline constexpr target_kind interface_target{1};
/// How messages and kept texts name such a target. An interface is known by name and number in its
/// own network namespace only.
inline constexpr target_traits interface_traits{.kind = interface_target,
                                                .word = "interface",
                                                .indefinite = "an interface",
                                                .noun = "interface",
                                                .scope = target_scope::in_a_netns,
                                                .is_path = false,
                                                .unnamed = {}};

}  // namespace linchpin::hook
