// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <concepts>

namespace linchpin::inline LINCHPIN_ABI {

/// A hook value whose type says what can be known before there is a kernel to ask.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `any_hook(h)` | any_hook | the same hook for the engine |
/// | `T::exclusive` | bool constant | it takes one program |
/// | `T::updatable` | bool constant | its program can be replaced in one step |
template <class T>
concept typed_hook = std::convertible_to<const T&, any_hook> && requires {
  { T::exclusive } -> std::convertible_to<bool>;
  { T::updatable } -> std::convertible_to<bool>;
};

}  // namespace linchpin
