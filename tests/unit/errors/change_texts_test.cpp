// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <cerrno>
#include <optional>

#include "../engine/gate.hpp"
#include "telling.hpp"

// Changes that were begun: why they ended, and what is left of them.

namespace texts_test {

namespace {

using linchpin::error;

struct with_a_gate : scene {
  explicit with_a_gate(place where = place::tcx) : scene(where) { must(edge.apply({one("gate")})); }
  [[nodiscard]] linchpin::desired_component next_gate() const {
    return one("gate", 0, bpf_objects::guard_v2());
  }
  [[nodiscard]] std::string path(const char* below) const { return component_root + below; }

  fake_kernel kernel{*this};
  faulty_kernel faulty{kernel};
  loose_orchestrator<ordered> edge = open(faulty);
};

// A first start of two components, at one verb of which something goes wrong.
error start_failing_at(verb which, error cause, std::uint64_t nth = 1, bool for_ever = false) {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  faulty.arm({.nth = nth, .only = which, .from_there_on = for_ever, .cause = std::move(cause)});
  return refused(edge.apply({guard(), guide()}));
}

// An upgrade of the guard at five hooks.
error upgrade_failing_at(verb which, error cause, std::uint64_t nth, bool for_ever) {
  machine host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({guard()}));
  faulty.arm({.nth = nth, .only = which, .from_there_on = for_ever, .cause = std::move(cause)});
  return refused(edge.apply({guard(bpf_objects::guard_v2())}));
}

// Arms two faults once every hook runs the next generation.
class at_the_commit final : public linchpin::apply_observer {
 public:
  explicit at_the_commit(stubborn_kernel& kernel) : kernel_(kernel) {}
  void on(const linchpin::step_event& event) noexcept override {
    if (event.what != linchpin::step_event::kind::performed) return;
    if (event.which.kind != linchpin::step_kind::swap_program) return;
    kernel_.relent();
    kernel_.refuse_once(verb::write_blob, "/journal", EIO);
    kernel_.refuse_once(verb::read_blob, "/journal", EIO);
  }

 private:
  stubborn_kernel& kernel_;
};

error in_doubt() {
  scene host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  auto edge = open(stubborn);
  must(edge.apply({host.one("gate")}));
  const auto plan = must(edge.plan({host.one("gate", 0, bpf_objects::guard_v2())}));
  at_the_commit watch{stubborn};
  return refused(edge.apply(plan, &watch));
}

// What could not be put back where it stood.
error with_a_gap(place where, std::uint64_t nth, bool for_ever, error cause) {
  scene host{where};
  if (where == place::cgroup) {
    host.facts().of(linchpin::hook::cgroup_link).ordered =
        linchpin::answer::no("kernel before 6.17");
  }
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open<ordered_with_gap>(faulty);
  must(edge.apply({host.one("gate", 1), host.one("next", 2)}));
  faulty.arm(
      {.nth = nth, .only = verb::attach, .from_there_on = for_ever, .cause = std::move(cause)});
  const auto object = bpf_objects::guard_v2();
  return refused(
      edge.apply(std::vector{host.one("gate", 1, object), host.one("next", 2, object)}, 1));
}

}  // namespace

TEST_CASE("texts of changes that were rolled back", "[errors]") {
  error_texts::area told{"rolled back"};
  {
    machine host;
    host.reject_program("guard_in", "R1 invalid mem access 'scalar'");
    fake_kernel kernel{host};
    auto edge = open(kernel);
    told.add("the verifier refuses a program", edge.apply({guard()}));
  }
  told.add(
      "no memory for a program",
      start_failing_at(verb::load, error::from_errno(ENOMEM, "load program", "program guard_in")));
  told.add("no file descriptor for a link",
           start_failing_at(verb::attach, error::from_errno(EMFILE, "attach"), 3));
  told.add("the bpffs cannot be written",
           start_failing_at(verb::write_blob,
                            error::from_errno(EIO, "write blob", "/sys/fs/bpf/edge/journal")));
  told.add("at the fourth hook of an upgrade",
           upgrade_failing_at(verb::update, error::from_errno(EBUSY, "update link"), 4, false));
  told.check();
}

