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
  std::string name;
  std::vector<std::string> addresses{};  ///< "10.9.0.1/24", "fd00::1/64"
  const netns* in = nullptr;             ///< null: the calling thread's namespace
};

/// Two virtual interfaces joined back to back, both up; deleted with this object.
class veth_pair {
 public:
  /// errors: already_exists for a taken name; invalid_argument for an unreadable address;
  ///   unsupported without the veth driver. After an error nothing is left.
  /// kernel: CAP_NET_ADMIN, CONFIG_VETH
  [[nodiscard]] static result<veth_pair> make(const veth_end& near, const veth_end& far);

  veth_pair(veth_pair&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        near_(other.near_),
        far_(other.far_),
        near_name_(std::move(other.near_name_)) {}
  veth_pair& operator=(veth_pair&& other) noexcept;
  ~veth_pair();

  [[nodiscard]] ifindex near_index() const noexcept { return near_; }
  [[nodiscard]] ifindex far_index() const noexcept { return far_; }

  /// effects: the near end goes on under another name. It is down for a moment, as kernels before 6.12
  ///   want it.
  [[nodiscard]] result<void> rename(const std::string& near_name);
  /// effects: the near end has another name as well, of up to 127 characters.
  [[nodiscard]] result<void> add_name(const std::string& alternative);
  /// effects: the near end moves to another namespace, and is up there. Its index may change.
  [[nodiscard]] result<void> move_to(const netns& where);

  /// effects: deletes both interfaces, and so ends what is attached to them. Gone already is
  /// success.
  [[nodiscard]] result<void> remove();

 private:
  veth_pair(int socket, std::string near_name) noexcept
      : socket_(socket), near_name_(std::move(near_name)) {}
  int socket_;  ///< rtnetlink, bound to the near end's namespace
  ifindex near_{};
  ifindex far_{};
  std::string near_name_;
};

}  // namespace linchpin::testing
