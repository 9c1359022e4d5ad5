// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../conformance/ground.hpp"

#include <linchpin/testing/fake_kernel.hpp>

#include <algorithm>

namespace conformance {

namespace {

using namespace linchpin;

class fake_ground final : public ground {
 public:
  linchpin::kernel& kernel() override { return kernel_; }
  linchpin::kernel& other() override { return other_; }
  int pid() const override { return kernel_.pid(); }
  handle_ref keep(handle what) override { return kept_.emplace_back(std::move(what)).ref(); }
  std::string pins() const override { return "/sys/fs/bpf/conformance"; }

  std::string add_interface() override {
    auto name = "eth" + std::to_string(count_++);
    machine_.add_interface(name);
    return name;
  }
  void remove_interface(const std::string& name) override { machine_.remove_interface(name); }
  void rename_interface(const std::string& from, const std::string& to) override {
    machine_.rename_interface(from, to);
  }
  void move_interface_away(const std::string& name) override {
    machine_.add_netns("/run/netns/away");
    machine_.move_interface_to_netns(name, "/run/netns/away");
  }
  void remove_tree(const std::string& path) override { machine_.remove_tree(path); }
  void rename_path(const std::string& from, const std::string& to) override {
    machine_.rename_path(from, to).value();
  }
  bool holds_in_child(const trial& holds) override { return holds(*kernel_.fork()); }
  bool holds_without_sys_admin(const trial& holds) override {
    const auto child = kernel_.fork();
    child->may_open_by_id(false);
    return holds(*child);
  }
  std::string add_cgroup() override {
    auto path = "/sys/fs/cgroup/c" + std::to_string(count_++);
    machine_.add_cgroup(path);
    return path;
  }
  void remove_cgroup(const std::string& path) override { machine_.remove_cgroup(path); }
  std::string add_cgroup_below(const std::string& path) override {
    machine_.add_cgroup(path + "/below");
    return path + "/below";
  }
  program_id add_sole_program(const attach_point& at, bool closes_below) override {
    return machine_.add_sole_program(at, "conf_alone", closes_below).value();
  }

  bool is_alive(program_id which) const override { return contains(machine_.programs(), which); }
  bool is_alive(map_id which) const override { return contains(machine_.maps(), which); }
  bool is_alive(link_id which) const override { return contains(machine_.links(), which); }
  bool ends(program_id which) const override { return !is_alive(which); }
  bool ends(map_id which) const override { return !is_alive(which); }
  bool ends(link_id which) const override { return !is_alive(which); }

 private:
  template <class Id>
  static bool contains(const std::vector<Id>& all, Id which) {
    return std::find(all.begin(), all.end(), which) != all.end();
  }

  testing::fake_machine machine_;
  testing::fake_kernel kernel_{machine_};
  testing::fake_kernel other_{machine_};
  std::vector<handle> kept_;
  int count_ = 0;
};

}  // namespace

std::unique_ptr<ground> make_ground() {
  return std::make_unique<fake_ground>();
}

}  // namespace conformance
