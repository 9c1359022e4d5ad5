// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/veth.hpp>

#include <linchpin/core/detail/try.hpp>
#include "testing/interface_setup.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <new>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

using linchpin::detail::route_message;

result<int> open_rtnetlink_in(const netns* where) {
  if (where == nullptr) return open_rtnetlink();
  return in_netns(where->descriptor(), open_rtnetlink);
}

result<ifindex> index_of(const veth_end& end) {
  auto look_up = [&end]() -> result<ifindex> {
    const unsigned index = if_nametoindex(end.name.c_str());
    if (index == 0) return error::from_errno(errno, "find interface", end.name);
    return ifindex{index};
  };
  return end.in == nullptr ? look_up() : in_netns(end.in->descriptor(), look_up);
}

result<void> create(int socket, const veth_end& near, const veth_end& far) {
  route_message message{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{}};
  message.add_text(IFLA_IFNAME, near.name);
  const auto kind = message.begin_nest(IFLA_LINKINFO);
  message.add_text(IFLA_INFO_KIND, "veth");
  const auto data = message.begin_nest(IFLA_INFO_DATA);
  const auto peer = message.begin_nest(VETH_INFO_PEER);
  message.add_fixed(ifinfomsg{});
  message.add_text(IFLA_IFNAME, far.name);
  if (far.in != nullptr) {
    const auto descriptor = static_cast<std::uint32_t>(far.in->descriptor());
    message.add_u32(IFLA_NET_NS_FD, descriptor);
  }
  message.end_nest(peer);
  message.end_nest(data);
  message.end_nest(kind);
  if (const int failed = ask(socket, message); failed != 0)
    return error::from_errno(failed, "create veth pair",
                             fmt::format("{} and {}", near.name, far.name));
  return {};
}

result<void> bring_up(int socket, const veth_end& end, ifindex index) {
  for (const auto& address : end.addresses) LINCHPIN_CHECK(add_address(socket, index, address));
  return set_up(socket, index, end.name);
}

// Asks again until the answer is yes, in the network namespace of an end.
template <class Ask>
result<void> wait_until(const veth_end& end, std::string_view operation, Ask ask) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  for (;;) {
    LINCHPIN_TRY(const bool yes, end.in == nullptr ? ask() : in_netns(end.in->descriptor(), ask));
    if (yes) return {};
    if (std::chrono::steady_clock::now() > patience) {
      return error{errc::unsupported, operation, end.name}.found("none within 20 s");
    }
    sched_yield();
  }
}

// The kernel starts an end's queue from a work queue once it has a carrier; until then it drops
// what is sent.
result<void> wait_for_carrier(int socket, const veth_end& end, ifindex index) {
  const auto running = [&end]() -> result<bool> {
    ifreq request{};
    end.name.copy(request.ifr_name, sizeof request.ifr_name - 1);
    const int asking = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asking < 0) return error::from_errno(errno, "open socket");
    const int failed = ioctl(asking, SIOCGIFFLAGS, &request) == 0 ? 0 : errno;
    close(asking);
    if (failed != 0) return error::from_errno(failed, "read interface flags", end.name);
    return (request.ifr_flags & IFF_RUNNING) != 0;
  };
  LINCHPIN_CHECK(wait_until(end, "wait for carrier", running));
  // The flag comes before the queue, both under the lock that this call takes.
  return set_up(socket, index, end.name);
}

// The multicast group in which neighbours ask for an IPv6 address, in the words of igmp6; empty for
// an address of IPv4.
std::string solicited_group(std::string_view address) {
  in6_addr raw{};
  const std::string host{address.substr(0, address.find('/'))};
  if (inet_pton(AF_INET6, host.c_str(), &raw) != 1) return {};
  return fmt::format("ff0200000000000000000001ff{:02x}{:02x}{:02x}", raw.s6_addr[13],
                     raw.s6_addr[14], raw.s6_addr[15]);
}

// An address of IPv6 answers its neighbours once a work queue has joined its group; who asks before
// asks again after a second. source: addrconf_dad_begin, net/ipv6/addrconf.c
result<void> wait_for_groups(const veth_end& end) {
  for (const auto& address : end.addresses) {
    const auto group = solicited_group(address);
    if (group.empty()) continue;
    const auto joined = [&]() -> result<bool> {
      std::ifstream groups{"/proc/thread-self/net/igmp6"};
      std::string index;
      std::string device;
      std::string joined_group;
      for (std::string rest; groups >> index >> device >> joined_group;) {
        if (device == end.name && joined_group == group) return true;
        std::getline(groups, rest);
      }
      return false;
    };
    LINCHPIN_CHECK(wait_until(end, "wait for multicast group", joined));
  }
  return {};
}

}  // namespace

