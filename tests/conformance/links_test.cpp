// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "vocabulary.hpp"

#include <catch2/generators/catch_generators_range.hpp>

using namespace linchpin;
using namespace conformance;

// Each runs once for every hook whose attachments are links.
#define FOR_EACH_LINK_HOOK()                                                         \
  const auto ground = make_ground();                                                 \
  auto& kernel = ground->kernel();                                                   \
  const auto& hook = GENERATE(from_range(link_hooks().begin(), link_hooks().end())); \
  INFO(hook.name);                                                                   \
  require_available(kernel, hook.how)

TEST_CASE("an attached program is in its chain until it is detached", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  CHECK(chain_at(kernel, at).empty());
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  REQUIRE(attached.link);
  CHECK(chain_at(kernel, at) == std::vector{program.info.id});
  auto about = kernel.describe_link(attached.link.ref()).value();
  CHECK(about.id == attached.id.link);
  CHECK(about.program == program.info.id);
  CHECK(about.target == at.identity.id);
  CHECK_FALSE(about.target_gone());

  kernel.detach(at, attached.id, attached.link.ref(), program.info.id).value();
  CHECK(chain_at(kernel, at).empty());
  about = kernel.describe_link(attached.link.ref()).value();
  CHECK(about.target_gone());
  CHECK(kernel.detach(at, attached.id, attached.link.ref(), program.info.id));
  const auto other = program_for(kernel, hook);
  CONFORMANCE_FAILS(kernel.update(swap(at, attached, program, other)), detached);
  CHECK(kernel.attach(at, other.program.ref(), {}));
}

TEST_CASE("an update takes place only over the program it names", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto first = program_for(kernel, hook);
  const auto second = program_for(kernel, hook);
  const auto third = program_for(kernel, hook);
  const auto attached = kernel.attach(at, first.program.ref(), {}).value();

  kernel.update(swap(at, attached, first, second)).value();
  CHECK(chain_at(kernel, at) == std::vector{second.info.id});
  CHECK(kernel.describe_link(attached.link.ref()).value().program == second.info.id);
  CONFORMANCE_FAILS(kernel.update(swap(at, attached, first, third)), conflict);
  CHECK(chain_at(kernel, at) == std::vector{second.info.id});

  auto by_id = swap(at, attached, second, third);
  by_id.expected = {};
  kernel.update(by_id).value();
  CHECK(chain_at(kernel, at) == std::vector{third.info.id});
  CONFORMANCE_FAILS(kernel.update(by_id), conflict);
  CHECK(kernel.update(swap(at, attached, third, third)));
  CHECK(chain_at(kernel, at) == std::vector{third.info.id});
}

TEST_CASE("an update finds the link at its pin and looks what it runs", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto first = program_for(kernel, hook);
  const auto second = program_for(kernel, hook);
  const auto attached = kernel.attach(at, first.program.ref(), {}).value();
  const auto pin = ground->pins() + "/link";
  auto wanted = swap(at, attached, first, second);
  wanted.link = {};
  wanted.pin = pin;
  wanted.new_id = second.info.id;
  CONFORMANCE_FAILS(kernel.update(wanted), conflict);
  CHECK(chain_at(kernel, at) == std::vector{first.info.id});

  kernel.pin(attached.link.ref(), pin).value();
  kernel.update(wanted).value();
  CHECK(chain_at(kernel, at) == std::vector{second.info.id});

  auto mistaken = swap(at, attached, second, first);
  mistaken.new_id = second.info.id;
  CONFORMANCE_FAILS(kernel.update(mistaken), conflict);
  CHECK(chain_at(kernel, at) == std::vector{first.info.id});

  wanted.id.link = {attached.id.link.value + 1};
  CONFORMANCE_FAILS(kernel.update(wanted), conflict);
}

TEST_CASE("a detach spares an attachment that runs another program", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto mine = program_for(kernel, hook);
  const auto theirs = program_for(kernel, hook);
  const auto attached = kernel.attach(at, mine.program.ref(), {}).value();
  kernel.update(swap(at, attached, mine, theirs)).value();
  CONFORMANCE_FAILS(kernel.detach(at, attached.id, attached.link.ref(), mine.info.id), conflict);
  CHECK(chain_at(kernel, at) == std::vector{theirs.info.id});
}

TEST_CASE("an attachment ends with the last holder of its link", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  auto program = program_for(kernel, hook);
  auto attached = kernel.attach(at, program.program.ref(), {}).value();
  const auto pin = ground->pins() + "/link";
  kernel.pin(attached.link.ref(), pin).value();
  program.program.reset();
  attached.link.reset();
  CHECK(chain_at(kernel, at) == std::vector{program.info.id});
  CHECK(ground->is_alive(program.info.id));

  auto again = kernel.open_pin(pin, pin_kind::link).value();
  REQUIRE(again);
  CHECK(kernel.describe_link(again.ref()).value().id == attached.id.link);
  kernel.remove_pin(pin).value();
  CHECK(chain_at(kernel, at) == std::vector{program.info.id});
  again.reset();
  CHECK(chain_empties(kernel, at));
  CHECK(ground->ends(attached.id.link));
}

