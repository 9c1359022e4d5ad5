// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/testing/verb.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace simulation {

/// What the simulation does around each call of a service.
class call_listener {
 public:
  /// Others may act here.
  virtual void before_call() = 0;
  virtual void after_call(linchpin::testing::verb which) = 0;
  virtual void note_load(const linchpin::loaded_object& made) = 0;
  virtual void note_attach(linchpin::link_id link) = 0;
  /// Whether somebody reads what `trace` writes.
  [[nodiscard]] virtual bool traced() const = 0;
  virtual void trace(const std::string& line) = 0;

 protected:
  ~call_listener() = default;
};

/// The kernel of a service in the simulation: others act between two of its calls. Handles belong to
/// the inner kernel.
class acting_kernel final : public linchpin::kernel {
 public:
  acting_kernel(linchpin::kernel& inner, call_listener& listener)
      : inner_(inner), listener_(listener) {}

  [[nodiscard]] const linchpin::kernel_facts& facts() override { return inner_.facts(); }
  [[nodiscard]] linchpin::thread_privileges privileges() override { return inner_.privileges(); }
  [[nodiscard]] linchpin::result<std::vector<std::optional<linchpin::target_identity>>> resolve(
      std::span<const linchpin::target> targets) override;
  [[nodiscard]] linchpin::result<linchpin::loaded_object> load(
      const linchpin::object_image& image, const linchpin::load_request& request) override;
  [[nodiscard]] linchpin::result<linchpin::attachment> attach(
      const linchpin::attach_point& at, linchpin::handle_ref program,
      const linchpin::anchor& where) override;
  [[nodiscard]] linchpin::result<void> update(const linchpin::update_request& request) override;
  [[nodiscard]] linchpin::result<void> detach(const linchpin::attach_point& at,
                                              const linchpin::attachment_id& id,
                                              linchpin::handle_ref link,
                                              linchpin::program_id expected) override;
  [[nodiscard]] linchpin::result<linchpin::chain> query(const linchpin::attach_point& at) override;
  [[nodiscard]] linchpin::result<std::optional<linchpin::sole_program>> find_sole_program(
      const linchpin::attach_point& at) override;
  [[nodiscard]] linchpin::result<linchpin::program_info> describe_program(
      linchpin::handle_ref program) override;
  [[nodiscard]] linchpin::result<linchpin::map_info> describe_map(
      linchpin::handle_ref map) override;
  [[nodiscard]] linchpin::result<std::vector<linchpin::layout_field>> read_layout(
      linchpin::handle_ref map) override;
  [[nodiscard]] linchpin::result<linchpin::link_info> describe_link(
      linchpin::handle_ref link) override;
  [[nodiscard]] linchpin::result<void> pin(linchpin::handle_ref what,
                                           const std::string& path) override;
  [[nodiscard]] linchpin::result<linchpin::handle> open_pin(const std::string& path,
                                                            linchpin::pin_kind kind) override;
  [[nodiscard]] linchpin::result<void> rename_pin(const std::string& from,
                                                  const std::string& to) override;
  [[nodiscard]] linchpin::result<void> remove_pin(const std::string& path) override;
  [[nodiscard]] linchpin::result<std::vector<std::string>> list_pins(
      const std::string& directory) override;
  [[nodiscard]] linchpin::result<void> write_blob(const std::string& path,
                                                  std::span<const std::byte> bytes) override;
  [[nodiscard]] linchpin::result<std::optional<std::vector<std::byte>>> read_blob(
      const std::string& path) override;
  [[nodiscard]] linchpin::result<linchpin::map_entries> read_map(linchpin::handle_ref map) override;
  [[nodiscard]] linchpin::result<void> write_map(linchpin::handle_ref map,
                                                 const linchpin::map_entries& entries,
                                                 bool only_missing) override;
  [[nodiscard]] linchpin::result<void> erase_keys(linchpin::handle_ref map,
                                                  std::span<const std::byte> keys) override;
  [[nodiscard]] linchpin::result<void> write_variables(
      linchpin::handle_ref map, std::span<const linchpin::variable_write> writes,
      bool in_use) override;
  [[nodiscard]] linchpin::result<linchpin::handle> lock(const std::string& directory) override;
  [[nodiscard]] linchpin::result<void> check_lock(linchpin::handle_ref lock,
                                                  const std::string& directory) override;
  [[nodiscard]] linchpin::result<linchpin::handle> open_by_id(linchpin::pin_kind kind,
                                                              std::uint32_t id) override;
  [[nodiscard]] linchpin::result<std::optional<std::string>> name_of(
      const linchpin::target_identity& which, const std::string& netns) override;
  [[nodiscard]] linchpin::result<std::vector<std::string>> list_interfaces() override;
  [[nodiscard]] linchpin::result<std::vector<linchpin::link_id>> list_links() override;
  [[nodiscard]] linchpin::result<void> wait_grace_period() override;
  void pause(std::uint32_t microseconds) noexcept override;
  void close(int number) noexcept override { inner_.close(number); }

 private:
  template <class Subject, class Call>
  auto pass(linchpin::testing::verb which, Subject&& subject, Call&& call) -> decltype(call());

  linchpin::kernel& inner_;
  call_listener& listener_;
};

}  // namespace simulation
