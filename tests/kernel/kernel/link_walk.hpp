// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include "ground.hpp"

// What every hook with links does.
namespace live {

// One hook with links, and how to make a program for it.
struct place {
  attach_point at;
  handle (*make)(live_kernel&, const char*);
};

inline update_request swap(const place& in, const attachment& held, const handle& to,
                           const handle& from) {
  update_request request;
  request.at = in.at;
  request.id = held.id;
  request.link = held.link.ref();
  request.program = to.ref();
  request.expected = from.ref();
  return request;
}

// Attach, update with the right and the wrong old program, detach twice.
inline void walk_through(live_kernel& kernel, const place& in) {
  CAPTURE(in.at.on.name);
  const auto one = in.make(kernel, "lpk_one");
  const auto two = in.make(kernel, "lpk_two");
  const auto three = in.make(kernel, "lpk_three");
  const auto id_one = id_of(kernel, one);
  const auto id_two = id_of(kernel, two);

  auto attached = kernel.attach(in.at, one.ref(), {});
  INFO((attached ? "" : attached.error().message()));
  REQUIRE(attached);
  const auto held = *std::move(attached);
  auto info = kernel.describe_link(held.link.ref()).value();
  CHECK(info.id == held.id.link);
  CHECK(info.program == id_one);
  CHECK(info.target == in.at.identity.id);
  CHECK(programs_of(kernel.query(in.at).value()) == std::vector{id_one});

  REQUIRE(kernel.update(swap(in, held, two, one)));
  CHECK(programs_of(kernel.query(in.at).value()) == std::vector{id_two});

  const auto clash = kernel.update(swap(in, held, three, one));
  REQUIRE_FALSE(clash);
  CHECK(clash.error().is(errc::conflict));
  CHECK(clash.error().retryable());
  CHECK(clash.error().expected().find("lpk_one") != std::string_view::npos);
  CHECK(clash.error().found().find(std::to_string(id_two.value)) != std::string_view::npos);
  CHECK(programs_of(kernel.query(in.at).value()) == std::vector{id_two});

  auto by_id = swap(in, held, one, two);
  by_id.expected = {};
  by_id.expected_id = id_two;
  REQUIRE(kernel.update(by_id));

  const auto foreign = kernel.detach(in.at, held.id, held.link.ref(), id_two);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().is(errc::conflict));
  REQUIRE(kernel.detach(in.at, held.id, held.link.ref(), id_one));
  CHECK(kernel.query(in.at).value().entries.empty());
  CHECK(kernel.describe_link(held.link.ref()).value().target_gone());
  CHECK(kernel.detach(in.at, held.id, held.link.ref(), id_one));

  const auto late = kernel.update(swap(in, held, two, one));
  REQUIRE_FALSE(late);
  CHECK(late.error().is(errc::detached));
}

}  // namespace live
