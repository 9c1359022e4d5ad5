// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/object.hpp>

#include "many_maps.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>

using namespace linchpin;

namespace {

object loaded() {
  object many = object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
  many.ignore_declared_pins();
  many.load().value();
  return many;
}

typed_program typed(const object& from, std::string_view name) {
  return {from.find_program(name).value(), from.spec().find_program(name)->expected_attach_type};
}

unique_fd opened(const std::string& path) {
  return unique_fd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// Some kernels (5.10.223, 6.16) free a link whose pin was removed only after a grace period.
bool ends(link_id id) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (open_link(id)) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

constexpr auto connect4 = uapi::attach_type::cgroup_inet4_connect;

}  // namespace

TEST_CASE("a link says what it is and ends with its owner", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object many = loaded();
  link_id id{};
  {
    const linchpin::link made =
        attach_cgroup(typed(many, "allow_connect4"), cgroup.ref(), connect4).value();
    const link_info info = made->info().value();
    id = info.id;
    CHECK(info.type == uapi::link_type::cgroup);
    CHECK(info.attach_type == connect4);
    struct stat status {};
    REQUIRE(::stat(cgroup_path.c_str(), &status) == 0);
    CHECK(info.target == status.st_ino);
    CHECK(info.program == many.find_program("allow_connect4").value().info().value().id);
    CHECK(open_link(id));
  }
  const auto gone = open_link(id);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().is(errc::not_found));
}

TEST_CASE("an update names the program it replaces", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object first = loaded();
  const object second = loaded();
  const auto one = typed(first, "allow_connect4");
  const auto two = typed(second, "allow_connect4");
  const linchpin::link made = attach_cgroup(one, cgroup.ref(), connect4).value();
  REQUIRE(made->update(two, one.program));
  CHECK(made->info().value().program == two.program.info().value().id);

  const auto stale = made->update(one, one.program);
  REQUIRE_FALSE(stale);
  CHECK(stale.error().is(errc::conflict));
  CHECK(stale.error().retryable());
  CHECK(made->info().value().program == two.program.info().value().id);
}

TEST_CASE("a program for another attach type is refused where the kernel would take it",
          "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object many = loaded();
  const auto four = typed(many, "allow_connect4");
  const auto six = typed(many, "allow_connect6");
  const linchpin::link made = attach_cgroup(four, cgroup.ref(), connect4).value();
  const auto crossed = made->update(six, four.program);
  REQUIRE_FALSE(crossed);
  CHECK(crossed.error().is(errc::wrong_type));
  CHECK(made->info().value().program == four.program.info().value().id);
  const auto created = attach_cgroup(six, cgroup.ref(), connect4);
  REQUIRE_FALSE(created);
  CHECK(created.error().is(errc::wrong_type));
}

TEST_CASE("a link whose cgroup is gone is a state, and an update says so", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "doomed");
  const unique_fd cgroup = opened(cgroup_path);
  const object first = loaded();
  const object second = loaded();
  const auto one = typed(first, "allow_connect4");
  const linchpin::link made = attach_cgroup(one, cgroup.ref(), connect4).value();
  REQUIRE(box.remove_cgroup(cgroup_path));
  // The kernel lets go of a removed cgroup's links from a work queue.
  bool gone = false;
  for (int tries = 0; tries < 1000000 && !gone; ++tries) gone = made->info().value().target_gone();
  REQUIRE(gone);
  const auto updated = made->update(typed(second, "allow_connect4"), one.program);
  REQUIRE_FALSE(updated);
  CHECK(updated.error().is(errc::detached));
  CHECK(updated.error().os_error() == ENOLINK);
  CHECK(made->detach());
}

TEST_CASE("detaching ends the attachment for every holder, twice is fine", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object many = loaded();
  const linchpin::link made =
      attach_cgroup(typed(many, "allow_connect4"), cgroup.ref(), connect4).value();
  const linchpin::link other = made->duplicate().value();
  REQUIRE(made->detach());
  CHECK(other->info().value().target_gone());
  CHECK(made->detach());
}