result<veth_pair> veth_pair::make(const veth_end& near, const veth_end& far) {
  LINCHPIN_TRY(const int near_socket, open_rtnetlink_in(near.in));
  veth_pair pair{near_socket, near.name};  // owns the socket; no interface yet
  LINCHPIN_TRY(const auto here, netns::current());
  // The peer is created from the near end's namespace: "null" must still mean the caller's.
  veth_end far_placed = far;
  if (far.in == nullptr && near.in != nullptr) far_placed.in = &here;
  LINCHPIN_CHECK(create(near_socket, near, far_placed));
  LINCHPIN_TRY(pair.near_, index_of(near));
  LINCHPIN_TRY(pair.far_, index_of(far));
  LINCHPIN_CHECK(bring_up(near_socket, near, pair.near_));
  LINCHPIN_TRY(const int far_socket, open_rtnetlink_in(far.in));
  auto up = bring_up(far_socket, far, pair.far_);
  if (up) up = wait_for_carrier(far_socket, far, pair.far_);
  if (up) up = wait_for_carrier(near_socket, near, pair.near_);
  if (up) up = wait_for_groups(far);
  if (up) up = wait_for_groups(near);
  close(far_socket);
  if (!up) return std::move(up).error();
  return pair;
}

veth_pair& veth_pair::operator=(veth_pair&& other) noexcept {
  if (this != &other) {
    this->~veth_pair();
    ::new (this) veth_pair{std::move(other)};
  }
  return *this;
}

veth_pair::~veth_pair() {
  const int kept = errno;
  if (socket_ >= 0) {
    (void)remove();
    close(socket_);
  }
  errno = kept;
}

result<void> veth_pair::rename(const std::string& near_name) {
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(near_.value);
  fixed.ifi_change = IFF_UP;
  if (const int failed = ask(socket_, route_message{RTM_NEWLINK, 0, fixed}); failed != 0)
    return error::from_errno(failed, "set interface down", near_name_);
  fixed.ifi_change = 0;
  route_message naming{RTM_NEWLINK, 0, fixed};
  naming.add_text(IFLA_IFNAME, near_name);
  if (const int failed = ask(socket_, naming); failed != 0)
    return error::from_errno(failed, "rename interface", near_name_);
  near_name_ = near_name;
  return set_up(socket_, near_, near_name_);
}

result<void> veth_pair::add_name(const std::string& alternative) {
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(near_.value);
  route_message message{RTM_NEWLINKPROP, NLM_F_EXCL | NLM_F_CREATE | NLM_F_APPEND, fixed};
  const auto names = message.begin_nest(IFLA_PROP_LIST);
  message.add_text(IFLA_ALT_IFNAME, alternative);
  message.end_nest(names);
  if (const int failed = ask(socket_, message); failed != 0)
    return error::from_errno(failed, "name interface", near_name_);
  return {};
}

result<void> veth_pair::move_to(const netns& where) {
  LINCHPIN_TRY(const int socket, open_rtnetlink_in(&where));
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(near_.value);
  route_message message{RTM_NEWLINK, 0, fixed};
  const auto descriptor = static_cast<std::uint32_t>(where.descriptor());
  message.add_u32(IFLA_NET_NS_FD, descriptor);
  if (const int failed = ask(socket_, message); failed != 0) {
    close(socket);
    return error::from_errno(failed, "move interface", near_name_);
  }
  close(std::exchange(socket_, socket));
  LINCHPIN_TRY(near_, index_of({.name = near_name_, .in = &where}));
  return set_up(socket_, near_, near_name_);
}

result<void> veth_pair::remove() {
  if (!near_) return {};
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(near_.value);
  route_message message{RTM_DELLINK, 0, fixed};
  const int failed = ask(socket_, message);
  if (failed != 0 && failed != ENODEV) return error::from_errno(failed, "delete veth pair");
  near_ = {};
  far_ = {};
  return {};
}

}  // namespace linchpin::testing
