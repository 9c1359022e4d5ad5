// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/fake_kernel.hpp>

#include "../../conformance/vocabulary.hpp"

#include "conformance_maps.bpf.hpp"
#include "conformance_tcx.bpf.hpp"
#include "pass_all.bpf.hpp"

#include <algorithm>

using namespace linchpin;
using namespace conformance;
using testing::fake_kernel;
using testing::fake_machine;
using testing::verb;

namespace {

struct world {
  fake_machine machine;
  fake_kernel kernel{machine};
  attach_point at;

  explicit world(std::string_view hook = "tcx ingress") {
    machine.add_interface("eth0");
    machine.add_cgroup("/cg");
    machine.add_cgroup("/cg/web");
    const auto& which = find_hook(hook);
    at = machine.point(which.how, which.type, which.how == hook::cgroup_link ? "/cg/web" : "eth0");
  }
};

loaded_program tcx_program(linchpin::kernel& kernel) {
  return program_for(kernel, find_hook("tcx ingress"));
}

}  // namespace

TEST_CASE("a packet runs what the chain holds, and a replaced program no more", "[testing]") {
  world here;
  CHECK(here.machine.run(here.at).empty());
  const auto first = tcx_program(here.kernel);
  const auto next = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(here.at, first.program.ref(), {}).value();
  CHECK(here.machine.run(here.at) == std::vector{first.info.id});
  here.kernel.update(swap(here.at, attached, first, next)).value();
  CHECK(here.machine.run(here.at) == std::vector{next.info.id});
}

TEST_CASE("a packet in a cgroup runs its own programs, then its ancestors'", "[testing]") {
  world here{"cgroup connect4"};
  const auto& hook = find_hook("cgroup connect4");
  auto parent = here.at;
  parent.on.name = "/cg";
  parent.identity = *here.kernel.resolve({&parent.on, 1}).value()[0];
  const auto outer = program_for(here.kernel, hook);
  const auto inner = program_for(here.kernel, hook);
  const auto above = here.kernel.attach(parent, outer.program.ref(), {}).value();
  const auto below = here.kernel.attach(here.at, inner.program.ref(), {}).value();
  CHECK(here.machine.run(here.at) == std::vector{inner.info.id, outer.info.id});
  CHECK(here.machine.run(parent) == std::vector{outer.info.id});
}

TEST_CASE("a killed process leaves what is pinned and nothing else", "[testing]") {
  world here;
  const auto pinned = tcx_program(here.kernel);
  const auto loose = tcx_program(here.kernel);
  const auto kept = here.kernel.attach(here.at, pinned.program.ref(), {}).value();
  const auto lost = here.kernel.attach(here.at, loose.program.ref(), {}).value();
  here.kernel.pin(kept.link.ref(), "/sys/fs/bpf/a/link").value();
  CHECK(here.machine.run(here.at) == std::vector{pinned.info.id, loose.info.id});
  here.kernel.kill();
  CHECK(here.machine.run(here.at) == std::vector{pinned.info.id});
  CHECK(here.machine.programs() == std::vector{pinned.info.id});
  CHECK(here.machine.links() == std::vector{kept.id.link});
  CHECK(here.machine.maps() == pinned.info.maps);
  const auto before = here.machine.text();
  const auto refused = here.kernel.remove_pin("/sys/fs/bpf/a/link");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().os_error() == ESRCH);
  CHECK(here.machine.text() == before);

  fake_kernel successor{here.machine};
  const auto link = successor.open_pin("/sys/fs/bpf/a/link", pin_kind::link).value();
  CHECK(successor.describe_link(link.ref()).value().program == pinned.info.id);
}

TEST_CASE("handles of an exited process are gone", "[testing]") {
  fake_machine machine;
  {
    fake_kernel process{machine};
    const auto object = load(process, bpf_objects::pass_all());
    CHECK(machine.programs().size() == 1);
  }
  CHECK(machine.programs().empty());
}

TEST_CASE("an interface that comes back under its name is another one", "[testing]") {
  world here;
  const auto before = here.at.identity;
  here.machine.remove_interface("eth0");
  CHECK_FALSE(here.kernel.resolve({&here.at.on, 1}).value()[0].has_value());
  here.machine.add_interface("eth0");
  const auto after = here.kernel.resolve({&here.at.on, 1}).value()[0];
  REQUIRE(after);
  CHECK(after->id != before.id);
  CONFORMANCE_FAILS(here.kernel.query(here.at), not_found);
}

