// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/congestion_choice.hpp"
#include "../../support/footing.hpp"

#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/hook/tcp_congestion.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <span>
#include <string>

#include "congestion.bpf.hpp"
#include "congestion_v2.bpf.hpp"

using namespace linchpin;

namespace {

constexpr const char* algorithm = "lp_cc";

object loaded(std::span<const std::byte> elf) {
  object made = object::open(object_source::memory("congestion", elf)).value();
  made.ignore_declared_pins();
  made.attach_by_link(algorithm).value();
  made.load().value();
  return made;
}

map_ref of(const object& from) {
  return from.find_map(algorithm).value();
}

int ask_for_it() {
  return footing::ask_for_congestion_control(algorithm);
}

void need_links() {
  live_kernel kernel;
  footing::need(kernel.facts().of(hook::struct_ops_link).available);
}

}  // namespace

TEST_CASE("a struct_ops map takes effect by its link, and ends with it",
          "[kernel][link][congestion]") {
  auto box = footing::enter("bpf-struct-ops");
  need_links();
  const object first = loaded(bpf_objects::congestion());
  CHECK(ask_for_it() == ENOENT);
  {
    const linchpin::link made = attach_struct_ops(of(first)).value();
    CHECK(ask_for_it() == 0);
    const auto info = made->info().value();
    CHECK(info.type == uapi::link_type::struct_ops);
    CHECK(info.program.value == of(first).info().value().id.value);
    const auto again = attach_struct_ops(of(first));
    CHECK_FALSE(again);
  }
  CHECK(ask_for_it() == ENOENT);
}

TEST_CASE("the map of a struct_ops link is replaced by another one, and by no program",
          "[kernel][link][congestion]") {
  auto box = footing::enter("bpf-struct-ops");
  need_links();
  const object first = loaded(bpf_objects::congestion());
  const object second = loaded(bpf_objects::congestion_v2());
  const linchpin::link made = attach_struct_ops(of(first)).value();
  const auto id_of = [](const object& from) { return of(from).info().value().id.value; };

  const auto wrong = made->replace(of(second), of(second));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().is(errc::conflict));
  CHECK(wrong.error().found() == "map id " + std::to_string(id_of(first)));
  CHECK(made->info().value().program.value == id_of(first));

  made->replace(of(second), of(first)).value();
  CHECK(made->info().value().program.value == id_of(second));
  CHECK(ask_for_it() == 0);
}

TEST_CASE("only a struct_ops map is attached by a link", "[kernel][link][congestion]") {
  object opened =
      object::open(object_source::memory("congestion", bpf_objects::congestion())).value();
  const auto refused = opened.attach_by_link("cc_counts");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::invalid_argument));
  CHECK(opened.attach_by_link("lp_c").error().is(errc::not_found));
}

TEST_CASE("flags that are set later do not put an algorithm to work at the load",
          "[kernel][link][congestion]") {
  auto box = footing::enter("bpf-struct-ops");
  need_links();
  object made =
      object::open(object_source::memory("congestion", bpf_objects::congestion())).value();
  made.ignore_declared_pins();
  made.attach_by_link(algorithm).value();
  made.set_map_flags(algorithm, 0).value();
  made.load().value();
  CHECK(ask_for_it() == ENOENT);
  const linchpin::link attached = attach_struct_ops(of(made)).value();
  CHECK(ask_for_it() == 0);
}
