// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage.hpp"

#include <linchpin/core/result.hpp>
#include <linchpin/testing/child.hpp>

#include <array>
#include <span>
#include <string>

#include <unistd.h>

// A service that has less than root has, in a child of the test.
namespace live_engine {

/// effects: gives up all capabilities of this thread but these, for good.
/// returns: whether the kernel let it
[[nodiscard]] bool keep_only(std::span<const unsigned> kept);
[[nodiscard]] bool keep_only(std::initializer_list<unsigned> kept);

struct told {
  linchpin::testing::child_end end;
  std::string message;  ///< of the error that the child met; empty when it met none
};

/// Tries something in a child and brings its error home; the child ends with the error's condition.
template <class Try>
told told_in_child(Try&& attempt) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto end = must(linchpin::testing::in_child([&] {
    const linchpin::result<void> outcome = attempt();
    if (outcome) return 0;
    const auto message = outcome.error().message().substr(0, 4000);
    if (::write(ends[1], message.data(), message.size()) < 0) return 1;
    return static_cast<int>(outcome.error().condition());
  }));
  ::close(ends[1]);
  std::string message(4096, '\0');
  const auto got = ::read(ends[0], message.data(), message.size());
  ::close(ends[0]);
  message.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return {end, message};
}

}  // namespace live_engine
