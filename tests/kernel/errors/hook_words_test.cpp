// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "../../support/error_texts.hpp"
#include "../kernel/ground.hpp"

#include <optional>

// What the running kernel refuses at its hooks.

namespace hook_words_test {

using namespace linchpin;
using error_texts::varying;

namespace {

varying id_of(live_kernel& kernel, const handle& program, const char* word) {
  return {std::to_string(live::id_of(kernel, program).value), word};
}

varying link_of(const attachment& held) {
  return {std::to_string(held.id.link.value), "<link>"};
}

update_request swapped(const attach_point& at, const attachment& held, const handle& to,
                       const handle& from) {
  update_request request;
  request.at = at;
  request.id = held.id;
  request.link = held.link.ref();
  request.program = to.ref();
  request.expected = from.ref();
  return request;
}

}  // namespace

TEST_CASE("texts of what a kernel refuses at a cgroup", "[errors][kernel]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::cgroup_link).available);
  const auto path = live::make_cgroup(box, "words");
  const auto at = live::egress_at(kernel, path);
  const varying cgroup{path, "<cgroup>"};
  const auto one = live::skb_program(kernel, "lpk_one");
  const auto two = live::skb_program(kernel, "lpk_two");
  const auto three = live::skb_program(kernel, "lpk_three");
  const auto other = live::xdp_program(kernel, "lpk_wrong");
  error_texts::area told{"cgroup hook"};
  told.add("a program of another type", kernel.attach(at, other.ref(), {}), {cgroup});
  const auto held = kernel.attach(at, one.ref(), {}).value();
  told.add("an update over a program that does not run",
           kernel.update(swapped(at, held, three, two)),
           {cgroup, id_of(kernel, one, "<one>"), id_of(kernel, two, "<two>"),
            id_of(kernel, three, "<three>")});
  told.add("an update by a program of another type", kernel.update(swapped(at, held, other, one)),
           {cgroup, id_of(kernel, one, "<one>"), id_of(kernel, other, "<wrong>")});
  told.add("a detach of a program that does not run",
           kernel.detach(at, held.id, held.link.ref(), live::id_of(kernel, two)),
           {cgroup, id_of(kernel, one, "<one>"), id_of(kernel, two, "<two>")});
  auto by_id = swapped(at, held, two, one);
  by_id.expected = {};
  by_id.expected_id = {2147483000};
  told.add("an update over a program that has ended", kernel.update(by_id), {cgroup});
  REQUIRE(kernel.detach(at, held.id, held.link.ref(), live::id_of(kernel, one)));
  told.add("an update of a link that was detached", kernel.update(swapped(at, held, two, one)),
           {cgroup, id_of(kernel, two, "<two>")});
  told.check();
}

TEST_CASE("texts of what a kernel refuses at xdp", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto one = live::xdp_program(kernel, "lpk_one");
  const auto two = live::xdp_program(kernel, "lpk_two");
  error_texts::area told{"xdp hook"};
  const auto held = kernel.attach(at, one.ref(), {}).value();
  told.add("a second program", kernel.attach(at, two.ref(), {}),
           {id_of(kernel, one, "<one>"), link_of(held)});
  auto generic = at;
  generic.how = hook::xdp_generic;
  told.add("a second program in the other mode", kernel.attach(generic, two.ref(), {}));
  auto unresolved = at;
  unresolved.on.name = "lpk7";
  unresolved.identity = {};
  told.add("an interface that is not there", kernel.attach(unresolved, two.ref(), {}));
  auto elsewhere = at;
  elsewhere.identity.netns = netns_inode{7};
  const auto outcome = kernel.attach(elsewhere, two.ref(), {});
  REQUIRE_FALSE(outcome);
  const auto found = outcome.error().found();
  told.add("an interface of another network namespace", outcome,
           {{std::string{found.substr(found.rfind(' ') + 1)}, "<netns>"}});
  told.check();
}

TEST_CASE("texts of what a kernel refuses at tcx", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  auto veth = std::optional{live::make_veth()};
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  const auto at = live::tcx_at(kernel, "lpk0");
  const auto one = live::tc_program(kernel, "lpk_one");
  const auto two = live::tc_program(kernel, "lpk_two");
  error_texts::area told{"tcx hook"};
  const auto held = kernel.attach(at, one.ref(), {}).value();
  told.add("the same program twice", kernel.attach(at, one.ref(), {}));
  auto old = live::at_end(anchor_kind::first);
  old.expected = {77};
  told.add("a chain that was changed", kernel.attach(at, two.ref(), old));
  auto gone = kernel.query(at).value().entries.front();
  gone.link = {2147483000};
  told.add("beside a neighbour who left",
           kernel.attach(at, two.ref(), live::beside(anchor_kind::before, gone)),
           {id_of(kernel, one, "<one>")});
  veth.reset();
  told.add("an update where the interface is gone", kernel.update(swapped(at, held, two, one)),
           {id_of(kernel, two, "<two>")});
  told.add("an attach where the interface is gone", kernel.attach(at, two.ref(), {}));
  told.check();
}

TEST_CASE("texts of what a kernel refuses of filters", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  const auto at = live::clsact_at(kernel, "lpk0");
  const auto one = live::tc_program(kernel, "lpk_one");
  const auto two = live::tc_program(kernel, "lpk_two");
  const auto wrong = live::xdp_program(kernel, "lpk_wrong");
  auto first = kernel.attach(at, one.ref(), {});
  if (!first && first.error().is(errc::unsupported)) SKIP("no clsact: " + first.error().message());
  const auto held = *std::move(first);
  error_texts::area told{"filter"};
  told.add("a program of another type", kernel.attach(at, wrong.ref(), {}));
  told.add("an update over a program that does not run", kernel.update(swapped(at, held, one, two)),
           {id_of(kernel, one, "<one>"), id_of(kernel, two, "<two>")});
  told.add("a detach of a program that does not run",
           kernel.detach(at, held.id, {}, live::id_of(kernel, two)),
           {id_of(kernel, one, "<one>"), id_of(kernel, two, "<two>")});
  auto where = live::at_end(anchor_kind::first);
  where.tc_priority = held.id.tc_priority;
  told.add("at a priority that is taken", kernel.attach(at, two.ref(), where));
  REQUIRE(kernel.detach(at, held.id, {}, live::id_of(kernel, one)));
  told.add("an update of a filter that is gone", kernel.update(swapped(at, held, two, one)),
           {id_of(kernel, one, "<one>")});
  told.check();
}

}  // namespace hook_words_test