TEST_CASE("other people's programs stand in the chain and are not ours to hold", "[testing]") {
  world here;
  const auto theirs = here.machine.add_foreign_program(here.at, "theirs").value();
  const auto ours = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(here.at, ours.program.ref(), {}).value();
  const auto front =
      here.machine.add_foreign_program(here.at, "front", {anchor_kind::first, {}, {}}).value();
  CHECK(here.machine.run(here.at) == std::vector{front, theirs, ours.info.id});
  CHECK(here.kernel.query(here.at).value().entries[0].name == "front");
  here.machine.remove_foreign_program(theirs);
  CHECK(here.machine.run(here.at) == std::vector{front, ours.info.id});

  const auto intruder = here.machine.replace_program(attached.id.link, "intruder").value();
  CHECK(here.machine.run(here.at) == std::vector{front, intruder});
  const auto next = tcx_program(here.kernel);
  CONFORMANCE_FAILS(here.kernel.update(swap(here.at, attached, ours, next)), conflict);
  CHECK(here.machine.run(here.at) == std::vector{front, intruder});
}

TEST_CASE("other people's filters stand in a clsact chain", "[testing]") {
  world here;
  auto filters = here.at;
  filters.how = hook::clsact_filter;
  const auto theirs = here.machine.add_foreign_program(filters, "theirs").value();
  const auto ours = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(filters, ours.program.ref(), {}).value();
  CHECK(here.machine.run(filters) == std::vector{theirs, ours.info.id});
  here.machine.remove_foreign_program(theirs);
  CHECK(here.machine.run(filters) == std::vector{ours.info.id});
}

TEST_CASE("a machine without a feature refuses it and says why", "[testing]") {
  world here;
  here.machine.facts().of(hook::tcx_link).available = answer::no("kernel before 6.6");
  const auto program = tcx_program(here.kernel);
  const auto refused = here.kernel.attach(here.at, program.program.ref(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::unsupported));
  CHECK(refused.error().found() == "kernel before 6.6");
}

TEST_CASE("a machine without cgroup order appends and keeps no revision", "[testing]") {
  world here{"cgroup connect4"};
  here.machine.facts().of(hook::cgroup_link).ordered = answer::no("kernel before 6.17");
  const auto& hook = find_hook("cgroup connect4");
  const auto first = program_for(here.kernel, hook);
  const auto second = program_for(here.kernel, hook);
  const auto one = here.kernel.attach(here.at, first.program.ref(), {}).value();
  CONFORMANCE_FAILS(here.kernel.attach(here.at, second.program.ref(), {anchor_kind::first, {}, {}}),
                    unsupported);
  CHECK_FALSE(here.kernel.query(here.at).value().revision);
}

TEST_CASE("a program the verifier is told to refuse leaves nothing behind", "[testing]") {
  world here;
  here.machine.reject_program("leaf", "R1 type=scalar expected=ctx");
  const auto refused = here.kernel.load(image_of(bpf_objects::conformance_maps()), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::rejected));
  CHECK(refused.error().log() == "R1 type=scalar expected=ctx");
  CHECK(here.machine.programs().empty());
  CHECK(here.machine.maps().empty());
}

TEST_CASE("a prog array is empty once nobody in user space holds it, used or not", "[testing]") {
  world here;
  auto object = load(here.kernel, bpf_objects::conformance_maps());
  const auto entry = take_program(object, "entry");
  auto leaf = take_program(object, "leaf");
  auto jumps = take_map(object, "jumps");
  here.machine.fill_prog_array(jumps.info.id, 0, leaf.info.id);
  leaf.program.reset();
  object = {};
  CHECK(here.machine.programs() == std::vector{entry.info.id, leaf.info.id});
  jumps.map.reset();
  CHECK(here.machine.programs() == std::vector{entry.info.id});
  const auto maps = here.machine.maps();
  CHECK(std::find(maps.begin(), maps.end(), jumps.info.id) != maps.end());
}

