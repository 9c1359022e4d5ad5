// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// What this kernel offers at each hook, for the project's support matrix (tests/vm/README.md).
#include <linchpin/hook/families.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <string_view>

#include "hook_ground.hpp"

using namespace linchpin;

namespace {

std::string_view text(update_ability update) {
  switch (update) {
    case update_ability::none:
      return "none";
    case update_ability::swap:
      return "swap";
    case update_ability::compare_and_swap:
      return "compare_and_swap";
  }
  return "unknown";
}

std::string_view text(order_ability order) {
  switch (order) {
    case order_ability::none:
      return "none";
    case order_ability::append:
      return "append";
    case order_ability::priorities:
      return "priorities";
    case order_ability::anchors:
      return "anchors";
  }
  return "unknown";
}

std::string_view text(bool yes) {
  return yes ? "yes" : "no";
}

// By doing: a mechanism of which nothing is known is tried, and "not supported" is a no.
bool attaches(hook_ground& ground) {
  const auto program = ground.load();
  const auto attached = ground.kernel.attach(ground.at(), program.handle.ref(), {});
  if (attached) {
    CHECK(ground.kernel.detach(ground.at(), attached->id, attached->link.ref(), program.id));
    return true;
  }
  INFO(attached.error().message());
  CHECK(attached.error().is(errc::unsupported));
  return false;
}

}  // namespace

TEST_CASE("the support matrix is told what works here", "[kernel][hook][matrix]") {
  live_kernel kernel;
  for (const auto& row : hook_cases()) {
    INFO(row.text());
    std::string fact =
        fmt::format("fact: {} {} attach=", row.family->name, mechanism_name(row.how));
    bool works = false;
    hook_abilities claims;
    if (!row.family->available(row.how, kernel.facts()).is_no()) {
      hook_ground ground{row};
      works = attaches(ground);
      claims = ground.claims();
    }
    fact += text(works);
    if (works) {
      fact += fmt::format(" order={} update={} link={} query={}", text(claims.order),
                          text(claims.update), text(claims.link), text(claims.query));
    }
    std::printf("%s\n", fact.c_str());
  }
  std::fflush(stdout);
}
