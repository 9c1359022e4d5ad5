// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "vocabulary.hpp"

#include <catch2/generators/catch_generators.hpp>

using namespace linchpin;
using namespace conformance;

// A store belongs to who locked its directory, by whatever name, and to nobody else.

TEST_CASE("what is written through a lock is in the locked directory", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  const auto lock = kernel.lock(store).value();
  const auto inside = path_through(lock.ref());
  CHECK(inside == "/proc/self/fd/" + std::to_string(lock.ref().number));
  const auto program = any_program(kernel);
  kernel.write_blob(inside + "/manifest", bytes_of(1)).value();
  kernel.pin(program.program.ref(), inside + "/web/gen-1/program").value();
  CHECK(kernel.list_pins(store).value() == std::vector<std::string>{"manifest", "web/"});
  CHECK(kernel.list_pins(inside).value() == std::vector<std::string>{"manifest", "web/"});
  CHECK(kernel.read_blob(store + "/manifest").value() == bytes_of(1));
  CHECK(kernel.read_blob(inside + "/manifest").value() == bytes_of(1));
  const auto opened = kernel.open_pin(inside + "/web/gen-1/program", pin_kind::program).value();
  REQUIRE(opened);
  CHECK(kernel.describe_program(opened.ref()).value().id == program.info.id);
  kernel.rename_pin(inside + "/web/gen-1", inside + "/web/gen-2").value();
  CHECK(kernel.list_pins(store + "/web").value() == std::vector<std::string>{"gen-2/"});
  kernel.remove_pin(inside + "/web/gen-2/program").value();
  kernel.remove_pin(inside + "/web/gen-2").value();
  CHECK(kernel.list_pins(store + "/web").value().empty());
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), inside + "/with.dot"), invalid_argument);
  CHECK(kernel.check_lock(lock.ref(), store));
}

TEST_CASE("a link is updated by a pin that is reached through a lock", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto lock = kernel.lock(ground->pins() + "/store").value();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto first = program_for(kernel, hook);
  const auto next = program_for(kernel, hook);
  const auto attached = kernel.attach(at, first.program.ref(), {}).value();
  const auto path = path_through(lock.ref()) + "/link";
  kernel.pin(attached.link.ref(), path).value();
  auto update = swap(at, attached, first, next);
  update.link = {};
  update.pin = path;
  kernel.update(update).value();
  CHECK(chain_at(kernel, at) == std::vector{next.info.id});
}

TEST_CASE("after a locked directory was removed nothing is written, also not into its successor",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  const auto lock = kernel.lock(store).value();
  const auto inside = path_through(lock.ref());
  const auto program = any_program(kernel);
  kernel.write_blob(inside + "/manifest", bytes_of(1)).value();
  kernel.pin(program.program.ref(), inside + "/web/program").value();
  ground->remove_tree(store);
  CONFORMANCE_FAILS(kernel.check_lock(lock.ref(), store), conflict);

  // Another process takes the name over.
  const bool successor = GENERATE(false, true);
  handle taken;
  if (successor) {
    taken = ground->other().lock(store).value();
    ground->other().write_blob(store + "/manifest", bytes_of(2)).value();
    CONFORMANCE_FAILS(kernel.check_lock(lock.ref(), store), conflict);
    CHECK(ground->other().check_lock(taken.ref(), store));
  }
  CONFORMANCE_FAILS(kernel.write_blob(inside + "/manifest", bytes_of(3)), not_found);
  CONFORMANCE_FAILS(kernel.write_blob(inside + "/web/record", bytes_of(3)), not_found);
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), inside + "/program"), not_found);
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), inside + "/web/gen-1/program"), not_found);
  CONFORMANCE_FAILS(kernel.rename_pin(inside + "/manifest", inside + "/journal"), not_found);
  CHECK(kernel.remove_pin(inside + "/manifest"));
  CHECK(kernel.list_pins(inside).value().empty());
  CHECK_FALSE(kernel.read_blob(inside + "/manifest").value().has_value());
  CHECK_FALSE(kernel.open_pin(inside + "/web/program", pin_kind::program).value());
  CHECK(kernel.list_pins(ground->pins()).value().size() == (successor ? 1 : 0));
  if (successor) {
    CHECK(kernel.list_pins(store).value() == std::vector<std::string>{"manifest"});
    CHECK(kernel.read_blob(store + "/manifest").value() == bytes_of(2));
  }
}

