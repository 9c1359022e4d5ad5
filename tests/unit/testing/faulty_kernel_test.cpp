// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include "../../conformance/vocabulary.hpp"

#include "pass_all.bpf.hpp"

#include <array>
#include <csignal>

#include <unistd.h>

using namespace linchpin;
using testing::fault;
using testing::verb;

namespace {

struct faulty_world {
  testing::fake_machine machine;
  testing::fake_kernel process{machine};
  testing::faulty_kernel kernel{process};
};

const std::string path = "/sys/fs/bpf/faulty/blob";

}  // namespace

TEST_CASE("a fault strikes the call it was armed for and no other", "[testing]") {
  faulty_world world;
  world.kernel.arm({.nth = 2, .only = verb::write_blob});
  CHECK(world.kernel.write_blob(path, conformance::bytes_of(1)));
  CHECK(world.kernel.read_blob(path));
  CHECK_FALSE(world.kernel.struck());
  const auto failed = world.kernel.write_blob(path, conformance::bytes_of(2));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().os_error() == EIO);
  CHECK(world.kernel.struck());
  CHECK(world.kernel.read_blob(path).value() == conformance::bytes_of(1));
  CHECK(world.kernel.write_blob(path, conformance::bytes_of(3)));
  CHECK(world.kernel.read_blob(path).value() == conformance::bytes_of(3));
  CHECK(world.kernel.calls().of(verb::write_blob) == 3);
  CHECK(world.process.calls().of(verb::write_blob) == 2);
}

TEST_CASE("a lost reply fails a call that took effect", "[testing]") {
  faulty_world world;
  world.kernel.arm(
      {.what = fault::kind::lose_reply, .cause = error{errc::in_doubt, "write blob", path}});
  CONFORMANCE_FAILS(world.kernel.write_blob(path, conformance::bytes_of(1)), in_doubt);
  CHECK(world.kernel.read_blob(path).value() == conformance::bytes_of(1));
}

TEST_CASE("a lasting fault strikes until it is disarmed, reads spared when writes are meant",
          "[testing]") {
  faulty_world world;
  CHECK(world.kernel.write_blob(path, {}));
  world.kernel.arm({.writes_only = true, .from_there_on = true});
  for (int i = 0; i != 3; ++i) {
    CHECK(world.kernel.read_blob(path));
    CHECK_FALSE(world.kernel.remove_pin(path));
  }
  world.kernel.disarm();
  CHECK_FALSE(world.kernel.struck());
  CHECK(world.kernel.remove_pin(path));
  CHECK_FALSE(world.kernel.read_blob(path).value().has_value());
}

TEST_CASE("several faults strike each in its turn", "[testing]") {
  faulty_world world;
  world.kernel.arm({.nth = 1, .only = verb::read_blob});
  world.kernel.arm({.nth = 3});
  CHECK_FALSE(world.kernel.read_blob(path));
  CHECK(world.kernel.read_blob(path));
  CHECK_FALSE(world.kernel.lock("/sys/fs/bpf/faulty"));
  CHECK(world.kernel.lock("/sys/fs/bpf/faulty"));
}

TEST_CASE("the questions about identities can fail as well", "[testing]") {
  faulty_world world;
  const auto held = world.kernel.lock("/sys/fs/bpf/faulty").value();
  for (const auto which : {verb::check_lock, verb::open_by_id, verb::name_of}) {
    CHECK_FALSE(testing::is_write(which));
    world.kernel.arm({.only = which});
  }
  CHECK_FALSE(world.kernel.check_lock(held.ref(), "/sys/fs/bpf/faulty"));
  CHECK_FALSE(world.kernel.open_by_id(pin_kind::link, 1));
  CHECK_FALSE(world.kernel.name_of({hook::interface_target, 1, {}}, {}));
  CHECK(world.kernel.check_lock(held.ref(), "/sys/fs/bpf/faulty"));
  CHECK(world.kernel.open_by_id(pin_kind::link, 1));
  CHECK(world.kernel.name_of({hook::interface_target, 1, {}}, {}));
  CHECK(testing::verb_name(verb::open_by_id) == "open_by_id");
}

TEST_CASE("death at a call takes all handles and lets nothing happen any more", "[testing]") {
  faulty_world world;
  const auto object = conformance::load(world.kernel, bpf_objects::pass_all());
  const auto held = world.kernel.lock("/sys/fs/bpf/faulty").value();
  world.kernel.pin(object.programs[0].program.ref(), "/sys/fs/bpf/faulty/program").value();
  const auto loose = conformance::load(world.kernel, bpf_objects::pass_all());
  CHECK(world.machine.programs().size() == 2);
  world.kernel.arm({.what = fault::kind::die});
  const auto last = world.kernel.remove_pin("/sys/fs/bpf/faulty/program");
  REQUIRE_FALSE(last);
  CHECK(last.error().os_error() == ESRCH);
  CHECK_FALSE(world.process.alive());
  CHECK(world.machine.programs() == std::vector{object.programs[0].info.id});
  CHECK_FALSE(world.kernel.lock("/sys/fs/bpf/faulty"));

  testing::fake_kernel next{world.machine};
  CHECK(next.lock("/sys/fs/bpf/faulty"));
  CHECK(next.open_pin("/sys/fs/bpf/faulty/program", pin_kind::program).value());
}

TEST_CASE("death at a kernel that is not a fake kills the process", "[testing]") {
  testing::fake_machine machine;
  testing::fake_kernel process{machine};
  const auto end = testing::in_child([&process] {
    testing::faulty_kernel kernel{static_cast<linchpin::kernel&>(process)};
    if (!kernel.lock("/sys/fs/bpf/one")) return 1;
    kernel.arm({.what = fault::kind::die});
    (void)kernel.lock("/sys/fs/bpf/two");
    return 2;
  });
  REQUIRE(end);
  CHECK(*end == testing::child_end{true, SIGKILL});
}

TEST_CASE("the end of a child is told as it was", "[testing]") {
  CHECK(testing::in_child([] { return 0; }).value() == testing::child_end{false, 0});
  CHECK(testing::in_child([] { return 42; }).value() == testing::child_end{false, 42});
  CHECK(testing::in_child([]() -> int { throw 1; }).value() == testing::child_end{false, 70});
}

TEST_CASE("a child that nobody waits for is killed", "[testing]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  {
    const auto paused = testing::child::start([] {
      for (;;) ::pause();
      return 0;
    });
    REQUIRE(paused);
    ::close(ends[1]);
  }
  // Nobody holds the writing end any more.
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == 0);
  ::close(ends[0]);
}