TEST_CASE("verbs are counted and writes told from reads", "[testing]") {
  world here;
  here.kernel.reset_calls();
  (void)here.kernel.query(here.at);
  (void)here.kernel.list_pins("/sys/fs/bpf");
  (void)here.kernel.lock("/sys/fs/bpf/store");
  CHECK(here.kernel.calls().total() == 3);
  CHECK(here.kernel.calls().writes() == 0);
  (void)here.kernel.write_blob("/sys/fs/bpf/store/blob", {});
  CHECK(here.kernel.calls().writes() == 1);
  CHECK(here.kernel.calls().of(verb::write_blob) == 1);
}

TEST_CASE("an observer sees the world after every verb", "[testing]") {
  class packets final : public testing::call_observer {
   public:
    explicit packets(world& watched) : watched_(watched) {}
    void after(verb which) override {
      if (testing::is_write(which)) ran.push_back(watched_.machine.run(watched_.at).size());
    }
    std::vector<std::size_t> ran;

   private:
    world& watched_;
  };
  world here;
  packets seen{here};
  here.kernel.observe(&seen);
  const auto first = tcx_program(here.kernel);
  const auto next = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(here.at, first.program.ref(), {}).value();
  here.kernel.update(swap(here.at, attached, first, next)).value();
  here.kernel.detach(here.at, attached.id, attached.link.ref(), next.info.id).value();
  here.kernel.observe(nullptr);
  CHECK(seen.ran == std::vector<std::size_t>{0, 0, 1, 1, 0});
}

TEST_CASE("a handle number is never used twice, so that a use after close is seen", "[testing]") {
  fake_machine machine;
  fake_kernel kernel{machine};
  auto object = load(kernel, bpf_objects::pass_all());
  const auto stale = object.programs[0].program.ref();
  object = {};
  const auto other = load(kernel, bpf_objects::pass_all());
  CHECK(other.programs[0].program.ref() != stale);
  const auto refused = kernel.describe_program(stale);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().os_error() == EBADF);
}

TEST_CASE("the text of a machine shows everything that differs", "[testing]") {
  world here;
  const auto empty = here.machine.text();
  const auto program = tcx_program(here.kernel);
  const auto loaded = here.machine.text();
  CHECK(loaded != empty);
  here.kernel.pin(program.program.ref(), "/sys/fs/bpf/p").value();
  CHECK(here.machine.text() != loaded);
  here.kernel.remove_pin("/sys/fs/bpf/p").value();
  CHECK(here.machine.text() == loaded);
}

TEST_CASE("a process resolves and attaches in its own network namespace", "[testing]") {
  fake_machine machine;
  const auto blue = machine.add_netns("/run/netns/blue");
  machine.add_interface("eth0");
  machine.add_interface("eth0", "/run/netns/blue");
  fake_kernel first{machine};
  fake_kernel second{machine, "/run/netns/blue"};
  const target eth0{hook::interface_target, "eth0"};
  const auto here = first.resolve({&eth0, 1}).value()[0];
  const auto there = second.resolve({&eth0, 1}).value()[0];
  REQUIRE((here && there));
  CHECK(here->id != there->id);
  CHECK(here->netns != there->netns);
  CHECK(there->netns == blue);
  CHECK(second.name_of(*there, {}).value() == "eth0");
  CHECK_FALSE(second.name_of(*here, {}).value());
  const target own{hook::netns_target, ""};
  CHECK(second.resolve({&own, 1}).value()[0]->id == blue.value);

  // By the identity of the other namespace nothing is touched: this is what a service finds that was
  // started again elsewhere.
  const auto at = machine.point(hook::tcx_link, uapi::attach_type::tcx_ingress, "eth0");
  CHECK(at.identity == here);
  const auto program = tcx_program(second);
  CONFORMANCE_FAILS(second.attach(at, program.program.ref(), {}), conflict);
  CONFORMANCE_FAILS(second.query(at), conflict);
  second.enter_netns("");
  CHECK(second.resolve({&eth0, 1}).value()[0] == here);
  CHECK(second.attach(at, program.program.ref(), {}));
}