TEST_CASE("texts of changes in which somebody else came in between", "[errors]") {
  error_texts::area told{"in between"};
  {
    with_a_gate host;
    const auto plan = must(host.edge.plan({host.next_gate()}));
    const auto link = what_stands(host.edge, "gate").begin()->second.first;
    static_cast<void>(must(host.replace_program(link, "intruder")));
    told.add("another program runs by our link", host.edge.apply(plan));
  }
  {
    with_a_gate host;
    const auto plan = must(host.edge.plan({host.next_gate()}));
    must(host.kernel.remove_pin(host.path("/link-0")));
    told.add("the pin of a link is gone", host.edge.apply(plan));
  }
  {
    with_a_gate host;
    const auto plan = must(host.edge.plan({host.next_gate()}));
    other_service other{host};
    other.detach(host.at(), host.path("/link-0"));
    told.add("our link was detached by force", host.edge.apply(plan));
  }
  {
    with_a_gate host;
    const auto plan = must(host.edge.plan({at_both()}));
    during intruder{
        verb::attach, 1, [&host] {
          static_cast<void>(must(host.replace_program(host.links().back(), "intruder")));
        }};
    host.kernel.observe(&intruder);
    const auto outcome = host.edge.apply(plan);
    host.kernel.observe(nullptr);
    told.add("another program runs by the link that was just made", outcome);
  }
  {
    with_a_gate host;
    other_service other{host};
    auto held = std::optional{other.open(host.path("/link-0"), linchpin::pin_kind::link)};
    must(host.kernel.remove_pin(host.path("/link-0")));
    const auto plan = must(host.edge.plan({host.one("gate")}));
    held.reset();
    told.add("a link that is to be pinned again has ended", host.edge.apply(plan));
  }
  {
    scene host{place::cgroup};
    host.facts().of(linchpin::hook::cgroup_link).ordered =
        linchpin::answer::no("kernel before 6.17");
    fake_kernel kernel{host};
    auto edge = open<ordered_with_gap>(kernel);
    must(edge.apply({host.one("gate")}));
    const auto plan = must(edge.plan({host.one("gate", 0, bpf_objects::guard_v2())}));
    must(kernel.remove_pin(component_root + "/link-0"));
    other_service other{host};
    other.pin_map(component_root + "/link-0");
    told.add("something else is pinned in the place of a link", edge.apply(plan));
  }
  {
    with_a_gate host;
    const auto plan = must(host.edge.plan({at_both()}));
    other_service other{host};
    static_cast<void>(other.pin_link(host.egress("eth1"), "guard_out", host.path("/link-1")));
    told.add("somebody pins at our next path", host.edge.apply(plan));
  }
  {
    scene host;
    fake_kernel kernel{host};
    auto edge = open<ordered_with_gap>(kernel);
    must(edge.apply({host.one("gate", 1), host.one("next", 2)}));
    const auto plan =
        must(edge.plan({host.one("gate", 1, bpf_objects::guard_v2()), host.one("next", 2)}));
    host.stranger("late");
    told.add("a chain was changed before a gap", edge.apply(plan));
  }
  {
    scene host{place::clsact};  // whose chain has no revision
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({host.one("gate", 1)}));
    during intruder{verb::attach, 1, [&] { host.stranger("late"); }};
    const auto plan = must(edge.plan({host.one("gate", 1), host.one("next", 2)}));
    kernel.observe(&intruder);
    const auto outcome = edge.apply(plan);
    kernel.observe(nullptr);
    told.add("a chain was changed during the change", outcome);
  }
  told.check();
}

TEST_CASE("texts of hooks that are not as before after a change was undone", "[errors]") {
  error_texts::area told{"not restored"};
  told.add("nothing could be put back",
           with_a_gap(place::tcx, 1, true, error::from_errno(EPERM, "attach")));
  told.add("put back behind others",
           with_a_gap(place::cgroup, 2, false, error::from_errno(EIO, "attach")));
  told.check();
}

TEST_CASE("texts of changes that are neither finished nor undone", "[errors]") {
  error_texts::area told{"cut short"};
  told.add("undoing fails for the same reason",
           upgrade_failing_at(verb::update, error::from_errno(EMFILE, "update link"), 4, true));
  told.add("leftovers cannot be removed",
           upgrade_failing_at(
               verb::remove_pin,
               error::from_errno(EIO, "remove pin", "/sys/fs/bpf/edge/guard/gen-1/prog-guard_in"),
               1, true));
  told.add("nobody knows whether it was committed", in_doubt());
  {
    scene host;
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({guard()}));
    during removed{verb::update, 3, [&host] { must(host.rename_path(root, "/sys/fs/bpf/aside")); }};
    kernel.observe(&removed);
    const auto outcome = edge.apply(std::vector{guard(bpf_objects::guard_v2())}, 1);
    kernel.observe(nullptr);
    told.add("somebody renames the store", outcome);
  }
  told.check();
}

namespace {

struct never_alone {
  static constexpr std::string_view policy_id = "order.never_alone/1";
  static constexpr bool observes = true;
  [[nodiscard]] linchpin::decision<linchpin::arrangement> arrange(
      const linchpin::chain_view& view) const {
    std::size_t ours = 0;
    linchpin::arrangement made;
    for (std::size_t i = 0; i < view.members.size(); ++i) {
      ours += view.members[i].ours ? 1 : 0;
      made.order.push_back(i);
    }
    if (ours == 1) return linchpin::refusal{"one of ours alone"};
    return made;
  }
};
struct degrading_unless_alone : ordering_by<never_alone> {
  using recovery = linchpin::recovery::degrade;
};

}  // namespace

TEST_CASE("texts of what is left when one component is left out", "[errors]") {
  error_texts::area told{"degrade"};
  machine host;
  fake_kernel memory{host};
  faulty_kernel kernel{memory};
  auto edge = open<degrading_unless_alone>(kernel);
  kernel.arm(
      {.only = verb::load, .cause = error::from_errno(EPERM, "load program", "program guard_in")});
  auto beside = one_at("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  told.add("the others alone are refused", edge.apply({beside, guide()}));
  told.check();
}

}  // namespace texts_test
