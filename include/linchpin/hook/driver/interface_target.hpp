// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/hook_driver.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/route_socket.hpp>
#include <linchpin/hook/driver/target.hpp>
#include <linchpin/hook/interface.hpp>

#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Finds an interface by a name that may be longer than SIOCGIFINDEX takes: an alternative name.
// returns: 0 where no interface has it
inline result<std::uint32_t> find_alternative_name(const std::string& name) {
  const std::string subject = fmt::format("interface {}", name);
  LINCHPIN_TRY(auto socket, route_socket::open(resolving, subject));
  route_message message{RTM_GETLINK, 0, ifinfomsg{}};
  message.add_text(IFLA_ALT_IFNAME, name);
  std::vector<route_reply> replies;
  const auto failure = socket.ask(message, replies);
  if (failure.cause == ENODEV) return 0U;
  if (failure.cause != 0) {
    return kernel_error(failure.cause, resolving, subject).log(failure.text);
  }
  ifinfomsg found{};
  std::vector<route_attribute> attributes;
  for (const auto& reply : replies) {
    if (reply.type == RTM_NEWLINK && reply.read(found, attributes)) {
      return static_cast<std::uint32_t>(found.ifi_index);
    }
  }
  return 0U;
}

/// cost: 1 syscall, and 3 the first time
[[nodiscard]] inline result<std::optional<target_identity>> resolve_interface(
    target_lookup& shared, const std::string& name) {
  constexpr std::size_t longest_alternative = 127;  // ALTIFNAMSIZ without its zero
  if (!shared.socket) {
    shared.socket = unique_fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!shared.socket) return kernel_error(errno, resolving, fmt::format("interface {}", name));
  }
  LINCHPIN_CHECK(find_own_netns(shared));
  ifreq request{};
  // No interface has such a name, and SIOCGIFINDEX would read it up to the colon only.
  const bool impossible =
      name.empty() || name.size() > longest_alternative || name.find(':') != std::string::npos;
  if (impossible) return std::optional<target_identity>{};
  if (name.size() >= sizeof request.ifr_name) {
    LINCHPIN_TRY(const auto index, find_alternative_name(name));
    if (index == 0) return std::optional<target_identity>{};
    return std::optional{target_identity{hook::interface_target, index, *shared.own_netns}};
  }
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(shared.socket.native(), SIOCGIFINDEX, &request) != 0) {
    if (errno == ENODEV) return std::optional<target_identity>{};
    return kernel_error(errno, resolving, fmt::format("interface {}", name));
  }
  return std::optional{target_identity{
      hook::interface_target, static_cast<std::uint64_t>(request.ifr_ifindex), *shared.own_netns}};
}

/// The ifindex of an attach point, after making sure that the calling thread is in the netns where
/// it counts.
/// errors: not_found; conflict
[[nodiscard]] inline result<std::uint32_t> interface_of(std::string_view what,
                                                        std::string_view subject,
                                                        const attach_point& at) {
  if (at.identity.id == 0) {
    const unsigned int index = ::if_nametoindex(at.on.name.c_str());
    if (index == 0) return kernel_error(errno, what, subject);
    return index;
  }
  if (at.identity.netns) {
    struct stat about {};
    if (::stat(own_netns_path, &about) != 0) return kernel_error(errno, what, own_netns_path);
    if (about.st_ino != at.identity.netns.value) {
      return thread_is_elsewhere(what, subject, at.identity.netns, {about.st_ino});
    }
  }
  return static_cast<std::uint32_t>(at.identity.id);
}

/// The name of an interface in the calling thread's netns, if it is there.
[[nodiscard]] inline result<std::optional<std::string>> interface_name(
    const target_identity& which) {
  constexpr std::string_view naming = "name interface";
  // An index alone identifies nothing: each netns counts its own.
  if (which.id == 0 || !which.netns) return std::optional<std::string>{};
  struct stat about {};
  if (::stat(own_netns_path, &about) != 0) return kernel_error(errno, naming, own_netns_path);
  if (about.st_ino != which.netns.value) return std::optional<std::string>{};
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(static_cast<unsigned int>(which.id), name.data()) != nullptr) {
    return std::optional{std::string{name.data()}};
  }
  if (errno == ENXIO || errno == ENODEV) return std::optional<std::string>{};
  return kernel_error(errno, naming, fmt::format("interface {}", which.id));
}

/// The names of all interfaces in the calling thread's netns.
[[nodiscard]] inline result<std::vector<std::string>> interface_names() {
  const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> listed{
      ::if_nameindex(), &::if_freenameindex};
  if (!listed) return kernel_error(errno, "list interfaces", "own netns");
  std::vector<std::string> names;
  for (const auto* interface = listed.get(); interface->if_index != 0; ++interface)
    names.emplace_back(interface->if_name);
  return names;
}

/// Whether the calling thread's netns has an interface of that index.
[[nodiscard]] inline bool interface_exists(std::uint32_t index) noexcept {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) != nullptr;
}

/// Makes a driver of attachments at interfaces out of a base that does not know the kind of target.
template <class Driver>
class on_interface : public Driver {
 public:
  using Driver::Driver;

  [[nodiscard]] result<std::optional<target_identity>> resolve(
      target_lookup& shared, const std::string& name) const override {
    return resolve_interface(shared, name);
  }
  [[nodiscard]] result<std::optional<std::string>> name_of(
      const target_identity& which) const override {
    return interface_name(which);
  }
  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, hook_text(at), at));
    return hook_place{{}, index};
  }
};

}  // namespace linchpin::detail
