// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/udp.hpp>

#include <catch2/catch_test_macros.hpp>

#include <linux/magic.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace linchpin;

namespace {

ino_t inode_of(const char* path) {
  struct stat facts {};
  REQUIRE(stat(path, &facts) == 0);
  return facts.st_ino;
}

std::string first_line_with(const char* path, const std::string& start) {
  std::ifstream lines{path};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(start)) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("a sandbox has its own namespaces and bpffs and leaves nothing behind",
          "[kernel][testing]") {
  const auto former_mounts = inode_of("/proc/thread-self/ns/mnt");
  const auto former_network = inode_of("/proc/thread-self/ns/net");
  const auto former_directory = std::filesystem::current_path();
  std::string bpffs;
  std::string cgroup;
  {
    auto box = footing::enter("self");
    CHECK(inode_of("/proc/thread-self/ns/mnt") != former_mounts);
    CHECK(inode_of("/proc/thread-self/ns/net") == box.network().inode().value);
    CHECK(box.network().inode().value != former_network);
    bpffs = box.bpffs();
    struct statfs facts {};
    REQUIRE(statfs(bpffs.c_str(), &facts) == 0);
    CHECK(static_cast<std::uint32_t>(facts.f_type) == BPF_FS_MAGIC);
    const auto made = footing::make_cgroup(box, "outer/inner");
    cgroup = made;
    CHECK(std::filesystem::exists(cgroup + "/cgroup.procs"));
    CHECK_FALSE(box.make_cgroup("outer/inner"));
  }
  CHECK(inode_of("/proc/thread-self/ns/mnt") == former_mounts);
  CHECK(inode_of("/proc/thread-self/ns/net") == former_network);
  CHECK(std::filesystem::current_path() == former_directory);
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path{bpffs}.parent_path()));
}

TEST_CASE("sandboxes nest and do not see each other's interfaces", "[kernel][testing]") {
  auto outer = footing::enter("outer");
  auto pair = testing::veth_pair::make({.name = "only-out"}, {.name = "only-out-p"}).value();
  CHECK(if_nametoindex("only-out") == pair.near_index().value);
  {
    auto inner = testing::sandbox::enter("inner").value();
    CHECK(if_nametoindex("only-out") == 0);
    CHECK(inner.bpffs() != outer.bpffs());
  }
  CHECK(if_nametoindex("only-out") == pair.near_index().value);
  CHECK(inode_of("/proc/thread-self/ns/net") == outer.network().inode().value);
}

TEST_CASE("numbered datagrams cross a veth pair to another namespace and are counted exactly",
          "[kernel][testing]") {
  auto box = footing::enter("wire");
  auto far = testing::netns::make().value();
  auto pair = testing::veth_pair::make(
                  {.name = "near", .addresses = {"10.9.0.1/24", "fd00:9::1/64"}},
                  {.name = "far", .addresses = {"10.9.0.2/24", "fd00:9::2/64"}, .in = &far})
                  .value();
  CHECK(if_nametoindex("far") == 0);
  for (const auto& [from, to] :
       {std::pair{"10.9.0.1", "10.9.0.2"}, std::pair{"fd00:9::1", "fd00:9::2"}}) {
    auto receiver = testing::udp_socket::bind(to, 7000, &far).value();
    auto sender = testing::udp_socket::bind(from, 0).value();
    sender.send_numbered(to, 7000, 0, 500).value();
    CHECK(receiver.count_arrivals(500).value() == 500);
    CHECK(receiver.count_arrivals(1, std::chrono::milliseconds{1}).value() == 0);
  }
  pair.remove().value();
  CHECK(if_nametoindex("near") == 0);
}

TEST_CASE("neighbours can ask for the IPv6 addresses of a veth pair once it is there",
          "[kernel][testing]") {
  auto box = footing::enter("neighbours");
  for (int i = 0; i < 100; ++i) {
    auto pair = testing::veth_pair::make({.name = "near", .addresses = {"fd00:9::1/64"}},
                                         {.name = "far", .addresses = {"fd00:9::2/64"}})
                    .value();
    int joined = 0;
    std::ifstream groups{"/proc/thread-self/net/igmp6"};
    for (std::string line; std::getline(groups, line);) {
      if (line.find(" ff0200000000000000000001ff00000") != std::string::npos) ++joined;
    }
    REQUIRE(joined == 2);
    pair.remove().value();
  }
}

TEST_CASE("a veth pair joins any two namespaces and a taken name is refused", "[kernel][testing]") {
  auto box = footing::enter("pairs");
  auto left = testing::netns::make().value();
  auto right = testing::netns::make().value();
  auto between = testing::veth_pair::make({.name = "l", .in = &left}, {.name = "r", .in = &right});
  REQUIRE(between);
  CHECK(if_nametoindex("l") == 0);
  CHECK(if_nametoindex("r") == 0);
  auto home = testing::veth_pair::make({.name = "out", .in = &left}, {.name = "here"});
  REQUIRE(home);
  CHECK(if_nametoindex("here") == home->far_index().value);
  auto taken = testing::veth_pair::make({.name = "here"}, {.name = "other"});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().is(errc::already_exists));
  CHECK(if_nametoindex("other") == 0);
  auto unreadable =
      testing::veth_pair::make({.name = "u", .addresses = {"10.9.0.300/24"}}, {.name = "v"});
  REQUIRE_FALSE(unreadable);
  CHECK(unreadable.error().is(errc::invalid_argument));
  CHECK(if_nametoindex("u") == 0);
}

TEST_CASE("a visit to a cgroup moves the process there and back", "[kernel][testing]") {
  auto box = footing::enter("visit");
  const auto made = footing::make_cgroup(box, "guest");
  const auto home = first_line_with("/proc/self/cgroup", "0::");
  {
    auto visit = testing::cgroup_visit::enter(made).value();
    CHECK(first_line_with("/proc/self/cgroup", "0::").ends_with("/guest"));
    CHECK_FALSE(box.remove_cgroup(made));
  }
  CHECK(first_line_with("/proc/self/cgroup", "0::") == home);
  CHECK(box.remove_cgroup(made));
}