TEST_CASE("a pinned link stays when its owner goes", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object many = loaded();
  const std::string path = box.bpffs() + "/attachment";
  link_id id{};
  {
    linchpin::link made =
        attach_cgroup(typed(many, "allow_connect4"), cgroup.ref(), connect4).value();
    id = made->info().value().id;
    const auto nowhere = pinned_link::pin(made, "/proc/no/bpffs");
    REQUIRE_FALSE(nowhere);
    REQUIRE(made);  // a failed pin leaves the link with the caller
    const pinned_link pinned = pinned_link::pin(made, path).value();
    CHECK(pinned.path() == path);
  }
  {
    pinned_link again = pinned_link::open(path).value();
    CHECK(again->info().value().id == id);
    CHECK_FALSE(open_map(path));
    const linchpin::link last = std::move(again).unpin().value();
    CHECK_FALSE(pinned_link::open(path));
    CHECK(open_link(id));
  }
  CHECK(ends(id));
}

TEST_CASE("XDP and tcx links report their interface", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const object many = loaded();
  const ifindex lo{::if_nametoindex("lo")};
  const linchpin::link xdp =
      attach_xdp(typed(many, "count_and_decide"), lo, xdp_mode::generic).value();
  CHECK(xdp->info().value().type == uapi::link_type::xdp);
  CHECK(xdp->info().value().target == lo.value);
  const auto second = attach_xdp(typed(many, "count_and_decide"), lo, xdp_mode::generic);
  REQUIRE_FALSE(second);
  CHECK(second.error().is(errc::busy));
  CHECK_FALSE(second.error().advice().empty());

  const auto tcx = attach_tcx(typed(many, "count_at_ingress"), lo, uapi::attach_type::tcx_ingress);
  if (!tcx && tcx.error().os_error() == EINVAL) SKIP("no tcx: kernel before 6.6");
  const link_info info = tcx.value()->info().value();
  CHECK(info.type == uapi::link_type::tcx);
  CHECK(info.target == lo.value);
  CHECK(info.attach_type == uapi::attach_type::tcx_ingress);

  link_request stale{typed(loaded(), "count_at_ingress"),
                     lo.value,
                     uapi::attach_type::tcx_ingress,
                     0,
                     0,
                     revision{4711}};
  const object other = loaded();
  stale.what = typed(other, "count_at_ingress");
  const auto raced = create_link(stale);
  REQUIRE_FALSE(raced);
  CHECK(raced.error().is(errc::conflict));
  CHECK(raced.error().os_error() == ESTALE);
}

TEST_CASE("a replacement without a look at attach types names the program it replaces",
          "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const auto cgroup_path = footing::make_cgroup(box, "target");
  const unique_fd cgroup = opened(cgroup_path);
  const object many = loaded();
  const object fresh = loaded();
  const linchpin::link made =
      attach_cgroup(typed(many, "allow_connect4"), cgroup.ref(), connect4).value();
  const auto old = many.find_program("allow_connect4").value();
  const auto next = fresh.find_program("allow_connect4").value();

  const auto wrong = made->replace(next, next);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().is(errc::conflict));
  CHECK(made->info().value().program == old.info().value().id);
  made->replace(next, old).value();
  CHECK(made->info().value().program == next.info().value().id);
}

TEST_CASE("the list of links has those of this moment", "[kernel][link]") {
  auto box = footing::enter("bpf-link");
  const unique_fd cgroup = opened(footing::make_cgroup(box, "target"));
  const object many = loaded();
  link_id id{};
  {
    const linchpin::link made =
        attach_cgroup(typed(many, "allow_connect4"), cgroup.ref(), connect4).value();
    id = made->info().value().id;
    const auto all = list_links().value();
    CHECK(std::ranges::find(all, id) != all.end());
    CHECK(std::ranges::is_sorted(all, {}, &link_id::value));
  }
  REQUIRE(ends(id));
  const auto all = list_links().value();
  CHECK(std::ranges::find(all, id) == all.end());
}
