// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "vocabulary.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

using namespace linchpin;
using namespace conformance;

namespace {

struct placed {
  loaded_program program;
  attachment attached;
};

placed add(linchpin::kernel& kernel, const hook_case& hook, const attach_point& at,
           const anchor& where = {}) {
  placed made{program_for(kernel, hook), {}};
  made.attached = kernel.attach(at, made.program.program.ref(), where).value();
  return made;
}

anchor beside(anchor_kind kind, const placed& other) {
  anchor where;
  where.kind = kind;
  where.relative_to.program = other.program.info.id;
  where.relative_to.link = other.attached.id.link;
  where.relative_to.tc_priority = other.attached.id.tc_priority;
  where.relative_to.tc_handle = other.attached.id.tc_handle;
  return where;
}

std::vector<program_id> ids(std::initializer_list<const placed*> all) {
  std::vector<program_id> found;
  for (const auto* member : all) found.push_back(member->program.info.id);
  return found;
}

/// Hooks that keep an order, where the kernel at hand does.
const hook_case& ordered_hook(linchpin::kernel& kernel) {
  const auto& hook = find_hook(GENERATE("tcx ingress", "tcx egress", "cgroup connect4"));
  require_available(kernel, hook.how);
  if (hook.how == hook::cgroup_link && !kernel.facts().of(hook::cgroup_link).ordered.is_yes())
    SKIP("no cgroup_order: " << kernel.facts().of(hook::cgroup_link).ordered.reason());
  return hook;
}

}  // namespace

TEST_CASE("the names of a chain's programs take CAP_SYS_ADMIN, and their ids do not",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto stands = add(kernel, hook, at);
  const auto told = kernel.query(at).value().entries.at(0);
  CHECK(told.name_known);
  CHECK(told.name == stands.program.info.name);
  CHECK(ground->holds_without_sys_admin([&](linchpin::kernel& narrow) {
    const auto seen = narrow.query(at);
    return seen && seen->entries.size() == 1 &&
           seen->entries[0].program == stands.program.info.id && !seen->entries[0].name_known &&
           seen->entries[0].name.empty();
  }));
}

TEST_CASE("programs take the places they were given in a chain", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = ordered_hook(kernel);
  INFO(hook.name);
  const auto at = place_for(*ground, hook);
  const auto middle = add(kernel, hook, at);
  const auto last = add(kernel, hook, at, {anchor_kind::last, {}, {}});
  const auto first = add(kernel, hook, at, {anchor_kind::first, {}, {}});
  CHECK(chain_at(kernel, at) == ids({&first, &middle, &last}));
  const auto before = add(kernel, hook, at, beside(anchor_kind::before, middle));
  const auto after = add(kernel, hook, at, beside(anchor_kind::after, middle));
  CHECK(chain_at(kernel, at) == ids({&first, &before, &middle, &after, &last}));

  const auto links = kernel.query(at).value().entries;
  // Cgroups do not tell which links hold their programs.
  CHECK(links[2].link == (hook.how == hook::tcx_link ? middle.attached.id.link : link_id{}));
  CHECK(links[2].name == middle.program.info.name);

  const auto next = program_for(kernel, hook);
  kernel.update(swap(at, middle.attached, middle.program, next)).value();
  CHECK(chain_at(kernel, at)[2] == next.info.id);
  kernel.detach(at, before.attached.id, before.attached.link.ref(), before.program.info.id).value();
  CHECK(chain_at(kernel, at) == std::vector{first.program.info.id, next.info.id,
                                            after.program.info.id, last.program.info.id});
}

TEST_CASE("an attach that names a neighbour who left is a conflict", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = ordered_hook(kernel);
  INFO(hook.name);
  const auto at = place_for(*ground, hook);
  const auto stays = add(kernel, hook, at);
  const auto left = add(kernel, hook, at);
  kernel.detach(at, left.attached.id, left.attached.link.ref(), left.program.info.id).value();
  const auto late = program_for(kernel, hook);
  CONFORMANCE_FAILS(kernel.attach(at, late.program.ref(), beside(anchor_kind::before, left)),
                    conflict);
  CHECK(chain_at(kernel, at) == ids({&stays}));
}