TEST_CASE("a link outlives its target as a zombie", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  if (hook.how == hook::netns_link) return;    // the test's own namespace stays
  if (hook.how == hook::sockmap_link) return;  // a link keeps its map
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  const auto other = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  end_target(*ground, at);
  CHECK(becomes_zombie(kernel, attached.link.ref()));
  const auto about = kernel.describe_link(attached.link.ref()).value();
  CHECK(about.id == attached.id.link);
  CHECK(about.program == program.info.id);
  CONFORMANCE_FAILS(kernel.update(swap(at, attached, program, other)), detached);
  CHECK(kernel.detach(at, attached.id, attached.link.ref(), program.info.id));
  CONFORMANCE_FAILS(kernel.query(at), not_found);
  CONFORMANCE_FAILS(kernel.attach(at, other.program.ref(), {}), not_found);
  CHECK(kernel.resolve({&at.on, 1}).value() == std::vector<std::optional<target_identity>>{{}});
}

TEST_CASE("a link at a map keeps the map until it is detached", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::sockmap_link);
  const auto& hook = find_hook("sk_msg");
  auto object = load(kernel, hook.object());
  auto map = take_map(object, "sockets");
  object.maps.clear();
  const attach_point at{hook.how,
                        hook.type,
                        {hook::sockmap_target, "sockets"},
                        {hook::sockmap_target, map.info.id.value, {}},
                        map.map.ref()};
  const auto program = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  map.map.reset();
  CHECK(ground->is_alive(map.info.id));
  CHECK(kernel.describe_link(attached.link.ref()).value().target == map.info.id.value);
  kernel.detach(at, attached.id, attached.link.ref(), program.info.id).value();
  CHECK(ground->ends(map.info.id));
}

TEST_CASE("a map is opened by its id only with CAP_SYS_ADMIN, and held it is no other",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::sockmap_link);
  const auto& hook = find_hook("sk_msg");
  const auto at = place_for(*ground, hook);
  auto unheld = at;
  unheld.map = {};
  CHECK(kernel.query(unheld));
  CHECK(ground->holds_without_sys_admin([&](linchpin::kernel& narrow) {
    const auto refused = narrow.query(unheld);
    return narrow.query(at) && !refused && refused.error().is(errc::permission_denied);
  }));
  auto another = place_for(*ground, hook);
  another.identity = at.identity;
  CONFORMANCE_FAILS(kernel.query(another), conflict);
}

TEST_CASE("an exclusive hook refuses a second program and others take it", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto first = program_for(kernel, hook);
  const auto second = program_for(kernel, hook);
  const auto attached = kernel.attach(at, first.program.ref(), {}).value();
  if (hook.exclusive) {
    CONFORMANCE_FAILS(kernel.attach(at, second.program.ref(), {}), busy);
    CHECK(chain_at(kernel, at) == std::vector{first.info.id});
  } else {
    const auto beside = kernel.attach(at, second.program.ref(), {}).value();
    CHECK(chain_at(kernel, at) == std::vector{first.info.id, second.info.id});
    CHECK(beside.id.link != attached.id.link);
  }
}

TEST_CASE("a program of another type is refused at attach and at update", "[conformance]") {
  FOR_EACH_LINK_HOOK();
  const auto at = place_for(*ground, hook);
  const auto right = program_for(kernel, hook);
  const auto& elsewhere =
      find_hook(hook.type == uapi::attach_type::xdp ? "sk_lookup" : "xdp generic");
  const auto wrong = program_for(kernel, elsewhere);
  CONFORMANCE_FAILS(kernel.attach(at, wrong.program.ref(), {}), wrong_type);
  CHECK(chain_at(kernel, at).empty());
  const auto attached = kernel.attach(at, right.program.ref(), {}).value();
  CONFORMANCE_FAILS(kernel.update(swap(at, attached, right, wrong)), wrong_type);
  CHECK(chain_at(kernel, at) == std::vector{right.info.id});
}

TEST_CASE(
    "the kernel compares the attach type when a cgroup link is made and not when it is updated",
    "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  auto object = load(kernel, hook.object());
  const auto four = take_program(object, "connect4");
  const auto six = take_program(object, "connect6");
  CONFORMANCE_FAILS(kernel.attach(at, six.program.ref(), {}), wrong_type);
  const auto attached = kernel.attach(at, four.program.ref(), {}).value();
  // Measured on 5.10 to 7.3: this is why the engine checks it itself.
  CHECK(kernel.update(swap(at, attached, four, six)));
  CHECK(chain_at(kernel, at) == std::vector{six.info.id});
}

TEST_CASE("native and generic XDP exclude each other", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& native = find_hook("xdp native");
  require_available(kernel, native.how);
  const auto at = place_for(*ground, native);
  auto generic = at;
  generic.how = hook::xdp_generic;
  const auto first = program_for(kernel, native);
  const auto second = program_for(kernel, native);
  const auto attached = kernel.attach(at, first.program.ref(), {}).value();
  CONFORMANCE_FAILS(kernel.attach(generic, second.program.ref(), {}), busy);
  // An interface has one XDP program, seen from both modes.
  CHECK(chain_at(kernel, generic) == std::vector{first.info.id});
  CHECK(chain_at(kernel, at) == std::vector{first.info.id});
}
