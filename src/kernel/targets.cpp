// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/targets.hpp"

#include "core/try.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/route_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

constexpr std::string_view resolving = "resolve target";
constexpr int kernfs_handle = 0xfe;  // FILEID_KERNFS: the handle is the 64-bit node id

// struct file_handle with room for a kernfs node id; whatever needs more is not a cgroup.
struct cgroup_handle {
  unsigned int length = sizeof id;
  int type = 0;
  std::uint64_t id = 0;
};
static_assert(sizeof(cgroup_handle) == sizeof(file_handle) + sizeof(std::uint64_t));

struct cgroup_place {
  std::uint64_t id = 0;
  int mount = 0;
};

// returns: 0 or errno
int find_cgroup(int directory, const char* path, int flags, cgroup_place& place) noexcept {
  cgroup_handle block;
  if (::name_to_handle_at(directory, path, reinterpret_cast<file_handle*>(&block), &place.mount,
                          flags) != 0) {
    return errno;
  }
  if (block.type != kernfs_handle) return EOPNOTSUPP;
  place.id = block.id;
  return 0;
}

error not_cgroup2(const std::string& path) {
  return error{errc::unsupported, resolving, fmt::format("cgroup {}", path)}
      .expected("a directory of a cgroup v2 hierarchy")
      .found("another file system")
      .advice("BPF attaches to cgroup v2 only; look for its mount with: findmnt -t cgroup2");
}

}  // namespace

result<std::optional<target_identity>> target_resolver::resolve(const target& wanted) {
  switch (wanted.kind) {
    case target_kind::interface:
      return resolve_interface(wanted.name);
    case target_kind::cgroup:
      return resolve_cgroup(wanted.name);
    case target_kind::netns:
      return resolve_netns(wanted.name);
  }
  return error{errc::invalid_argument, resolving, wanted.name}.found("an unknown kind of target");
}

result<std::optional<target_identity>> target_resolver::resolve_cgroup(const std::string& path) {
  // The slash at the end makes the kernel refuse the files inside a cgroup, which have ids as well.
  cgroup_place place;
  const int cause = find_cgroup(AT_FDCWD, (path + "/").c_str(), 0, place);
  const auto subject = [&path] { return fmt::format("cgroup {}", path); };
  switch (cause) {
    case 0:
      break;
    case ENOENT:
    case ENODEV:
      return std::optional<target_identity>{};
    case EOPNOTSUPP:
    case EOVERFLOW:
      return not_cgroup2(path);
    case ENOTDIR:
      return error{errc::unsupported, resolving, subject()}
          .expected("a cgroup directory")
          .found("a file");
    default:
      return kernel_error(cause, resolving, subject());
  }
  if (place.mount != cgroup2_mount_) {
    // Version 1 hierarchies hand out the same kind of handle.
    struct statfs about {};
    if (::statfs(path.c_str(), &about) != 0) {
      if (errno == ENOENT || errno == ENODEV) return std::optional<target_identity>{};
      return kernel_error(errno, resolving, subject());
    }
    if (static_cast<long>(about.f_type) != cgroup2_magic) return not_cgroup2(path);
    cgroup2_mount_ = place.mount;
  }
  return std::optional{target_identity{target_kind::cgroup, place.id, {}}};
}

result<void> target_resolver::find_own_netns() {
  if (own_netns_) return {};
  struct stat about {};
  if (::stat(own_netns_path, &about) != 0) return kernel_error(errno, resolving, own_netns_path);
  own_netns_ = netns_file{{about.st_ino}, about.st_dev};
  return {};
}

namespace {

// An alternative name may be longer than SIOCGIFINDEX takes.
// returns: 0 where no interface has it
result<std::uint32_t> find_alternative_name(const std::string& name) {
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

}  // namespace

result<std::optional<target_identity>> target_resolver::resolve_interface(const std::string& name) {
  constexpr std::size_t longest_alternative = 127;  // ALTIFNAMSIZ without its zero
  if (!socket_) {
    socket_ = unique_fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket_) return kernel_error(errno, resolving, fmt::format("interface {}", name));
  }
  LINCHPIN_CHECK(find_own_netns());
  ifreq request{};
  // The kernel has no such names, and SIOCGIFINDEX reads them up to the colon.
  const bool impossible =
      name.empty() || name.size() > longest_alternative || name.find(':') != std::string::npos;
  if (impossible) return std::optional<target_identity>{};
  if (name.size() >= sizeof request.ifr_name) {
    LINCHPIN_TRY(const auto index, find_alternative_name(name));
    if (index == 0) return std::optional<target_identity>{};
    return std::optional{target_identity{target_kind::interface, index, own_netns_->inode}};
  }
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(socket_.native(), SIOCGIFINDEX, &request) != 0) {
    if (errno == ENODEV) return std::optional<target_identity>{};
    return kernel_error(errno, resolving, fmt::format("interface {}", name));
  }
  return std::optional{target_identity{
      target_kind::interface, static_cast<std::uint64_t>(request.ifr_ifindex), own_netns_->inode}};
}

