// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include <bpf/bpf.h>

#include "kernel/engine/stage.hpp"

// Agents that detached or replaced one another's programs.

using namespace live_engine;

namespace {

// Somebody else's program, which is to take a place that is ours.
struct usurper {
  explicit usurper(stage& on) : here(on) {
    const bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, -1},
                             {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    const int fd =
        ::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "usurper", "Dual BSD/GPL", code, 2, nullptr);
    REQUIRE(fd >= 0);
    program = linchpin::handle{on.kernel, fd};
    id = must(on.kernel.describe_program(program.ref())).id;
  }

  // As the others do it: by the place, whoever has it.
  void take(const linchpin::any_hook& hook) {
    const auto at = here.at(hook);
    const auto entry = must(here.kernel.query(at)).entries.at(0);
    const linchpin::handle ours{here.kernel, ::bpf_prog_get_fd_by_id(entry.program.value)};
    linchpin::handle link;
    if (entry.link) link = {here.kernel, ::bpf_link_get_fd_by_id(entry.link.value)};
    must(here.kernel.update({.at = at,
                             .id = {entry.link, entry.tc_priority, entry.tc_handle},
                             .link = link.ref(),
                             .program = program.ref(),
                             .expected = ours.ref(),
                             .expected_id = entry.program}));
  }

  stage& here;
  linchpin::handle program;
  linchpin::program_id id;
};

}  // namespace

TEST_CASE("ownership: a filter that somebody replaced is theirs, and cleaning up leaves it",
          "[kernel][incident][drift]") {
  stage here;
  here.filters = true;
  usurper theirs{here};
  {
    auto edge = here.open<on_filters>();
    must(edge.apply({stage::one("edge", "ts_in", here.ingress())}));
    theirs.take(here.ingress());
    REQUIRE(here.chain(here.ingress()) == std::vector{theirs.id});
    CHECK_FALSE(must(edge.status()).healthy());
  }
  SECTION("when all is removed") {
    auto edge = here.open<on_filters>();
    const auto report = must(edge.remove_all());
    REQUIRE(report.left_alone.size() == 1);
    CHECK(report.left_alone[0].find("component edge, tcx_ingress lpe0") != std::string::npos);
    CHECK(here.chain(here.ingress()) == std::vector{theirs.id});
  }
  SECTION("when the service goes on: ours stands beside theirs") {
    auto edge = here.open<on_filters>();
    must(edge.apply({stage::one("edge", "ts_in", here.ingress(), bpf_objects::turnstile_v2())}));
    const auto chain = here.chain(here.ingress());
    CHECK(chain.size() == 2);
    CHECK(std::count(chain.begin(), chain.end(), theirs.id) == 1);
    CHECK(must(edge.status()).healthy());
  }
}

TEST_CASE("ownership: nobody's qdisc is taken away with our filters", "[kernel][incident]") {
  stage here;
  here.filters = true;
  stranger theirs{here, here.ingress()};
  auto edge = here.open<on_filters>();
  must(edge.apply({stage::one("edge", "ts_in", here.ingress())}));
  must(edge.remove_all());
  CHECK(theirs.runs());
}

TEST_CASE("ownership: a restart of one agent leaves the programs of the other",
          "[kernel][incident]") {
  stage here;
  stranger theirs{here, here.ingress()};
  for (int restart = 0; restart < 3; ++restart) {
    auto edge = here.open();
    must(edge.apply(
        {stage::one("edge", "ts_in", here.ingress(),
                    restart % 2 == 0 ? bpf_objects::turnstile() : bpf_objects::turnstile_v2())}));
    CHECK(theirs.runs());
    CHECK(here.chain(here.ingress()).size() == 2);
    if (restart == 1) must(edge.remove_all());
    CHECK(theirs.runs());
  }
}

TEST_CASE("ownership: a program that somebody put into our place is reported and replaced",
          "[kernel][incident][drift]") {
  stage here;
  if (here.at(here.ingress()).how != linchpin::hook::tcx_link) SKIP("no tcx: kernel before 6.6");
  usurper theirs{here};
  auto edge = here.open();
  must(edge.apply({stage::one("edge", "ts_in", here.ingress())}));
  theirs.take(here.ingress());
  const auto status = must(edge.status());
  CHECK(status.components.at(0).attachments.at(0).state == linchpin::attachment_state::altered);
  CHECK(status.components.at(0).attachments.at(0).running == theirs.id);
  const auto plan = must(edge.plan({stage::one("edge", "ts_in", here.ingress())}));
  CHECK_FALSE(plan.empty());
  must(edge.apply(plan));
  CHECK(must(edge.status()).healthy());
  CHECK(here.chain(here.ingress()).size() == 1);
  CHECK(here.chain(here.ingress())[0] != theirs.id);
}

TEST_CASE("ownership: a link whose pin somebody removed is missed and attached again",
          "[kernel][incident][drift]") {
  stage here;
  if (here.at(here.ingress()).how != linchpin::hook::tcx_link) SKIP("no tcx: kernel before 6.6");
  auto edge = here.open();
  must(edge.apply({stage::one("edge", "ts_in", here.ingress())}));
  must(here.kernel.remove_pin(here.root() + "/edge/link-0"));
  CHECK(wait_until(here.kernel, [&] { return here.chain(here.ingress()).empty(); }));
  CHECK_FALSE(must(edge.status()).healthy());
  CHECK(must(edge.apply({stage::one("edge", "ts_in", here.ingress())})).attached == 1);
  CHECK(must(edge.status()).healthy());
  CHECK(here.chain(here.ingress()).size() == 1);
}

TEST_CASE("ownership: a cgroup's other programs are no business of ours", "[kernel][incident]") {
  stage here;
  stranger first{here, here.skb()};
  auto edge = here.open();
  must(edge.apply({stage::one("edge", "ts_skb", here.skb())}));
  stranger second{here, here.skb()};
  must(edge.apply({stage::one("edge", "ts_skb", here.skb(), bpf_objects::turnstile_v2())}));
  CHECK(here.chain(here.skb()).size() == 3);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({stage::one("edge", "ts_skb", here.skb(), bpf_objects::turnstile_v2())}))
            .empty());
  must(edge.remove_all());
  CHECK(first.runs());
  CHECK(second.runs());
  CHECK(wait_until(here.kernel, [&] { return here.chain(here.skb()).size() == 2; }));
}
