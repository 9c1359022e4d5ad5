// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/engine/skeleton.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <csignal>

#include "../../support/opened_skeleton.hpp"
#include "counted.hpp"

// Global variables on the running kernel: what is set before the load, and counters that go on.

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::in_child;

TEST_CASE("counters go on through upgrades, and each generation has its own globals",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  datagrams from_far{here};
  const auto number = [&](std::string_view name, std::span<const std::byte> object) {
    return variable<std::uint64_t>(here.kernel, edge, object, name);
  };
  const auto one = bpf_objects::globals();
  const auto two = bpf_objects::globals_v2();

  must(edge.apply({sampling(here, 4)}));
  from_far.pass(64);
  CHECK(number("seen", one) == 64);
  CHECK(number("sampled", one) == 16);

  SECTION("another value is another generation, which counts on") {
    const auto plan = must(edge.plan({sampling(here, 8)}));
    CHECK(plan.text().find("global sample_every: 4 -> 8") != std::string::npos);
    must(edge.apply(plan));
    CHECK(number("seen", one) == 64);
    from_far.pass(64);
    CHECK(number("seen", one) == 128);
    CHECK(number("sampled", one) == 24);
    CHECK(number("hidden", one) == 128);
    CHECK(number("globals_in.packets", one) == 128);
  }
  SECTION("another object counts on, with its variables at other places") {
    must(edge.apply({sampling(here, 8, two)}));
    from_far.pass(64);
    CHECK(number("seen", two) == 128);
    CHECK(number("sampled", two) == 24);
    CHECK(number("hidden", two) == 128);
    CHECK(number("globals_in.packets", two) == 128);
    CHECK(number("globals_in.calls", two) == 64);
    CHECK(variable<std::uint32_t>(here.kernel, edge, two, "came") == 64);
  }
  SECTION("a move to another place in the chain counts on") {
    const auto other = stage::one("turnstile", "ts_in", here.ingress());
    must(edge.apply({sampling(here, 4), other}));
    linchpin::desired_component last{"sampler", linchpin::object_source::memory("globals", one)};
    last.attach("globals_in", here.ingress()).priority(10);
    last.global("sample_every", 4u);
    const auto plan = must(edge.plan({last, other}));
    CHECK(plan.text().find("move") != std::string::npos);
    must(edge.apply(plan));
    from_far.pass(64);
    CHECK(number("seen", one) == 128);
  }
}

TEST_CASE("a restart finds globals as they are, and counters go on", "[kernel][engine][globals]") {
  stage here;
  datagrams from_far{here};
  must(here.open().apply({sampling(here, 4)}));
  from_far.pass(64);
  const auto program = here.program_at(here.ingress()).id;
  auto edge = here.open();
  CHECK(must(edge.plan({sampling(here, 4)})).empty());
  must(edge.apply({sampling(here, 4)}));
  CHECK(here.program_at(here.ingress()).id == program);
  from_far.pass(64);
  CHECK(variable<std::uint64_t>(here.kernel, edge, bpf_objects::globals(), "seen") == 128);
}

TEST_CASE("what was set through a skeleton runs, and a restart that sets the same changes nothing",
          "[kernel][engine][globals][skeleton]") {
  stage here;
  const auto object = bpf_objects::globals();
  const auto wanted = [&](std::uint32_t every) {
    opened_skeleton opened{object};
    opened.set("sample_every", every);
    auto made = must(linchpin::from_skeleton("sampler", opened.get()));
    made.attach("globals_in", here.ingress());
    return made;
  };
  must(here.open().apply({wanted(4)}));
  datagrams from_far{here};
  from_far.pass(64);
  auto edge = here.open();
  CHECK(must(edge.plan({wanted(4)})).empty());
  CHECK(variable<std::uint64_t>(here.kernel, edge, object, "sampled") == 16);
  must(edge.apply({wanted(8)}));
  from_far.pass(64);
  CHECK(variable<std::uint64_t>(here.kernel, edge, object, "sampled") == 24);
}

TEST_CASE("a skeleton that is loaded already is refused", "[kernel][engine][skeleton]") {
  stage here;
  opened_skeleton opened{bpf_objects::globals()};
  for (auto* program = bpf_object__next_program(*opened.get().obj, nullptr); program != nullptr;
       program = bpf_object__next_program(*opened.get().obj, program)) {
    REQUIRE(bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS) == 0);
  }
  REQUIRE(bpf_object__load(*opened.get().obj) == 0);
  const auto told = refused(linchpin::from_skeleton("sampler", opened.get()));
  CHECK(told.is(linchpin::errc::busy));
  CHECK(told.found() == "it is loaded already");
}

TEST_CASE("beside a lock, a counter goes on", "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  const auto object = bpf_objects::globals_locked();
  const auto first = edge.apply({sampling(here, 4, object)});
  if (!first && first.error().is(linchpin::errc::rejected)) SKIP("no locks in global variables");
  must(first);
  datagrams from_far{here};
  from_far.pass(64);
  must(edge.apply({sampling(here, 8, object)}));
  from_far.pass(64);
  CHECK(variable<std::uint64_t>(here.kernel, edge, object, "locked") == 128);
  CHECK(variable<std::uint64_t>(here.kernel, edge, object, "seen") == 128);
}

TEST_CASE("killed at any call of an upgrade with globals, old or new runs and counts on",
          "[kernel][engine][globals][fault]") {
  stage here;
  datagrams from_far{here};
  const auto two = bpf_objects::globals_v2();
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    {
      auto edge = here.open();
      must(edge.apply({sampling(here, 4)}));
    }
    const auto count = [&](bool is_new) {
      auto edge = here.open();
      return variable<std::uint64_t>(here.kernel, edge, is_new ? two : bpf_objects::globals(),
                                     "seen");
    };
    const auto before = count(false);
    const auto end = must(in_child([&] {
      faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<ordered>::open(here.root(), {.on = &faulty}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      return edge.apply({sampling(here, 8, two)}) ? 0 : 1;
    }));
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});
    bool is_new = false;
    {
      auto edge = here.open();
      is_new = must(edge.plan({sampling(here, 8, two)})).empty();
      CHECK(is_new != must(edge.plan({sampling(here, 4)})).empty());
      CHECK(variable<std::uint32_t>(here.kernel, edge, is_new ? two : bpf_objects::globals(),
                                    "sample_every") == (is_new ? 8U : 4U));
    }
    if (whole) CHECK(is_new);
    if (!whole) (is_new ? met_new : met_old) = true;
    CHECK(count(is_new) == before);
    from_far.pass(3);
    CHECK(count(is_new) == before + 3);
    if (whole) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}
