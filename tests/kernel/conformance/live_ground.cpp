// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../conformance/ground.hpp"
#include "../../support/footing.hpp"

#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/sandbox.hpp>

#include <catch2/catch_test_macros.hpp>

#include <bpf/bpf.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <thread>

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

class live_ground final : public ground {
 public:
  explicit live_ground(testing::sandbox box) : box_(std::move(box)) {}

  linchpin::kernel& kernel() override { return kernel_; }
  linchpin::kernel& other() override { return other_; }
  int pid() const override { return getpid(); }
  std::string pins() const override { return box_.bpffs() + "/conformance"; }

  std::string add_interface() override {
    auto name = "conf" + std::to_string(count_++);
    pairs_.emplace(name, testing::veth_pair::make({.name = name}, {.name = name + "p"}).value());
    return name;
  }
  void remove_interface(const std::string& name) override { pairs_.at(name).remove().value(); }

  std::string add_cgroup() override {
    return footing::make_cgroup(box_, "c" + std::to_string(count_++));
  }
  void remove_cgroup(const std::string& path) override { box_.remove_cgroup(path).value(); }

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
  std::map<std::string, testing::veth_pair> pairs_;
  live_kernel kernel_;
  live_kernel other_;
  int count_ = 0;
};

}  // namespace

std::unique_ptr<ground> make_ground() {
  return std::make_unique<live_ground>(footing::enter("conformance"));
}

}  // namespace conformance
