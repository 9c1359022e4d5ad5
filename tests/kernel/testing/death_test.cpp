// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>
#include <linchpin/testing/sandbox.hpp>

#include "pass_all.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace linchpin;

namespace {

object_image pass_all() {
  const auto elf = bpf_objects::pass_all();
  return object_image::parse("pass_all", {elf.begin(), elf.end()}).value();
}

// What a service does: load, attach, pin, and then it is asked to do one thing more.
int serve(const attach_point& at, const std::string& pin, bool pinned) {
  live_kernel live;
  testing::faulty_kernel kernel{static_cast<linchpin::kernel&>(live)};
  kernel.arm({.what = testing::fault::kind::die, .only = testing::verb::query});
  const auto object = kernel.load(pass_all(), {});
  if (!object) return 1;
  const auto attached = kernel.attach(at, object->programs[0].program.ref(), {});
  if (!attached) return 2;
  if (pinned && !kernel.pin(attached->link.ref(), pin)) return 3;
  (void)kernel.query(at);
  return 4;
}

}  // namespace

TEST_CASE("a process killed at a call leaves its pinned links to the next one",
          "[kernel][testing]") {
  const auto box = footing::enter("death");
  const auto pair = testing::veth_pair::make({.name = "death0"}, {.name = "death1"}).value();
  live_kernel kernel;
  footing::need(kernel.facts().of(hook::xdp_native).available);
  attach_point at{
      hook::xdp_generic, uapi::attach_type::xdp, {hook::interface_target, "death0"}, {}};
  at.identity = *kernel.resolve({&at.on, 1}).value()[0];
  const auto pin = box.bpffs() + "/death/link";

  const auto end = testing::in_child([&] { return serve(at, pin, true); }).value();
  CHECK(end == testing::child_end{true, SIGKILL});
  CHECK(kernel.query(at).value().entries.size() == 1);
  auto link = kernel.open_pin(pin, pin_kind::link).value();
  REQUIRE(link);
  const auto about = kernel.describe_link(link.ref()).value();
  CHECK(about.target == at.identity.id);
  kernel.detach(at, {about.id, 0, 0}, link.ref(), about.program).value();
  kernel.remove_pin(pin).value();
  link.reset();

  CHECK(testing::in_child([&] { return serve(at, pin, false); }).value() ==
        testing::child_end{true, SIGKILL});
  // An XDP hook of a dead process stays busy for a grace period or two.
  for (int waited = 0; waited != 100 && !kernel.query(at).value().entries.empty(); ++waited)
    kernel.wait_grace_period().value();
  CHECK(kernel.query(at).value().entries.empty());
  CHECK_FALSE(kernel.open_pin(pin, pin_kind::link).value());
}