TEST_CASE("a lock follows a renamed directory, and says that it was renamed", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  const auto moved = ground->pins() + "/moved";
  const auto lock = kernel.lock(store).value();
  const auto inside = path_through(lock.ref());
  kernel.write_blob(inside + "/manifest", bytes_of(1)).value();
  ground->rename_path(store, moved);
  const auto refused = kernel.check_lock(lock.ref(), store);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(refused.error().found().find(moved) != std::string_view::npos);
  CHECK(kernel.check_lock(lock.ref(), moved));
  CHECK(kernel.read_blob(inside + "/manifest").value() == bytes_of(1));
  // The lock went with the directory; its former name is free.
  CONFORMANCE_FAILS(ground->other().lock(moved), busy);
  const auto next = ground->other().lock(store);
  REQUIRE(next);
  kernel.write_blob(inside + "/journal", bytes_of(2)).value();
  CHECK(kernel.list_pins(store).value().empty());
  CHECK(kernel.list_pins(moved).value() == std::vector<std::string>{"journal", "manifest"});
  CONFORMANCE_FAILS(kernel.check_lock(lock.ref(), store), conflict);
  ground->remove_tree(store);
  ground->rename_path(moved, store);
  CHECK(kernel.check_lock(lock.ref(), store));
}

TEST_CASE("a forked child may not use its copy of a lock, and its end unlocks nothing",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  const auto lock = kernel.lock(store).value();
  const auto holder = std::to_string(ground->pid());
  CHECK(ground->holds_in_child([&](linchpin::kernel& child) {
    const auto refused = child.check_lock(lock.ref(), store);
    if (refused || !refused.error().is(errc::busy)) return false;
    if (refused.error().expected().find(holder) == std::string_view::npos) return false;
    child.close(lock.ref().number);
    return true;
  }));
  CHECK(kernel.check_lock(lock.ref(), store));
  CONFORMANCE_FAILS(ground->other().lock(store), busy);
}

TEST_CASE("what is not a lock is not checked as one", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  auto lock = kernel.lock(store).value();
  const auto number = lock.ref();
  const auto program = any_program(kernel);
  CONFORMANCE_FAILS(kernel.check_lock(program.program.ref(), store), invalid_argument);
  lock.reset();
  CONFORMANCE_FAILS(kernel.check_lock(number, store), invalid_argument);
}

TEST_CASE("a store inside a store is refused, whichever was there first", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto outer = ground->pins() + "/outer";
  const auto inner = outer + GENERATE("/inner", "/a/b/inner");
  const std::string sign = GENERATE("locked", "manifest", "journal");
  const bool outer_first = GENERATE(true, false);
  INFO(inner << ", " << sign << ", outer first " << outer_first);
  const auto& first = outer_first ? outer : inner;
  const auto& second = outer_first ? inner : outer;
  auto lock = ground->other().lock(first).value();
  if (sign != "locked") {
    ground->other().write_blob(first + '/' + sign, bytes_of(1)).value();
    lock.reset();
  }
  const auto before = kernel.list_pins(outer).value();
  const auto refused = kernel.lock(second);
  REQUIRE_FALSE(refused);
  INFO(refused.error().message());
  CHECK(refused.error().is(errc::already_exists));
  CHECK(refused.error().found().find(first) != std::string_view::npos);
  CHECK(kernel.list_pins(outer).value() == before);
  // What was refused is not left locked.
  lock.reset();
  ground->remove_tree(first);
  CHECK(ground->other().lock(second));
}

TEST_CASE("a component's directory is no store, and no place for one", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto store = ground->pins() + "/store";
  const auto program = any_program(kernel);
  kernel.write_blob(store + "/manifest", bytes_of(1)).value();
  kernel.write_blob(store + "/web/record", bytes_of(1)).value();
  kernel.pin(program.program.ref(), store + "/web/gen-1/program").value();
  kernel.pin(program.program.ref(), store + "/web/link-0").value();
  CHECK(kernel.lock(store));
  CONFORMANCE_FAILS(kernel.lock(store + "/web/gen-1"), already_exists);
  // Also when nothing but the record tells.
  kernel.remove_pin(store + "/manifest").value();
  CHECK(kernel.lock(store));
  CONFORMANCE_FAILS(kernel.lock(store + "/web/mine"), already_exists);
  // Stores side by side are fine.
  const auto one = kernel.lock(store).value();
  CHECK(kernel.lock(ground->pins() + "/beside"));
}
