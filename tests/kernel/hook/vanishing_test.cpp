// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// Targets that go away before an attach, and while it is under way.
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/driver/table.hpp>
#include <linchpin/hook/families.hpp>

#include "../../support/footing.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <optional>
#include <thread>
#include <utility>

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook_ground.hpp"

using namespace linchpin;

namespace {

bool is_gone(const error& refusal) {
  return refusal.is(errc::not_found) || refusal.is(errc::detached);
}

std::vector<anchor> anchors_of(const hook_abilities& claims, const chain_entry& neighbour) {
  std::vector<anchor> all{{}};
  all[0].kind = anchor_kind::last;
  if (claims.order != order_ability::anchors && claims.order != order_ability::priorities) {
    return all;
  }
  for (const auto kind : {anchor_kind::first, anchor_kind::before, anchor_kind::after}) {
    anchor where;
    where.kind = kind;
    where.relative_to = neighbour;
    all.push_back(where);
  }
  return all;
}

// What something returns in a thread that has none of the capabilities.
template <class Try>
auto without_capabilities(Try attempt) {
  std::optional<decltype(attempt())> told;
  std::thread{[&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    if (::syscall(SYS_capset, &header, none.data()) == 0) told.emplace(attempt());
  }}.join();
  REQUIRE(told);
  return *std::move(told);
}

}  // namespace

TEST_CASE(
    "an attach at a target that has vanished says that it is gone, wherever it wants to stand",
    "[kernel][hook]") {
  const auto row = GENERATE(from_range(hook_cases_here()));
  INFO(row.text());
  const bool opened = GENERATE(false, true);
  INFO((opened ? "after opening" : "before opening"));
  const auto target = row.family->target->kind;
  if (target == hook::netns_target) return;              // an open netns file keeps its netns
  if (opened && target == hook::sockmap_target) return;  // and an open map itself
  hook_ground ground{row};
  const auto claims = ground.claims();
  const auto first = ground.load();
  const auto late = ground.load();
  std::optional<attachment> held;
  chain_entry neighbour;
  if (!claims.exclusive) {
    held = ground.attach(first);
    neighbour = footing::must(ground.kernel.query(ground.at())).entries.at(0);
    neighbour.link = held->id.link;
  }
  const auto* driver = footing::must(linchpin::detail::driver_of("attach", ground.at()));
  const auto place = footing::must(driver->open("attach", ground.at()));
  const auto& facts = ground.kernel.facts();
  ground.remove_target();
  for (const auto& where : anchors_of(claims, neighbour)) {
    CAPTURE(static_cast<int>(where.kind));
    const int number = late.handle.ref().number;
    const auto refused = opened ? [&]() -> std::optional<error> {
      const auto attached = driver->attach(place, {ground.at(), number, where, facts});
      if (attached) return std::nullopt;
      return attached.error();
    }()
        : [&]() -> std::optional<error> {
            const auto attached = ground.kernel.attach(ground.at(), late.handle.ref(), where);
            if (attached) return std::nullopt;
            return attached.error();
          }();
    REQUIRE(refused);
    CAPTURE(refused->message());
    CHECK(is_gone(*refused));
  }
}

TEST_CASE("a netns file that no namespace is mounted on says nothing about the one that was there",
          "[kernel][hook]") {
  const auto box = footing::enter("hook");
  live_kernel kernel;
  footing::need(kernel.facts().of(hook::netns_link).available);
  const auto file = fmt::format("/tmp/linchpin-netns-{}", ::getpid());
  std::ofstream{file}.close();
  target_identity identity;
  {
    const auto space = footing::must(testing::netns::make());
    REQUIRE(::mount(space.path().c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0);
    const target on{hook::netns_target, file};
    identity = footing::must(kernel.resolve({&on, 1})).at(0).value();
    REQUIRE(::umount(file.c_str()) == 0);
  }
  const attach_point at{
      hook::netns_link, uapi::attach_type::sk_lookup, {hook::netns_target, file}, identity};
  const handle program{
      kernel, footing::load_verdict(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 1, "lpk_gone")};
  const auto unmounted = kernel.attach(at, program.ref(), {});
  REQUIRE(std::remove(file.c_str()) == 0);
  const auto removed = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(unmounted);
  REQUIRE_FALSE(removed);
  CHECK(unmounted.error().is(errc::conflict));
  CHECK(removed.error().is(errc::conflict));
}

TEST_CASE("an unmounted netns file that may not be opened leads to no network namespace",
          "[kernel][hook]") {
  const auto box = footing::enter("hook");
  const auto file = fmt::format("/tmp/linchpin-netns-{}", ::getpid());
  std::ofstream{file}.close();
  REQUIRE(::chmod(file.c_str(), 0) == 0);
  const auto open = [&file](netns_inode expected) {
    return without_capabilities(
        [&] { return linchpin::detail::open_netns_at("open", "netns", file, expected); });
  };
  const auto unknown = open({});
  const auto known = open({4026531840U});
  {
    const auto space = footing::must(testing::netns::make());
    REQUIRE(::mount(space.path().c_str(), file.c_str(), nullptr, MS_BIND, nullptr) == 0);
  }
  const bool mounted = open({}).has_value();  // closed again, or the mount is busy
  REQUIRE(::umount(file.c_str()) == 0);
  REQUIRE(std::remove(file.c_str()) == 0);
  CHECK(mounted);
  REQUIRE_FALSE(unknown);
  REQUIRE_FALSE(known);
  CHECK(unknown.error().is(errc::not_found));
  CHECK(known.error().is(errc::conflict));
}

TEST_CASE("a path to a namespace of another kind says nothing about the one that was there",
          "[kernel][hook]") {
  const auto told =
      linchpin::detail::open_netns_at("open", "netns", "/proc/self/ns/uts", {4026531840U});
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::conflict));
  CHECK(told.error().found() == "a UTS namespace");
}

TEST_CASE("a thread that is in another network namespace than its own hook is told so",
          "[kernel][hook]") {
  const auto box = footing::enter("hook");
  const attach_point at{hook::netns_link,
                        uapi::attach_type::sk_lookup,
                        {hook::netns_target, ""},
                        {hook::netns_target, 1, {}}};
  const auto told = live_kernel{}.query(at);
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::conflict));
  CHECK(told.error().expected() == "the calling thread in netns 1");
  CHECK(told.error().advice() == "call from a thread of that network namespace");
}

TEST_CASE("a netns hook is opened by nothing but the file of a network namespace",
          "[kernel][hook]") {
  const auto box = footing::enter("hook");
  live_kernel kernel;
  footing::need(kernel.facts().of(hook::netns_link).available);
  const handle program{kernel,
                       footing::load_verdict(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 1, "lpk_odd")};
  for (const auto& [path, refusal] : {std::pair{"/proc/self/ns/uts", errc::wrong_type},
                                      std::pair{"/etc/passwd", errc::not_found}}) {
    CAPTURE(path);
    const attach_point at{
        hook::netns_link, uapi::attach_type::sk_lookup, {hook::netns_target, path}, {}};
    const auto made = kernel.attach(at, program.ref(), {});
    REQUIRE_FALSE(made);
    CHECK(made.error().is(refusal));
    const auto seen = kernel.query(at);
    REQUIRE_FALSE(seen);
    CHECK(seen.error().is(refusal));
  }
}
