// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Which network namespace a hook is in, by the path of its file. The default is the calling
/// thread's own.
///
/// A path is a label: each plan looks at what it leads to, and compares that with what it led to
/// when the program was attached. Two names of one namespace name one hook.
///
/// ownership: does not keep the namespace alive.
/// threads: as a value.
/// source: namespaces(7), "The /proc/pid/ns/ directory"
class netns_name {
 public:
  /// The calling thread's own, by an empty path.
  netns_name() = default;
  /// As `path`, so that a path alone can be written where a netns is taken.
  netns_name(std::string path) : file_(std::move(path)) {}
  netns_name(const char* path) : file_(path) {}

  /// The calling thread's own.
  [[nodiscard]] static netns_name own() { return {}; }
  /// \param path of the file, from the root: "/run/netns/blue"; empty for the calling thread's own
  [[nodiscard]] static netns_name path(std::string path) { return {std::move(path)}; }
  /// The namespace that a process is in. The path leads nowhere once the process has ended, and to
  /// another namespace once the kernel has given its number to another process.
  [[nodiscard]] static netns_name of_process(int pid) {
    return {"/proc/" + std::to_string(pid) + "/ns/net"};
  }
  /// The namespace that a descriptor holds open. The descriptor must stay open while a desired
  /// state that names it is in use. A later process has no such descriptor and has to name the
  /// namespace anew.
  [[nodiscard]] static netns_name of_descriptor(fd_ref open) {
    return {"/proc/self/fd/" + std::to_string(open.native())};
  }

  /// The path of its file; empty for the calling thread's own.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  friend bool operator==(const netns_name&, const netns_name&) = default;

 private:
  std::string file_;
};

}  // namespace linchpin
