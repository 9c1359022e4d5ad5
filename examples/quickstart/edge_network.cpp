// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "edge_network.hpp"

#include "addresses.hpp"
#include "descriptor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <cstring>

namespace quickstart {

namespace {

using linchpin::testing::netns;
using linchpin::testing::netns_visit;
using linchpin::testing::veth_pair;

sockaddr ipv4(const char* address) {
  sockaddr_in internet{};
  internet.sin_family = AF_INET;
  if (address != nullptr) inet_pton(AF_INET, address, &internet.sin_addr);
  sockaddr generic{};
  std::memcpy(&generic, &internet, sizeof(generic));
  return generic;
}

void set_default_route(const netns& host, const char* gateway) {
  const auto visit = netns_visit::enter(host.descriptor()).value();
  const descriptor any_socket{checked(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket")};
  rtentry route{};
  route.rt_dst = ipv4(nullptr);
  route.rt_genmask = ipv4(nullptr);
  route.rt_gateway = ipv4(gateway);
  route.rt_flags = RTF_UP | RTF_GATEWAY;
  checked(ioctl(any_socket.get(), SIOCADDRT, &route), "add the default route of a backend");
}

void let_it_route(const netns& host) {
  const auto visit = netns_visit::enter(host.descriptor()).value();
  const descriptor setting{checked(open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC),
                                   "open /proc/sys/net/ipv4/ip_forward")};
  checked(write(setting.get(), "1", 1), "switch on IPv4 forwarding");
}

}  // namespace

edge_network edge_network::build() {
  auto client = netns::make().value();
  auto edge = netns::make().value();
  auto backend_a = netns::make().value();
  auto backend_b = netns::make().value();
  auto to_client = veth_pair::make({edge_interface, {"10.77.1.1/24"}, &edge},
                                   {"client0", {"10.77.1.2/24"}, &client})
                       .value();
  auto to_a = veth_pair::make({"edge1", {"10.77.2.1/24"}, &edge},
                              {"backend0", {"10.77.2.2/24"}, &backend_a})
                  .value();
  auto to_b = veth_pair::make({"edge2", {"10.77.3.1/24"}, &edge},
                              {"backend0", {"10.77.3.2/24"}, &backend_b})
                  .value();
  let_it_route(edge);
  set_default_route(backend_a, "10.77.2.1");
  set_default_route(backend_b, "10.77.3.1");
  return {std::move(client),
          std::move(edge),
          {std::move(backend_a), std::move(backend_b)},
          {std::move(to_client), std::move(to_a), std::move(to_b)}};
}

void mount_private_bpffs() {
  checked(unshare(CLONE_NEWNS), "make a mount namespace");
  // Nothing below /sys may reach the namespace we came from. "/" would do as well, but in a chroot
  // it is no mount point.
  checked(mount(nullptr, "/sys", nullptr, MS_REC | MS_PRIVATE, nullptr), "make /sys private");
  checked(mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr), "mount a bpffs at /sys/fs/bpf");
}

}  // namespace quickstart
