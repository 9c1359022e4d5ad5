// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "tail_tc_filled_later.bpf.hpp"
#include "telling.hpp"

// Orders that a policy wants and a hook cannot give.

namespace texts_test {

namespace {

using linchpin::placement;

/// After the first of the others.
struct second_place {
  static constexpr std::string_view policy_id = "order.second/1";
  static constexpr bool observes = false;
  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member>,
                                std::optional<std::size_t> current) const noexcept {
    if (current) return {placement::kind::stay};
    return {placement::kind::after, 0};
  }
};

linchpin::desired_component calling(int priority) {
  linchpin::desired_component made{"caller", elf(bpf_objects::tail_tc_filled_later())};
  made.attach("ts_tail_entry", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  return made;
}

}  // namespace

TEST_CASE("texts of orders that a hook cannot give", "[errors]") {
  error_texts::area told{"order"};
  {
    scene host{place::cgroup};
    host.facts().of(linchpin::hook::cgroup_link).ordered =
        linchpin::answer::no("kernel before 6.17");
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({host.one("late", 9)}));
    told.add("a place in front where a kernel only appends",
             edge.plan({host.one("late", 9), host.one("early", 1)}));
  }
  {
    scene host{place::cgroup};
    host.stranger("theirs_first");
    host.stranger("theirs_last");
    fake_kernel kernel{host};
    auto edge = open<ordering_by<second_place>>(kernel);
    told.add("between two strangers whose links nobody lists", edge.plan({host.one("gate")}));
  }
  {
    scene host{place::clsact};
    for (const std::uint16_t priority : {std::uint16_t{100}, std::uint16_t{101}}) {
      linchpin::anchor where;
      where.tc_priority = priority;
      static_cast<void>(must(host.add_foreign_program(host.at(), "theirs", where)));
    }
    fake_kernel kernel{host};
    auto edge = open<ordering_by<second_place>>(kernel);
    told.add("between two filters without a number between them", edge.plan({host.one("gate")}));
  }
  {
    scene host{place::cgroup};
    for (int i = 0; i < 64; ++i) host.stranger("theirs");
    fake_kernel kernel{host};
    auto edge = open(kernel);
    told.add("one program more than a cgroup takes", edge.plan({host.one("gate")}));
  }
  {
    scene host{place::cgroup};
    fake_kernel kernel{host};
    auto edge = open<ordered_in_place>(kernel);
    must(edge.apply({host.one("one", 1), host.one("two", 2)}));
    const auto link = what_stands(edge, "one").begin()->second.first;
    during intruder{verb::describe_link, 1, [&] { must(host.replace_program(link, "theirs")); }};
    kernel.observe(&intruder);
    const auto made = edge.plan({host.one("one", 1), host.one("two", 2)});
    kernel.observe(nullptr);
    told.add("somebody changes the chain between two looks", made);
  }
  {
    scene host;
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({calling(20), guide(bpf_objects::guide(), 10)}));
    const auto array =
        must(kernel.describe_map(must(edge.map_handle("caller", "ts_tail_jumps")))).id;
    host.fill_prog_array(array, 0, host.stranger("theirs", host.ingress("eth1")));
    kernel.may_open_by_id(false);
    told.add("a program that moves and calls one that cannot be opened",
             edge.plan({calling(5), guide(bpf_objects::guide(), 10)}));
  }
  told.check();
}

}  // namespace texts_test