TEST_CASE("a cgroup wants a neighbour named by its link, tcx also takes the program",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = ordered_hook(kernel);
  INFO(hook.name);
  const auto at = place_for(*ground, hook);
  const auto there = add(kernel, hook, at);
  const auto next = program_for(kernel, hook);
  auto by_program = beside(anchor_kind::before, there);
  by_program.relative_to.link = {};
  const auto attached = kernel.attach(at, next.program.ref(), by_program);
  if (hook.how == hook::cgroup_link) {
    CONFORMANCE_FAILS(attached, wrong_type);
    CHECK(chain_at(kernel, at) == ids({&there}));
  } else {
    REQUIRE(attached);
    CHECK(chain_at(kernel, at) == std::vector{next.info.id, there.program.info.id});
  }
}

TEST_CASE("every change moves the revision and an attach at another one is a conflict",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = ordered_hook(kernel);
  INFO(hook.name);
  const auto at = place_for(*ground, hook);
  const auto empty = kernel.query(at).value().revision;
  CHECK(empty);
  anchor as_seen;
  as_seen.expected = empty;
  const auto first = add(kernel, hook, at, as_seen);
  const auto one = kernel.query(at).value().revision;
  CHECK(one > empty);
  const auto next = program_for(kernel, hook);
  kernel.update(swap(at, first.attached, first.program, next)).value();
  const auto two = kernel.query(at).value().revision;
  CHECK(two > one);
  CHECK(kernel.query(at).value().revision == two);

  const auto late = program_for(kernel, hook);
  as_seen.expected = one;
  CONFORMANCE_FAILS(kernel.attach(at, late.program.ref(), as_seen), conflict);
  CHECK(chain_at(kernel, at) == std::vector{next.info.id});
  as_seen.expected = two;
  const auto attached = kernel.attach(at, late.program.ref(), as_seen).value();
  const auto three = kernel.query(at).value().revision;
  CHECK(three > two);
  kernel.detach(at, attached.id, attached.link.ref(), late.info.id).value();
  CHECK(kernel.query(at).value().revision > three);
}

TEST_CASE("a revision moves by one for each attach, update and detach", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = ordered_hook(kernel);
  INFO(hook.name);
  const auto at = place_for(*ground, hook);
  const auto now = [&] { return kernel.query(at).value().revision.value; };
  // Empty chains have a revision as well, and a device's begins again when it was emptied.
  const auto empty = now();
  CHECK(empty == 1);
  auto first = add(kernel, hook, at);
  CHECK(now() == empty + 1);
  auto second = add(kernel, hook, at, {anchor_kind::first, {}, {}});
  CHECK(now() == empty + 2);
  const auto next = program_for(kernel, hook);
  kernel.update(swap(at, first.attached, first.program, next)).value();
  CHECK(now() == empty + 3);
  // To the program that runs already: nothing to do for tcx, an update like any other for a cgroup.
  kernel.update(swap(at, first.attached, next, next)).value();
  const auto same = now();
  CHECK(same == (hook.how == hook::tcx_link ? empty + 3 : empty + 4));
  kernel.detach(at, second.attached.id, second.attached.link.ref(), second.program.info.id).value();
  CHECK(now() == same + 1);
  // A link that ends with its last holder leaves as one that is detached.
  auto third = add(kernel, hook, at);
  CHECK(now() == same + 2);
  third.attached.link.reset();
  REQUIRE(ground->ends(third.attached.id.link));
  CHECK(now() == same + 3);
  // What fails changes nothing.
  const auto late = program_for(kernel, hook);
  CHECK_FALSE(kernel.update(swap(at, first.attached, late, late)));
  anchor stale;
  stale.expected = revision{same};
  CHECK_FALSE(kernel.attach(at, late.program.ref(), stale));
  CHECK(now() == same + 3);
  kernel.detach(at, first.attached.id, first.attached.link.ref(), next.info.id).value();
  CHECK(now() == (hook.how == hook::tcx_link ? empty : same + 4));
}

