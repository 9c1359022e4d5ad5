// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/testing/verb.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// A kernel that refuses whatever concerns one path, for as long as the test says: pins below it, and
// what was opened from them.
namespace engine_test {

class stubborn_kernel final : public linchpin::kernel {
 public:
  using verb = linchpin::testing::verb;
  template <class T>
  using result = linchpin::result<T>;

  explicit stubborn_kernel(linchpin::kernel& inner) : inner_(inner) {}

  /// From here on `which` is refused where it concerns a path that contains `part`.
  void refuse(verb which, std::string part, int number) {
    refused_.push_back({which, std::move(part), number, false, false});
  }
  /// The same for the next such call only, which may take effect all the same.
  void refuse_once(verb which, std::string part, int number, bool takes_effect = false) {
    refused_.push_back({which, std::move(part), number, true, takes_effect});
  }
  void relent() { refused_.clear(); }
  /// As if the kernel had something in each map of variables for which it cannot be mapped.
  void refuse_maps_in_use() noexcept { no_map_in_use_ = true; }
  /// Of each write of a variable, how many bytes.
  [[nodiscard]] const std::vector<std::size_t>& sizes_written() const noexcept {
    return sizes_written_;
  }
  [[nodiscard]] bool refused() const noexcept { return met_; }
  /// For so many grace periods, what leaves a chain is still listed in it: the kernel ends a link
  /// whose last pin has gone from a work queue.
  void linger(const linchpin::attach_point& at, unsigned grace_periods) {
    lingering_ = inner_.query(at).value();
    grace_periods_ = grace_periods;
  }

