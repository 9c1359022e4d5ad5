// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "vocabulary.hpp"

#include <catch2/generators/catch_generators.hpp>

using namespace linchpin;
using namespace conformance;

namespace {

// A connect4 hook at a cgroup, and one at a cgroup two levels below it.
struct nested_cgroups {
  std::unique_ptr<ground> on = make_ground();
  linchpin::kernel& kernel = on->kernel();
  const hook_case& hook = find_hook("cgroup connect4");
  attach_point above;
  attach_point below;

  nested_cgroups() {
    require_available(kernel, hook.how);
    above = place_for(*on, hook);
    below = at(on->add_cgroup_below(on->add_cgroup_below(above.on.name)));
  }
  [[nodiscard]] attach_point at(const std::string& path) const {
    attach_point made{hook.how, hook.type, {hook::cgroup_target, path}, {}};
    const target asked[] = {made.on};
    made.identity = kernel.resolve(asked).value().front().value();
    return made;
  }
  [[nodiscard]] result<attachment> attach(const attach_point& where,
                                          loaded_program& program) const {
    program = program_for(kernel, hook);
    return kernel.attach(where, program.program.ref(), {});
  }
};

}  // namespace

TEST_CASE("a cgroup where links stand, here or above, takes more of them",
          "[conformance][cgroup]") {
  const nested_cgroups host;
  loaded_program first;
  loaded_program second;
  CHECK_FALSE(host.kernel.find_sole_program(host.below).value());
  const auto upper = host.attach(host.above, first).value();
  CHECK_FALSE(host.kernel.find_sole_program(host.above).value());
  CHECK_FALSE(host.kernel.find_sole_program(host.below).value());
  CHECK(host.attach(host.below, second));
}

TEST_CASE("a program that shares with nobody keeps links from its cgroup and from all below",
          "[conformance][cgroup]") {
  const nested_cgroups host;
  const auto theirs = host.on->add_sole_program(host.above, true);
  for (const auto* where : {&host.above, &host.below}) {
    INFO(where->on.name);
    const auto found = host.kernel.find_sole_program(*where).value();
    REQUIRE(found);
    CHECK(found->program.program == theirs);
    CHECK(found->program.name == "conf_alone");
    CHECK(found->cgroup == host.above.on.name);
    CHECK(found->closes_below);
    loaded_program ours;
    const auto refused = host.attach(*where, ours);
    REQUIRE_FALSE(refused);
    INFO(refused.error().message());
    CHECK(refused.error().is(errc::busy));
    CHECK(refused.error().found().find(std::to_string(theirs.value)) != std::string_view::npos);
    CHECK(refused.error().found().find(host.above.on.name) != std::string_view::npos);
  }
  CHECK(chain_at(host.kernel, host.above) == std::vector{theirs});
  CHECK(chain_at(host.kernel, host.below).empty());
}

TEST_CASE("a program that may be overridden keeps links from its own cgroup only",
          "[conformance][cgroup]") {
  const nested_cgroups host;
  const auto theirs = host.on->add_sole_program(host.above, false);
  const auto found = host.kernel.find_sole_program(host.above).value();
  REQUIRE(found);
  CHECK(found->program.program == theirs);
  CHECK_FALSE(found->closes_below);
  loaded_program ours;
  CONFORMANCE_FAILS(host.attach(host.above, ours), busy);
  CHECK_FALSE(host.kernel.find_sole_program(host.below).value());
  CHECK(host.attach(host.below, ours));
}

TEST_CASE("a cgroup that is closed while links stand below keeps them and takes no more",
          "[conformance][cgroup]") {
  const nested_cgroups host;
  loaded_program first;
  loaded_program second;
  const auto held = host.attach(host.below, first).value();
  const auto theirs = host.on->add_sole_program(host.above, true);
  const auto found = host.kernel.find_sole_program(host.below).value();
  REQUIRE(found);
  CHECK(found->program.program == theirs);
  CONFORMANCE_FAILS(host.attach(host.below, second), busy);
  CHECK(host.kernel.update(swap(host.below, held, first, second)));
  CHECK(chain_at(host.kernel, host.below) == std::vector{second.info.id});
}

TEST_CASE("whose program stands alone is told without CAP_SYS_ADMIN, but not its name",
          "[conformance][cgroup]") {
  const nested_cgroups host;
  const auto theirs = host.on->add_sole_program(host.above, true);
  CHECK(host.on->holds_without_sys_admin([&](linchpin::kernel& narrow) {
    const auto found = narrow.find_sole_program(host.below);
    return found && *found && (*found)->program.program == theirs && !(*found)->program.name_known;
  }));
}

TEST_CASE("a hook of another kind has no program that keeps links out", "[conformance]") {
  const auto ground = make_ground();
  const auto& hook = find_hook("tcx ingress");
  require_available(ground->kernel(), hook.how);
  CHECK_FALSE(ground->kernel().find_sole_program(place_for(*ground, hook)).value());
}
