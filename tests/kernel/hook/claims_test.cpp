// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// What each hook family claims, done on the running kernel.
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "hook_ground.hpp"

using namespace linchpin;

namespace {

using ids = std::vector<program_id>;

std::string text(const result<void>& outcome) {
  return outcome ? "success" : outcome.error().message();
}

}  // namespace

// One run of the test case for each row, with its name in every report.
// The row is a name. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define FOR_EVERY_HOOK(row)                                 \
  const auto row = GENERATE(from_range(hook_cases_here())); \
  INFO(row.text())

TEST_CASE("an attached program can be read back, with link and revision where claimed",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const auto claims = ground.claims();
  REQUIRE(claims.query);
  CHECK(ground.chain().empty());

  const auto first = ground.load();
  const auto attached = ground.attach(first);
  CHECK(static_cast<bool>(attached.link) == claims.link);
  CHECK(static_cast<bool>(attached.id.link) == claims.link);
  CHECK(ground.chain() == ids{first.id});

  const auto chain = ground.kernel.query(ground.at());
  REQUIRE(chain);
  CHECK(static_cast<bool>(chain->revision) == claims.revision);

  const auto detached =
      ground.kernel.detach(ground.at(), attached.id, attached.link.ref(), first.id);
  INFO(text(detached));
  CHECK(detached);
  CHECK(ground.chain().empty());
}

TEST_CASE("a second program is refused exactly where a family claims to be exclusive",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const auto first = ground.load();
  const auto second = ground.load();
  const auto held = ground.attach(first);

  const auto also = ground.kernel.attach(ground.at(), second.handle.ref(), {});
  REQUIRE(also.has_value() == !ground.claims().exclusive);
  if (!also) {
    CHECK(also.error().is(errc::busy));
    CHECK(ground.chain() == ids{first.id});
  } else {
    CHECK(ground.chain().size() == 2);
  }
  CHECK(ground.kernel.detach(ground.at(), held.id, held.link.ref(), first.id));
  if (also) {
    CHECK(ground.kernel.detach(ground.at(), also->id, also->link.ref(), second.id));
  }
  CHECK(ground.chain().empty());
}

TEST_CASE("an update replaces the program it names, in its place, and no other", "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  REQUIRE(ground.claims().update != update_ability::none);
  const auto old = ground.load();
  const auto next = ground.load();
  const auto stranger = ground.load();
  const auto held = ground.attach(old);

  std::optional<attachment> behind;
  const auto neighbour = ground.load();
  ids expected{old.id};
  if (!ground.claims().exclusive) {
    behind = ground.attach(neighbour, {.kind = anchor_kind::last});
    expected.push_back(neighbour.id);
  }
  REQUIRE(ground.chain() == expected);

  const auto wrong = ground.update(held, stranger, next);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().is(errc::conflict));
  CHECK(ground.chain() == expected);

  const auto right = ground.update(held, old, next);
  INFO(text(right));
  REQUIRE(right);
  expected[0] = next.id;
  CHECK(ground.chain() == expected);
}

TEST_CASE("an update with a program of another type changes nothing", "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const bool is_xdp = row.family->name == hook::xdp_family.name;
  const auto old = ground.load();
  const auto other = ground.load(is_xdp ? hook::tcx_ingress_family : hook::xdp_family);
  const auto held = ground.attach(old);

  const auto refused = ground.update(held, old, other);
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().is(errc::in_doubt));
  CHECK_FALSE(refused.error().retryable());
  CHECK(ground.chain() == ids{old.id});
}

TEST_CASE("a place in the chain can be had exactly where a family claims to be ordered",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const auto claims = ground.claims();
  const auto middle = ground.load();
  const auto front = ground.load();
  const auto held = ground.attach(middle);

  const auto first =
      ground.kernel.attach(ground.at(), front.handle.ref(), {.kind = anchor_kind::first});
  const bool ordered =
      claims.order == order_ability::anchors || claims.order == order_ability::priorities;
  REQUIRE(first.has_value() == ordered);
  if (!ordered) {
    CHECK(ground.chain() == ids{middle.id});
    return;
  }
  CHECK(ground.chain() == ids{front.id, middle.id});

  const auto chain = ground.kernel.query(ground.at());
  REQUIRE(chain);
  REQUIRE(chain->entries.size() == 2);
  // A cgroup's chain does not tell link ids, and an anchor that is a link needs its id.
  auto at_front = chain->entries[0];
  auto at_middle = chain->entries[1];
  at_front.link = first->id.link;
  at_middle.link = held.id.link;

  const auto between = ground.load();
  const auto before =
      ground.attach(between, {.kind = anchor_kind::before, .relative_to = at_middle});
  CHECK(ground.chain() == ids{front.id, between.id, middle.id});

  const auto late = ground.load();
  const auto after = ground.attach(late, {.kind = anchor_kind::after, .relative_to = at_front});
  CHECK(ground.chain() == ids{front.id, late.id, between.id, middle.id});
}

