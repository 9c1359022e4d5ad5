// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/error_texts.hpp"
#include "../engine/scene.hpp"
#include "../engine/stubborn_kernel.hpp"

// What the tests of error texts share: components that are wrong in one way.
namespace texts_test {

using namespace engine_test;

/// One program of the guard at one hook.
inline linchpin::desired_component one_at(
    std::string program, linchpin::any_hook where,
    std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"guard", elf(object)};
  made.attach(std::move(program), std::move(where));
  return made;
}

/// Some policies, of which one is another.
template <class Order>
struct ordering_by : ordered {
  using attach_order = Order;
};
template <class Update>
struct updating_by : ordered {
  using update_strategy = Update;
};
template <class Fallback>
struct falling_back_by : ordered {
  using fallback = Fallback;
};

}  // namespace texts_test
