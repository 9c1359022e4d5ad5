// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <cerrno>

#include <catch2/generators/catch_generators.hpp>

#include "scene.hpp"
#include "stubborn_kernel.hpp"

// A commit of which it is not known whether it was made, where some components are ephemeral: nothing
// but this process knows of those.

using namespace engine_test;
using linchpin::desired_component;

namespace {

struct probes_are_ephemeral {
  static constexpr std::string_view policy_id = "lifetime.probes/1";
  [[nodiscard]] constexpr linchpin::lifetime_kind choose(std::string_view name) const noexcept {
    return name.starts_with("probe") ? linchpin::lifetime_kind::ephemeral
                                     : linchpin::lifetime_kind::durable;
  }
};

template <class Update>
struct mixed : ordered {
  using update_strategy = Update;
  using lifetime = probes_are_ephemeral;
};

template <class Update>
void check_doubt(bool committed) {
  scene host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  auto edge = open<mixed<Update>>(stubborn);
  const auto probe = [&](const char* name, int priority, std::span<const std::byte> object) {
    desired_component made{name, elf(object)};
    made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
    made.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    return made;
  };
  const auto old_object = bpf_objects::guard();
  const auto new_object = bpf_objects::guard_v2();
  const std::vector old_state{host.one("gate", 1, old_object), probe("probe", 2, old_object),
                              probe("probe-leaves", 3, old_object)};
  const std::vector new_state{host.one("gate", 1, new_object), probe("probe", 2, new_object),
                              probe("probe-comes", 3, new_object)};
  must(edge.apply(old_state));
  {
    const auto plan = must(edge.plan(new_state));
    // Every step is done; then the answer to the commit is lost, and a look at it as well.
    struct last_step final : linchpin::apply_observer {
      void on(const linchpin::step_event& event) noexcept override {
        if (event.what == linchpin::step_event::kind::performed &&
            event.which.kind == linchpin::step_kind::attach_program)
          arm();
      }
      std::function<void()> arm;
    } watch;
    watch.arm = [&] {
      stubborn.relent();
      stubborn.refuse_once(verb::write_blob, "/journal", EIO, committed);
      stubborn.refuse_once(verb::read_blob, "/journal", EIO);
    };
    const auto told = refused(edge.apply(plan, &watch));
    INFO(told.message());
    REQUIRE(told.is(linchpin::outcome::stranded));
  }
  // Neither generation was let go of.
  const auto ran = host.run(host.at());
  CHECK(ran.size() >= 3);
  stubborn.relent();
  const auto& now = committed ? new_state : old_state;
  check_settled(edge, now);
  CHECK(host.names(edge) == (committed ? names{"gate", "probe", "probe-comes"}
                                       : names{"gate", "probe", "probe-leaves"}));
  CHECK(host.run(host.connect4()).size() == 2);
  CHECK(host.links().size() == 5);
  must(edge.apply(new_state));
  check_settled(edge, new_state);
  CHECK(host.links().size() == 5);
  must(edge.remove_all());
  CHECK(host.links().empty());
  CHECK(host.programs().empty());
  CHECK(host.maps().empty());
}

}  // namespace

TEST_CASE("ephemeral components follow a commit that was in doubt, whichever way it went",
          "[engine][fault][doubt]") {
  const bool committed = GENERATE(false, true);
  CAPTURE(committed);
  SECTION("in place") {
    check_doubt<linchpin::update::in_place>(committed);
  }
  SECTION("twice") {
    check_doubt<linchpin::update::make_before_break>(committed);
  }
  SECTION("with a gap") {
    check_doubt<linchpin::update::recreate>(committed);
  }
}