TEST_CASE("appended programs run in the order in which they came", "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  if (ground.claims().exclusive) return;
  const auto first = ground.load();
  const auto second = ground.load();
  const auto third = ground.load();
  const anchor last{.kind = anchor_kind::last};
  const auto a = ground.attach(first, last);
  const auto b = ground.attach(second, last);
  const auto c = ground.attach(third, last);
  CHECK(ground.chain() == ids{first.id, second.id, third.id});
}

TEST_CASE("the same program stands twice in a chain exactly where a family lets it",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const auto program = ground.load();
  const auto other = ground.load();
  const auto held = ground.attach(program);
  const auto twice = ground.kernel.attach(ground.at(), program.handle.ref(), {});
  CHECK(twice.has_value() == !ground.claims().one_instance);
  if (twice) {
    CHECK(ground.chain() == ids{program.id, program.id});
    CHECK(ground.kernel.detach(ground.at(), twice->id, twice->link.ref(), program.id));
  }
  if (ground.claims().exclusive) return;
  // An update is no way around it.
  const auto beside = ground.attach(other);
  const auto updated = ground.update(beside, other, program);
  CHECK(updated.has_value() == !ground.claims().one_instance);
  if (!updated) CHECK(updated.error().is(errc::already_exists));
}

TEST_CASE("a chain holds as many programs as a family claims", "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  const auto claims = ground.claims();
  constexpr unsigned plenty = 80;
  const unsigned room = claims.most == 0 ? plenty : claims.most;
  std::vector<hook_ground::program> programs;
  std::vector<attachment> held;
  for (unsigned count = 0; count != room; ++count) {
    programs.push_back(ground.load());
    held.push_back(ground.attach(programs.back(), {.kind = anchor_kind::last}));
  }
  CHECK(ground.chain().size() == room);
  if (claims.most == 0) return;
  const auto over = ground.load();
  const auto refused = ground.kernel.attach(ground.at(), over.handle.ref(), {});
  REQUIRE_FALSE(refused);
  INFO(refused.error().message());
  CHECK(ground.chain().size() == room);
  if (claims.exclusive) {
    CHECK(refused.error().is(errc::busy));
    return;
  }
  CHECK(refused.error().is(errc::full));
  CHECK(refused.error().found().find(std::to_string(room)) != std::string_view::npos);
}

TEST_CASE("an attach that saw an older chain is refused where a family claims a revision",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  if (!ground.claims().revision) return;
  const auto first = ground.load();
  const auto second = ground.load();
  const auto third = ground.load();
  const auto held = ground.attach(first);
  const auto seen = ground.kernel.query(ground.at());
  REQUIRE(seen);
  const auto meanwhile = ground.attach(second, {.kind = anchor_kind::last});

  const anchor stale{.kind = anchor_kind::last, .expected = seen->revision};
  const auto refused = ground.kernel.attach(ground.at(), third.handle.ref(), stale);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(ground.chain() == ids{first.id, second.id});
}

TEST_CASE("a link whose target is gone says so and refuses updates with that word",
          "[kernel][hook]") {
  FOR_EVERY_HOOK(row);
  hook_ground ground{row};
  if (!ground.claims().link || row.family->target->kind == hook::netns_target) return;
  if (row.family->target->kind == hook::sockmap_target) return;  // a link keeps its map
  const auto old = ground.load();
  const auto next = ground.load();
  const auto held = ground.attach(old);
  const auto alive = ground.kernel.describe_link(held.link.ref());
  REQUIRE(alive);
  CHECK_FALSE(alive->target_gone());
  CHECK(alive->program == old.id);

  ground.remove_target();

  // A cgroup lets go of its links a grace period or two after rmdir; an interface at once.
  auto zombie = ground.kernel.describe_link(held.link.ref());
  for (int waited = 0; waited < 50 && zombie && !zombie->target_gone(); ++waited) {
    REQUIRE(ground.kernel.wait_grace_period());
    zombie = ground.kernel.describe_link(held.link.ref());
  }
  REQUIRE(zombie);
  REQUIRE(zombie->target_gone());
  const auto refused = ground.update(held, old, next);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::detached));
}
