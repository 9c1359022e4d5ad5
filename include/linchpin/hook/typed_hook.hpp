// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/any_hook.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

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

/// A typed hook of a family that a component takes in one way at all its hooks, which the family's
/// header has an enumeration for (`hook::xdp_way`). The enumerator 0 leaves it open.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `T::way` | the enumeration | the way that it insists on |
/// | `std::move(h).template in_way<Way>()` | a typed hook | the same hook in that way |
///
/// A hook that insists on another way does not compile.
template <class T>
concept hook_with_ways = typed_hook<T> && std::is_enum_v<std::remove_cv_t<decltype(T::way)>>;

/// Whether each of several ways is an enumerator, and no two are of the same family.
template <auto... Ways>
[[nodiscard]] constexpr bool are_ways_of_families() noexcept {
  if constexpr ((std::is_enum_v<decltype(Ways)> && ...)) {
    const auto of_its_kind = []<class Kind>(Kind) {
      return (std::size_t{std::same_as<Kind, std::remove_cv_t<decltype(Ways)>>} + ... + 0);
    };
    return ((of_its_kind(Ways) == 1) && ...);
  } else {
    return false;
  }
}

/// The one of several ways that says how hooks of a type are taken; 0 where none does.
template <hook_with_ways Hook, auto... Ways>
[[nodiscard]] constexpr auto way_for() noexcept {
  using kind_of_way = std::remove_cv_t<decltype(Hook::way)>;
  kind_of_way found{};
  [[maybe_unused]] const auto look_at = [&found](auto way) {
    if constexpr (std::same_as<decltype(way), kind_of_way>) found = way;
  };
  (look_at(Ways), ...);
  return found;
}

/// The hook for the engine, in the way of the component that attaches there. A hook without ways
/// stays as it is.
/// \tparam Ways those of the component, one for each family that has them
template <auto... Ways, typed_hook Hook>
[[nodiscard]] any_hook in_ways(Hook where) {
  if constexpr (hook_with_ways<Hook>) {
    return std::move(where).template in_way<way_for<Hook, Ways...>()>();
  } else {
    return where;
  }
}

}  // namespace linchpin
