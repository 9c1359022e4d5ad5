// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// Targets that go away before an attach, and while it is under way.
#include <linchpin/hook/driver/table.hpp>
#include <linchpin/hook/families.hpp>

#include "../../support/footing.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <optional>
#include <utility>

#include "hook_ground.hpp"

using namespace linchpin;

namespace {

bool is_gone(const error& refusal) {
  return refusal.is(errc::not_found) || refusal.is(errc::detached);
}

std::vector<anchor> anchors_of(const hook_abilities& claims, const chain_entry& neighbour) {
  std::vector<anchor> all{{}};
  all[0].kind = anchor_kind::last;
  if (claims.order != order_ability::anchors && claims.order != order_ability::priorities) {
    return all;
  }
  for (const auto kind : {anchor_kind::first, anchor_kind::before, anchor_kind::after}) {
    anchor where;
    where.kind = kind;
    where.relative_to = neighbour;
    all.push_back(where);
  }
  return all;
}

}  // namespace

TEST_CASE(
    "an attach at a target that has vanished says that it is gone, wherever it wants to stand",
    "[kernel][hook]") {
  const auto row = GENERATE(from_range(hook_cases_here()));
  INFO(row.text());
  const bool opened = GENERATE(false, true);
  INFO((opened ? "after opening" : "before opening"));
  const auto target = row.family->target->kind;
  if (target == hook::netns_target) return;              // an open netns file keeps its netns
  if (opened && target == hook::sockmap_target) return;  // and an open map itself
  hook_ground ground{row};
  const auto claims = ground.claims();
  const auto first = ground.load();
  const auto late = ground.load();
  std::optional<attachment> held;
  chain_entry neighbour;
  if (!claims.exclusive) {
    held = ground.attach(first);
    neighbour = footing::must(ground.kernel.query(ground.at())).entries.at(0);
    neighbour.link = held->id.link;
  }
  const auto* driver = footing::must(linchpin::detail::driver_of("attach", ground.at()));
  const auto place = footing::must(driver->open("attach", ground.at()));
  const auto& facts = ground.kernel.facts();
  ground.remove_target();
  for (const auto& where : anchors_of(claims, neighbour)) {
    CAPTURE(static_cast<int>(where.kind));
    const int number = late.handle.ref().number;
    const auto refused = opened ? [&]() -> std::optional<error> {
      const auto attached = driver->attach(place, {ground.at(), number, where, facts});
      if (attached) return std::nullopt;
      return attached.error();
    }()
        : [&]() -> std::optional<error> {
            const auto attached = ground.kernel.attach(ground.at(), late.handle.ref(), where);
            if (attached) return std::nullopt;
            return attached.error();
          }();
    REQUIRE(refused);
    CAPTURE(refused->message());
    CHECK(is_gone(*refused));
  }
}