TEST_CASE("what happens at one chain moves the revision of no other", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  if (!kernel.facts().of(hook::cgroup_link).ordered.is_yes())
    SKIP("no cgroup_order: " << kernel.facts().of(hook::cgroup_link).ordered.reason());
  const auto at = place_for(*ground, hook);
  const auto beside = place_for(*ground, hook);
  const auto first = add(kernel, hook, at);
  const auto before = kernel.query(at).value().revision;
  const auto second = add(kernel, hook, beside);
  CHECK(kernel.query(at).value().revision == before);
  auto other_type = at;
  other_type.type = uapi::attach_type::cgroup_inet_ingress;
  const auto third = add(kernel, find_hook("cgroup skb ingress"), other_type);
  CHECK(kernel.query(at).value().revision == before);
}

TEST_CASE("clsact takes the same program into as many filters as one likes", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = clsact_ingress();
  const auto at = place_for(*ground, hook);
  const auto first = add(kernel, hook, at);
  const auto second = add(kernel, hook, at);
  REQUIRE(kernel.attach(at, first.program.program.ref(), {}));
  CHECK(chain_at(kernel, at) == ids({&first, &second, &first}));
  REQUIRE(kernel.update(swap(at, second.attached, second.program, first.program)));
  CHECK(chain_at(kernel, at) == ids({&first, &first, &first}));
}

TEST_CASE("tcx takes a program once, a cgroup as often as one likes", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook(GENERATE("tcx ingress", "cgroup connect4"));
  INFO(hook.name);
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto first = add(kernel, hook, at);
  const auto second = add(kernel, hook, at);
  const auto twice = kernel.attach(at, first.program.program.ref(), {});
  if (hook.how == hook::cgroup_link) {
    REQUIRE(twice);
    CHECK(chain_at(kernel, at) == ids({&first, &second, &first}));
    return;
  }
  CONFORMANCE_FAILS(twice, already_exists);
  CONFORMANCE_FAILS(kernel.update(swap(at, second.attached, second.program, first.program)),
                    already_exists);
  CHECK(chain_at(kernel, at) == ids({&first, &second}));
}

TEST_CASE("a chain has room for a fixed number of programs", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook(GENERATE("tcx ingress", "cgroup connect4", "sk_lookup"));
  INFO(hook.name);
  require_available(kernel, hook.how);
  const std::size_t room = hook.how == hook::tcx_link ? 63 : 64;
  const auto at = place_for(*ground, hook);
  std::vector<placed> all;
  for (std::size_t i = 0; i != room; ++i) all.push_back(add(kernel, hook, at));
  const auto over = program_for(kernel, hook);
  const auto refused = kernel.attach(at, over.program.ref(), {});
  CONFORMANCE_FAILS(refused, full);
  CHECK(refused.error().os_error() == (hook.how == hook::tcx_link ? ERANGE : E2BIG));
  CHECK(chain_at(kernel, at).size() == room);
}

TEST_CASE("a hook without order says so before it does anything", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook(GENERATE("sk_lookup", "cgroup connect4"));
  INFO(hook.name);
  require_available(kernel, hook.how);
  if (hook.how == hook::cgroup_link && kernel.facts().of(hook::cgroup_link).ordered.is_yes())
    return;
  const auto at = place_for(*ground, hook);
  const auto first = add(kernel, hook, at);
  const auto second = program_for(kernel, hook);
  CONFORMANCE_FAILS(kernel.attach(at, second.program.ref(), {anchor_kind::first, {}, {}}),
                    unsupported);
  CONFORMANCE_FAILS(kernel.attach(at, second.program.ref(), beside(anchor_kind::before, first)),
                    unsupported);
  CHECK(chain_at(kernel, at) == ids({&first}));
  CHECK_FALSE(kernel.query(at).value().revision);
  const auto last = kernel.attach(at, second.program.ref(), {anchor_kind::last, {}, {}});
  REQUIRE(last);
  CHECK(chain_at(kernel, at) == std::vector{first.program.info.id, second.info.id});
}

