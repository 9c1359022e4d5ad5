// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/testing/netns.hpp>

#include <string>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// One end of a veth pair, as wanted.
struct veth_end {
  /// Its name in the namespace where it is made.
  std::string name;
  /// Its addresses with their prefix lengths: "10.9.0.1/24", "fd00::1/64".
  std::vector<std::string> addresses{};
  /// Where it is; null for the calling thread's namespace.
  const netns* in = nullptr;
};

/// Two virtual interfaces joined back to back, both up; deleted with this object.
/// ownership: movable; destruction deletes both ends, and so ends what is attached to them.
class LINCHPIN_EXPORT veth_pair {
 public:
  /// Makes the pair, gives both ends their addresses, and sets them up.
  /// errors: already_exists for a taken name; invalid_argument for an unreadable address;
  ///   unsupported without the veth driver. After an error nothing is left.
  /// kernel: CAP_NET_ADMIN, CONFIG_VETH
  [[nodiscard]] static result<veth_pair> make(const veth_end& near, const veth_end& far);

  /// Takes both ends over.
  veth_pair(veth_pair&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        near_(other.near_),
        far_(other.far_),
        near_name_(std::move(other.near_name_)) {}
  veth_pair& operator=(veth_pair&& other) noexcept;
  ~veth_pair();

  /// The number of the near end in its namespace.
  [[nodiscard]] ifindex near_index() const noexcept { return near_; }
  /// The number of the far end in its namespace.
  [[nodiscard]] ifindex far_index() const noexcept { return far_; }

  /// Gives the near end another name. It is down for a moment, as kernels before 6.12 want it.
  [[nodiscard]] result<void> rename(const std::string& near_name);
  /// Gives the near end another name besides, of up to 127 characters.
  [[nodiscard]] result<void> add_name(const std::string& alternative);
  /// Moves the near end to another namespace, where it is up as well. Its index may change.
  [[nodiscard]] result<void> move_to(const netns& where);

  /// Deletes both interfaces, and so ends what is attached to them. Removing twice succeeds.
  [[nodiscard]] result<void> remove();

 private:
  veth_pair(int socket, std::string near_name) noexcept
      : socket_(socket), near_name_(std::move(near_name)) {}
  /// Rtnetlink, bound to the near end's namespace.
  int socket_;
  ifindex near_{};
  ifindex far_{};
  std::string near_name_;
};

}  // namespace linchpin::testing