TEST_CASE("a path that has come to mean another network namespace, or none, is a conflict",
          "[testing]") {
  constexpr auto how = hook::netns_link;
  constexpr auto type = uapi::attach_type::sk_lookup;
  fake_machine machine;
  machine.add_netns("/run/netns/blue");
  fake_kernel kernel{machine};
  const auto program = program_for(kernel, find_hook("sk_lookup"));
  const auto refuses = [&](const attach_point& at) {
    CONFORMANCE_FAILS(kernel.attach(at, program.program.ref(), {}), conflict);
    CONFORMANCE_FAILS(kernel.query(at), conflict);
  };
  const auto named = machine.point(how, type, "/run/netns/blue");
  CHECK(kernel.attach(named, program.program.ref(), {}));
  machine.remove_netns("/run/netns/blue");
  refuses(named);
  machine.add_netns("/run/netns/blue");
  refuses(named);
  const auto own = machine.point(how, type, "");
  kernel.enter_netns("/run/netns/blue");
  refuses(own);
  // Where none is expected, there is just none.
  const attach_point nowhere{how, type, {hook::netns_target, "/run/netns/red"}, {}};
  CONFORMANCE_FAILS(kernel.query(nowhere), not_found);
}

TEST_CASE("an interface is at home in the namespace it moved to", "[testing]") {
  world here;
  here.machine.add_netns("/run/netns/blue");
  const auto program = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(here.at, program.program.ref(), {}).value();
  here.machine.move_interface_to_netns("eth0", "/run/netns/blue");
  fake_kernel other{here.machine, "/run/netns/blue"};
  const auto there =
      here.machine.point(hook::tcx_link, uapi::attach_type::tcx_ingress, "eth0", "/run/netns/blue");
  CHECK(there.identity.id == here.at.identity.id);
  CHECK(there.identity != here.at.identity);
  CHECK(chain_at(other, there) == std::vector{program.info.id});
  here.machine.move_interface_to_netns("eth0", "", "/run/netns/blue");
  CHECK(chain_at(here.kernel, here.at) == std::vector{program.info.id});
}

TEST_CASE("an interface that was made again has none of the former one's programs", "[testing]") {
  world here;
  const auto program = tcx_program(here.kernel);
  const auto attached = here.kernel.attach(here.at, program.program.ref(), {}).value();
  const auto index = here.machine.recreate_interface("eth0");
  CHECK(index.value != here.at.identity.id);
  CHECK(here.kernel.describe_link(attached.link.ref()).value().target_gone());
  const auto again = here.machine.point(here.at.how, here.at.type, "eth0");
  CHECK(chain_at(here.kernel, again).empty());
  CONFORMANCE_FAILS(here.kernel.query(here.at), not_found);
}

TEST_CASE("a forked process holds what its parent holds until it ends", "[testing]") {
  world here;
  auto program = tcx_program(here.kernel);
  const auto lock = here.kernel.lock("/sys/fs/bpf/edge").value();
  {
    const auto child = here.kernel.fork();
    CHECK(child->pid() != here.kernel.pid());
    const auto number = program.program.ref();
    program.program.reset();
    CHECK(child->describe_program(number).value() == program.info);
    CHECK(here.machine.programs().size() == 1);
  }
  CHECK(here.machine.programs().empty());
  CHECK(here.kernel.check_lock(lock.ref(), "/sys/fs/bpf/edge"));
  const auto child = here.kernel.fork();
  here.kernel.kill();
  fake_kernel next{here.machine};
  CONFORMANCE_FAILS(next.lock("/sys/fs/bpf/edge"), busy);
  child->kill();
  CHECK(next.lock("/sys/fs/bpf/edge"));
}

TEST_CASE("removing a tree ends what only it held, and makes room for another", "[testing]") {
  world here;
  const auto before = here.machine.text();
  auto program = tcx_program(here.kernel);
  here.kernel.pin(program.program.ref(), "/sys/fs/bpf/edge/web/program").value();
  here.kernel.pin(program.program.ref(), "/sys/fs/bpf/edge-neighbour").value();
  program.program.reset();
  here.machine.remove_tree("/sys/fs/bpf/edge");
  CHECK(here.machine.pins() ==
        std::vector<std::string>{"/sys/fs/bpf/", "/sys/fs/bpf/edge-neighbour"});
  CHECK(here.machine.programs().size() == 1);
  here.machine.remove_tree("/sys/fs/bpf/edge-neighbour");
  here.machine.remove_tree("/sys/fs/bpf/none");
  CHECK(here.machine.text() == before);
  CONFORMANCE_FAILS(here.machine.rename_path("/sys/fs/bpf/none", "/sys/fs/bpf/some"), not_found);
}