TEST_CASE("clsact filters have places, are compared before an update, and are no links",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = clsact_ingress();
  const auto at = place_for(*ground, hook);
  CHECK(chain_at(kernel, at).empty());
  auto middle = add(kernel, hook, at);
  CHECK_FALSE(middle.attached.link);
  CHECK_FALSE(middle.attached.id.link);
  CHECK(middle.attached.id.tc_priority != 0);
  const auto last = add(kernel, hook, at, {anchor_kind::last, {}, {}});
  const auto first = add(kernel, hook, at, {anchor_kind::first, {}, {}});
  const auto between = add(kernel, hook, at, beside(anchor_kind::before, last));
  CHECK(chain_at(kernel, at) == ids({&first, &middle, &between, &last}));
  const auto entries = kernel.query(at).value().entries;
  CHECK(entries[1].tc_priority == middle.attached.id.tc_priority);
  CHECK(entries[1].tc_handle == middle.attached.id.tc_handle);
  CHECK(entries[1].name == middle.program.info.name);

  const auto next = program_for(kernel, hook);
  auto update = swap(at, middle.attached, middle.program, next);
  kernel.update(update).value();
  CHECK(chain_at(kernel, at)[1] == next.info.id);
  CONFORMANCE_FAILS(kernel.update(update), conflict);
  CONFORMANCE_FAILS(kernel.detach(at, middle.attached.id, {}, middle.program.info.id), conflict);
  CHECK(chain_at(kernel, at)[1] == next.info.id);

  // The filter is the holder: nothing else keeps its program.
  middle.program.program.reset();
  CHECK(ground->is_alive(next.info.id));
  kernel.detach(at, middle.attached.id, {}, next.info.id).value();
  CHECK(chain_at(kernel, at) == ids({&first, &between, &last}));
  CHECK(kernel.detach(at, middle.attached.id, {}, next.info.id));
}

TEST_CASE("a clsact filter gets the priority that its anchor names, at its place, or a conflict",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = clsact_ingress();
  const auto at = place_for(*ground, hook);
  const auto numbered = [](anchor where, std::uint16_t priority) {
    where.tc_priority = priority;
    return where;
  };
  const auto first = add(kernel, hook, at, numbered({}, 100));
  CHECK(first.attached.id.tc_priority == 100);
  const auto last = add(kernel, hook, at, numbered({anchor_kind::last, {}, {}}, 110));
  CHECK(last.attached.id.tc_priority == 110);
  const auto between = add(kernel, hook, at, numbered(beside(anchor_kind::after, first), 109));
  CHECK(between.attached.id.tc_priority == 109);
  CHECK(chain_at(kernel, at) == ids({&first, &between, &last}));

  const auto late = program_for(kernel, hook);
  for (const auto& where :
       {numbered(beside(anchor_kind::after, first), 109),
        numbered(beside(anchor_kind::after, first), 110),
        numbered(beside(anchor_kind::before, last), 105),
        numbered({anchor_kind::first, {}, {}}, 100), numbered({anchor_kind::first, {}, {}}, 101),
        numbered({anchor_kind::last, {}, {}}, 105)}) {
    CAPTURE(where.tc_priority);
    CONFORMANCE_FAILS(kernel.attach(at, late.program.ref(), where), conflict);
  }
  CHECK(chain_at(kernel, at) == ids({&first, &between, &last}));
  CHECK(kernel.query(at).value().other_priorities.empty());
}

TEST_CASE("clsact filters go with their interface", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = clsact_ingress();
  const auto at = place_for(*ground, hook);
  const auto filter = add(kernel, hook, at);
  const auto next = program_for(kernel, hook);
  end_target(*ground, at);
  CONFORMANCE_FAILS(kernel.update(swap(at, filter.attached, filter.program, next)), detached);
  CHECK(kernel.detach(at, filter.attached.id, {}, filter.program.info.id));
  CONFORMANCE_FAILS(kernel.query(at), not_found);
}