  const linchpin::kernel_facts& facts() override { return inner_.facts(); }
  linchpin::thread_privileges privileges() override { return inner_.privileges(); }
  result<std::optional<linchpin::sole_program>> find_sole_program(
      const linchpin::attach_point& at) override {
    return inner_.find_sole_program(at);
  }
  result<std::vector<std::optional<linchpin::target_identity>>> resolve(
      std::span<const linchpin::target> targets) override {
    return inner_.resolve(targets);
  }
  result<linchpin::loaded_object> load(const linchpin::object_image& image,
                                       const linchpin::load_request& request) override {
    return inner_.load(image, request);
  }
  result<linchpin::attachment> attach(const linchpin::attach_point& at,
                                      linchpin::handle_ref program,
                                      const linchpin::anchor& where) override {
    return pass(verb::attach, at_of(program), [&] { return inner_.attach(at, program, where); });
  }
  result<void> update(const linchpin::update_request& request) override {
    const auto path = request.pin.empty() ? at_of(request.link) : request.pin;
    return pass(verb::update, path, [&] { return inner_.update(request); });
  }
  result<void> detach(const linchpin::attach_point& at, const linchpin::attachment_id& id,
                      linchpin::handle_ref link, linchpin::program_id expected) override {
    return pass(verb::detach, at_of(link), [&] { return inner_.detach(at, id, link, expected); });
  }
  result<linchpin::chain> query(const linchpin::attach_point& at) override {
    if (grace_periods_ != 0) return *lingering_;
    return inner_.query(at);
  }
  result<linchpin::program_info> describe_program(linchpin::handle_ref program) override {
    return pass(verb::describe_program, at_of(program),
                [&] { return inner_.describe_program(program); });
  }
  result<linchpin::map_info> describe_map(linchpin::handle_ref map) override {
    return pass(verb::describe_map, at_of(map), [&] { return inner_.describe_map(map); });
  }
  result<std::vector<linchpin::layout_field>> read_layout(linchpin::handle_ref map) override {
    return inner_.read_layout(map);
  }
  result<linchpin::link_info> describe_link(linchpin::handle_ref link) override {
    return pass(verb::describe_link, at_of(link), [&] { return inner_.describe_link(link); });
  }
  result<void> pin(linchpin::handle_ref what, const std::string& path) override {
    return pass(verb::pin, path, [&] { return inner_.pin(what, path); });
  }
  result<linchpin::handle> open_pin(const std::string& path, linchpin::pin_kind kind) override {
    auto opened = pass(verb::open_pin, path, [&] { return inner_.open_pin(path, kind); });
    if (opened && *opened) opened_.push_back({opened->ref().number, path});
    return opened;
  }
  result<void> rename_pin(const std::string& from, const std::string& to) override {
    return pass(verb::rename_pin, from, [&] { return inner_.rename_pin(from, to); });
  }
  result<void> remove_pin(const std::string& path) override {
    return pass(verb::remove_pin, path, [&] { return inner_.remove_pin(path); });
  }
  result<std::vector<std::string>> list_pins(const std::string& directory) override {
    return pass(verb::list_pins, directory + "/", [&] { return inner_.list_pins(directory); });
  }
  result<void> write_blob(const std::string& path, std::span<const std::byte> bytes) override {
    return pass(verb::write_blob, path, [&] { return inner_.write_blob(path, bytes); });
  }
  result<std::optional<std::vector<std::byte>>> read_blob(const std::string& path) override {
    return pass(verb::read_blob, path, [&] { return inner_.read_blob(path); });
  }
  result<linchpin::map_entries> read_map(linchpin::handle_ref map) override {
    return inner_.read_map(map);
  }
  result<void> write_map(linchpin::handle_ref map, const linchpin::map_entries& entries,
                         bool only_missing) override {
    return inner_.write_map(map, entries, only_missing);
  }
  result<void> erase_keys(linchpin::handle_ref map, std::span<const std::byte> keys) override {
    return inner_.erase_keys(map, keys);
  }
  result<void> write_variables(linchpin::handle_ref map,
                               std::span<const linchpin::variable_write> writes,
                               bool in_use) override {
    if (in_use && no_map_in_use_) {
      return linchpin::error{linchpin::errc::unsupported, "write variables"}.found("no mapping");
    }
    for (const auto& write : writes) sizes_written_.push_back(write.value.size());
    return inner_.write_variables(map, writes, in_use);
  }
  result<linchpin::handle> lock(const std::string& directory) override {
    return inner_.lock(directory);
  }
  result<void> check_lock(linchpin::handle_ref lock, const std::string& directory) override {
    return inner_.check_lock(lock, directory);
  }
  result<linchpin::handle> open_by_id(linchpin::pin_kind kind, std::uint32_t id) override {
    return inner_.open_by_id(kind, id);
  }
  result<std::optional<std::string>> name_of(const linchpin::target_identity& which,
                                             const std::string& netns) override {
    return inner_.name_of(which, netns);
  }
  result<std::vector<std::string>> list_interfaces() override { return inner_.list_interfaces(); }
  result<std::vector<linchpin::link_id>> list_links() override { return inner_.list_links(); }
  result<void> wait_grace_period() override {
    if (grace_periods_ != 0) --grace_periods_;
    return inner_.wait_grace_period();
  }
  void pause(std::uint32_t microseconds) noexcept override { inner_.pause(microseconds); }
  void close(int number) noexcept override { inner_.close(number); }

 private:
  struct refusal {
    verb which;
    std::string part;
    int number;
    bool once;
    bool takes_effect;
  };

  // Where a handle was opened; numbers are not used twice by a kernel in memory.
  [[nodiscard]] std::string at_of(linchpin::handle_ref which) const {
    for (const auto& [number, path] : opened_) {
      if (number == which.number) return path;
    }
    return {};
  }
  template <class Call>
  auto pass(verb which, const std::string& path, Call&& call) -> decltype(call()) {
    for (auto refused = refused_.begin(); refused != refused_.end(); ++refused) {
      if (refused->which != which || path.find(refused->part) == std::string::npos) continue;
      met_ = true;
      const auto why =
          linchpin::error::from_errno(refused->number, linchpin::testing::verb_name(which), path);
      const bool takes_effect = refused->takes_effect;
      if (refused->once) refused_.erase(refused);
      if (takes_effect) {
        if (auto lost = call(); !lost) return lost;
      }
      return why;
    }
    return call();
  }

  linchpin::kernel& inner_;
  std::vector<refusal> refused_;
  std::vector<std::pair<int, std::string>> opened_;
  bool met_ = false;
  bool no_map_in_use_ = false;
  std::vector<std::size_t> sizes_written_;
  std::optional<linchpin::chain> lingering_;
  unsigned grace_periods_ = 0;
};

}  // namespace engine_test
