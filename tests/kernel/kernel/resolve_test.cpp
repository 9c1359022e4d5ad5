// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "ground.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace linchpin;

namespace {

std::uint64_t inode_of(const std::string& path) {
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_ino;
}

result<std::vector<std::optional<target_identity>>> resolve(live_kernel& kernel,
                                                            std::vector<target> targets) {
  return kernel.resolve(targets);
}

}  // namespace

TEST_CASE("names resolve to what the kernel knows them as", "[kernel][resolve]") {
  auto box = live::enter("kernel");
  auto veth = live::make_veth();
  const auto cgroup = live::make_cgroup(box, "web");
  live_kernel kernel;
  const auto found = resolve(kernel, {{hook::interface_target, "lpk0"},
                                      {hook::cgroup_target, cgroup},
                                      {hook::netns_target, ""},
                                      {hook::interface_target, "lo"},
                                      {hook::netns_target, box.network().path()}})
                         .value();
  REQUIRE(found.size() == 5);
  const auto netns = box.network().inode();
  CHECK(found[0] == target_identity{hook::interface_target, veth.near_index().value, netns});
  CHECK(found[1] == target_identity{hook::cgroup_target, inode_of(cgroup), {}});
  CHECK(found[2] == target_identity{hook::netns_target, netns.value, {}});
  CHECK(found[3] == target_identity{hook::interface_target, 1, netns});
  CHECK(found[4] == found[2]);
}

TEST_CASE("an interface is found by its other names too", "[kernel][resolve]") {
  auto box = live::enter("kernel");
  auto veth = live::make_veth();
  const std::string longer = "a-name-longer-than-an-ifname-has-room-for";
  REQUIRE(veth.add_name("uplink"));
  REQUIRE(veth.add_name(longer));
  live_kernel kernel;
  const auto found = resolve(kernel, {{hook::interface_target, "uplink"},
                                      {hook::interface_target, longer},
                                      {hook::interface_target, longer + "-or-not"},
                                      {hook::interface_target, std::string(128, 'x')}})
                         .value();
  const target_identity wanted{hook::interface_target, veth.near_index().value,
                               box.network().inode()};
  CHECK(found[0] == wanted);
  CHECK(found[1] == wanted);
  CHECK_FALSE(found[2]);
  CHECK_FALSE(found[3]);
}

TEST_CASE("a namespace of another kind is not taken for a network namespace", "[kernel][resolve]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  for (const auto& [path, kind] : {std::pair{"/proc/self/ns/mnt", "a mount namespace"},
                                   std::pair{"/proc/self/ns/uts", "a UTS namespace"}}) {
    const auto found = resolve(kernel, {{hook::netns_target, path}});
    REQUIRE_FALSE(found);
    CHECK(found.error().is(errc::wrong_type));
    CHECK(found.error().found() == kind);
  }
}

TEST_CASE("what is not there is absent and not an error", "[kernel][resolve]") {
  auto box = live::enter("kernel");
  const auto cgroup = live::make_cgroup(box, "web");
  live_kernel kernel;
  const auto found = resolve(kernel, {{hook::interface_target, "lpk_no_such"},
                                      {hook::interface_target, "a name longer than any interface"},
                                      {hook::interface_target, ""},
                                      {hook::interface_target, "lo:0"},
                                      {hook::cgroup_target, cgroup + "/no_such"},
                                      {hook::netns_target, "/run/netns/no_such"}})
                         .value();
  for (const auto& identity : found) CHECK_FALSE(identity);
}

TEST_CASE("a cgroup made again under its old name has another identity", "[kernel][resolve]") {
  auto box = live::enter("kernel");
  const auto cgroup = live::make_cgroup(box, "web");
  live_kernel kernel;
  const auto before = resolve(kernel, {{hook::cgroup_target, cgroup}}).value().front();
  REQUIRE(box.remove_cgroup(cgroup));
  live::make_cgroup(box, "web");
  const auto after = resolve(kernel, {{hook::cgroup_target, cgroup}}).value().front();
  REQUIRE(before);
  REQUIRE(after);
  CHECK(before->id != after->id);
}

TEST_CASE("what is not a cgroup v2 directory is refused with advice", "[kernel][resolve]") {
  auto box = live::enter("kernel");
  const auto cgroup = live::make_cgroup(box, "web");
  live_kernel kernel;
  for (const std::string& path : {std::string{"/proc"}, std::string{"/"}, box.bpffs(),
                                  std::string{"/sys/kernel"}, cgroup + "/cgroup.procs"}) {
    CAPTURE(path);
    const auto found = resolve(kernel, {{hook::cgroup_target, path}});
    REQUIRE_FALSE(found);
    CHECK(found.error().is(errc::unsupported));
    CHECK(found.error().subject().find(path) != std::string_view::npos);
  }
}

TEST_CASE("a cgroup version 1 hierarchy is refused", "[kernel][resolve]") {
  const auto box = live::enter("kernel");
  // Of its own name and without controllers, so nothing of the host's is in it. The mount is private
  // to the sandbox and goes with the last process in its mount namespace.
  const auto path = std::filesystem::path{box.bpffs()}.parent_path() / "cgroup_v1";
  std::filesystem::create_directory(path);
  if (::mount("none", path.c_str(), "cgroup", 0, "none,name=linchpin_kernel_test") != 0) {
    const int cause = errno;
    std::filesystem::remove(path);
    SKIP("no cgroup version 1: " << errno_name(cause));
  }
  live_kernel kernel;
  const auto found = resolve(kernel, {{hook::cgroup_target, path.string()}});
  REQUIRE(::umount2(path.c_str(), MNT_DETACH) == 0);
  std::filesystem::remove(path);
  REQUIRE_FALSE(found);
  CHECK(found.error().is(errc::unsupported));
  CHECK(found.error().advice().find("cgroup2") != std::string_view::npos);
}

TEST_CASE("a file that a network namespace was unmounted from is no target", "[kernel][resolve]") {
  const auto box = live::enter("kernel");
  const auto path = std::filesystem::path{box.bpffs()}.parent_path() / "blue";
  std::ofstream{path}.close();
  REQUIRE(::mount(box.network().path().c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0);
  live_kernel kernel;
  const auto mounted = resolve(kernel, {{hook::netns_target, path.string()}});
  REQUIRE(::umount2(path.c_str(), MNT_DETACH) == 0);
  const auto unmounted = resolve(kernel, {{hook::netns_target, path.string()}});
  std::filesystem::remove(path);
  REQUIRE(mounted.value().front());
  CHECK(mounted.value().front()->id == box.network().inode().value);
  CHECK_FALSE(unmounted.value().front());
}

TEST_CASE("a file that never was a network namespace is no target", "[kernel][resolve]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto found = resolve(kernel, {{hook::netns_target, "/etc/passwd"}}).value();
  CHECK_FALSE(found.front());
}
