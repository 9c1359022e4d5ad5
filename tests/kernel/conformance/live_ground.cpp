// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../conformance/ground.hpp"
#include "../../support/footing.hpp"

#include <linchpin/bpf/fd.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/netns.hpp>
#include <linchpin/testing/sandbox.hpp>

#include <catch2/catch_test_macros.hpp>

#include <linux/capability.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace conformance {

namespace {

using namespace linchpin;

template <class Open>
bool is_found(Open open, std::uint32_t id) {
  const int descriptor = open(id);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0;
}

template <class Open>
bool is_lost(Open open, std::uint32_t id) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (is_found(open, id)) {
    if (std::chrono::steady_clock::now() > patience) return false;
    std::this_thread::yield();
  }
  return true;
}

// CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, which a service is given; not CAP_SYS_ADMIN.
bool keep_bpf_only() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  for (const int kept : {CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN}) {
    auto& set = sets.at(CAP_TO_INDEX(kept));
    set.effective |= CAP_TO_MASK(kept);
    set.permitted |= CAP_TO_MASK(kept);
  }
  return syscall(SYS_capset, &header, sets.data()) == 0;
}

class live_ground final : public ground {
 public:
  explicit live_ground(testing::sandbox box) : box_(std::move(box)) {}

  linchpin::kernel& kernel() override { return kernel_; }
  linchpin::kernel& other() override { return other_; }
  int pid() const override { return getpid(); }
  handle_ref keep(handle what) override { return kept_.emplace_back(std::move(what)).ref(); }
  std::string pins() const override { return box_.bpffs() + "/conformance"; }

  std::string add_interface() override {
    auto name = "conf" + std::to_string(count_++);
    pairs_.emplace(name, testing::veth_pair::make({.name = name}, {.name = name + "p"}).value());
    return name;
  }
  void remove_interface(const std::string& name) override { pairs_.at(name).remove().value(); }
  void rename_interface(const std::string& from, const std::string& to) override {
    auto named = pairs_.extract(from);
    named.mapped().rename(to).value();
    named.key() = to;
    pairs_.insert(std::move(named));
  }
  void move_interface_away(const std::string& name) override {
    if (!away_) away_ = testing::netns::make().value();
    pairs_.at(name).move_to(*away_).value();
  }

  void remove_tree(const std::string& path) override { std::filesystem::remove_all(path); }
  void rename_path(const std::string& from, const std::string& to) override {
    std::filesystem::rename(from, to);
  }
  bool holds_in_child(const trial& holds) override {
    return testing::in_child([&] { return holds(kernel_) ? 0 : 1; }).value() ==
           testing::child_end{false, 0};
  }
  bool holds_without_sys_admin(const trial& holds) override {
    return testing::in_child([&] { return keep_bpf_only() && holds(kernel_) ? 0 : 1; }).value() ==
           testing::child_end{false, 0};
  }

  std::string add_cgroup() override {
    return footing::make_cgroup(box_, "c" + std::to_string(count_++));
  }
  void remove_cgroup(const std::string& path) override { box_.remove_cgroup(path).value(); }
  std::string add_cgroup_below(const std::string& path) override {
    std::filesystem::create_directory(path + "/below");
    return path + "/below";
  }
  program_id add_sole_program(const attach_point& at, bool closes_below) override {
    const auto program = unique_fd::adopt(footing::load_verdict(
        BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 1, "conf_alone"));
    const auto cgroup =
        unique_fd::adopt(::open(at.on.name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::uint32_t flags = closes_below ? 0 : BPF_F_ALLOW_OVERRIDE;
    REQUIRE(::bpf_prog_attach(program.native(), cgroup.native(), BPF_CGROUP_INET4_CONNECT, flags) ==
            0);
    bpf_prog_info about{};
    std::uint32_t size = sizeof about;
    REQUIRE(::bpf_obj_get_info_by_fd(program.native(), &about, &size) == 0);
    return program_id{about.id};
  }

  bool is_alive(program_id which) const override {
    settle();
    return is_found(bpf_prog_get_fd_by_id, which.value);
  }
  bool is_alive(map_id which) const override {
    settle();
    return is_found(bpf_map_get_fd_by_id, which.value);
  }
  bool is_alive(link_id which) const override {
    settle();
    return is_found(bpf_link_get_fd_by_id, which.value);
  }
  bool ends(program_id which) const override { return is_lost(bpf_prog_get_fd_by_id, which.value); }
  bool ends(map_id which) const override { return is_lost(bpf_map_get_fd_by_id, which.value); }
  bool ends(link_id which) const override { return is_lost(bpf_link_get_fd_by_id, which.value); }

 private:
  static void settle() { live_kernel{}.wait_grace_period().value(); }

  testing::sandbox box_;
  std::optional<testing::netns> away_;
  std::map<std::string, testing::veth_pair> pairs_;
  live_kernel kernel_;
  live_kernel other_;
  std::vector<handle> kept_;
  int count_ = 0;
};

}  // namespace

std::unique_ptr<ground> make_ground() {
  return std::make_unique<live_ground>(footing::enter("conformance"));
}

}  // namespace conformance