namespace {

std::string_view kind_of_namespace(int type) noexcept {
  switch (type) {
    case CLONE_NEWNS:
      return "a mount namespace";
    case CLONE_NEWUTS:
      return "a UTS namespace";
    case CLONE_NEWIPC:
      return "an IPC namespace";
    case CLONE_NEWUSER:
      return "a user namespace";
    case CLONE_NEWPID:
      return "a PID namespace";
    case CLONE_NEWCGROUP:
      return "a cgroup namespace";
    default:
      return "a namespace of another kind";
  }
}

// All kinds of namespaces are files of one file system.
result<void> check_is_netns(const std::string& path) {
  const auto subject = [&path] { return fmt::format("netns {}", path); };
  const auto file = unique_fd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return kernel_error(errno, resolving, subject());
  const int type = ::ioctl(file.native(), NS_GET_NSTYPE);
  if (type == CLONE_NEWNET) return {};
  if (type < 0) return kernel_error(errno, resolving, subject());
  return error{errc::wrong_type, resolving, subject()}
      .expected("the file of a network namespace")
      .found(kind_of_namespace(type));
}

}  // namespace

result<std::optional<target_identity>> target_resolver::resolve_netns(const std::string& path) {
  LINCHPIN_CHECK(find_own_netns());
  if (path.empty()) {
    return std::optional{target_identity{target_kind::netns, own_netns_->inode.value, {}}};
  }
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return std::optional<target_identity>{};
    return kernel_error(errno, resolving, fmt::format("netns {}", path));
  }
  // What a namespace was mounted on stays behind when it is unmounted, until somebody removes it.
  if (about.st_dev != own_netns_->device) return std::optional<target_identity>{};
  LINCHPIN_CHECK(check_is_netns(path));
  return std::optional{target_identity{target_kind::netns, about.st_ino, {}}};
}

namespace {

error other_identity(std::string_view what, std::string_view subject, std::uint64_t wanted,
                     std::uint64_t found) {
  return error{errc::conflict, what, subject}
      .expected(fmt::format("the target of id {}", wanted))
      .found(fmt::format("another one of that name, id {}", found));
}

}  // namespace

result<unique_fd> open_target(std::string_view what, std::string_view subject,
                              const attach_point& at) {
  const bool is_cgroup = at.on.kind == target_kind::cgroup;
  const char* const path =
      at.on.kind == target_kind::netns && at.on.name.empty() ? own_netns_path : at.on.name.c_str();
  auto open = unique_fd::adopt(::open(path, O_RDONLY | O_CLOEXEC | (is_cgroup ? O_DIRECTORY : 0)));
  if (!open) return kernel_error(errno, what, subject);
  if (at.identity.id == 0) return open;

  std::uint64_t id = 0;
  if (is_cgroup) {
    cgroup_place place;
    const int cause = find_cgroup(open.native(), "", AT_EMPTY_PATH, place);
    if (cause != 0) return kernel_error(cause, what, subject);
    id = place.id;
  } else {
    struct stat about {};
    if (::fstat(open.native(), &about) != 0) return kernel_error(errno, what, subject);
    id = about.st_ino;
  }
  if (id != at.identity.id) return other_identity(what, subject, at.identity.id, id);
  return open;
}

result<std::uint32_t> interface_of(std::string_view what, std::string_view subject,
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
      return error{errc::conflict, what, subject}
          .expected(fmt::format("the calling thread in netns {}", at.identity.netns.value))
          .found(fmt::format("netns {}", about.st_ino))
          .advice("call from a thread of the network namespace that the interface is in");
    }
  }
  return static_cast<std::uint32_t>(at.identity.id);
}

result<std::optional<std::string>> interface_name(const target_identity& which) {
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

result<std::vector<std::string>> interface_names() {
  const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> listed{
      ::if_nameindex(), &::if_freenameindex};
  if (!listed) return kernel_error(errno, "list interfaces", "own netns");
  std::vector<std::string> names;
  for (const auto* interface = listed.get(); interface->if_index != 0; ++interface)
    names.emplace_back(interface->if_name);
  return names;
}

bool interface_exists(std::uint32_t index) noexcept {
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(index, name.data()) != nullptr;
}

}  // namespace linchpin::detail
