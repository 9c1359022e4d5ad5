// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/netns.hpp>

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

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

#include "../../kernel/link_walk.hpp"

using namespace linchpin;

namespace {

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

TEST_CASE("netns links attach, swap and detach", "[kernel][link]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::netns_link).available);
  live::walk_through(kernel,
                     {live::own_netns(kernel, uapi::attach_type::sk_lookup), live::lookup_program});
  live::walk_through(kernel, {live::own_netns(kernel, uapi::attach_type::flow_dissector),
                              live::dissector_program});
}

TEST_CASE("a network namespace refuses a second flow dissector", "[kernel][link]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live::need(kernel.facts().of(hook::netns_link).available);
  const auto dissector = live::own_netns(kernel, uapi::attach_type::flow_dissector);
  const auto one = live::dissector_program(kernel, "lpk_one");
  const auto two = live::dissector_program(kernel, "lpk_two");
  const auto first = kernel.attach(dissector, one.ref(), {}).value();
  const auto second = kernel.attach(dissector, two.ref(), {});
  REQUIRE_FALSE(second);
  CHECK(second.error().is(errc::busy));
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
