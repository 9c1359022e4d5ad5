// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/live_kernel.hpp>

namespace live_engine {

/// Whether LINCHPIN_NARROW=1: what the engine's tests ask of the kernel through the library is then asked
/// with CAP_BPF and CAP_NET_ADMIN only. What they set up and check by themselves is not.
[[nodiscard]] bool narrow_run();

/// While it lives, this thread uses CAP_BPF and CAP_NET_ADMIN only; it may raise the others again.
class lowered_capabilities {
 public:
  /// \param lower false: nothing changes
  explicit lowered_capabilities(bool lower);
  lowered_capabilities(const lowered_capabilities&) = delete;
  lowered_capabilities& operator=(const lowered_capabilities&) = delete;
  ~lowered_capabilities();

 private:
  bool lower_;
};

/// The running kernel, as a service meets it that has been given what it needs and no more.
class service_kernel final : public linchpin::kernel {
 public:
  [[nodiscard]] const linchpin::kernel_facts& facts() override {
    const lowered_capabilities held{narrow_};
    return inner_.facts();
  }
  [[nodiscard]] linchpin::thread_privileges privileges() override {
    const lowered_capabilities held{narrow_};
    return inner_.privileges();
  }
  [[nodiscard]] linchpin::result<std::vector<std::optional<linchpin::target_identity>>> resolve(
      std::span<const linchpin::target> targets) override {
    const lowered_capabilities held{narrow_};
    return inner_.resolve(targets);
  }
  [[nodiscard]] linchpin::result<linchpin::loaded_object> load(
      const linchpin::object_image& image, const linchpin::load_request& request) override {
    const lowered_capabilities held{narrow_};
    return inner_.load(image, request);
  }
  [[nodiscard]] linchpin::result<linchpin::attachment> attach(
      const linchpin::attach_point& at, linchpin::handle_ref program,
      const linchpin::anchor& where) override {
    const lowered_capabilities held{narrow_};
    return inner_.attach(at, program, where);
  }
  [[nodiscard]] linchpin::result<void> update(const linchpin::update_request& request) override {
    const lowered_capabilities held{narrow_};
    return inner_.update(request);
  }
  [[nodiscard]] linchpin::result<void> detach(const linchpin::attach_point& at,
                                              const linchpin::attachment_id& id,
                                              linchpin::handle_ref link,
                                              linchpin::program_id expected) override {
    const lowered_capabilities held{narrow_};
    return inner_.detach(at, id, link, expected);
  }
  [[nodiscard]] linchpin::result<linchpin::chain> query(const linchpin::attach_point& at) override {
    const lowered_capabilities held{narrow_};
    return inner_.query(at);
  }
  [[nodiscard]] linchpin::result<std::optional<linchpin::sole_program>> find_sole_program(
      const linchpin::attach_point& at) override {
    const lowered_capabilities held{narrow_};
    return inner_.find_sole_program(at);
  }
  [[nodiscard]] linchpin::result<linchpin::program_info> describe_program(
      linchpin::handle_ref program) override {
    const lowered_capabilities held{narrow_};
    return inner_.describe_program(program);
  }
  [[nodiscard]] linchpin::result<linchpin::map_info> describe_map(
      linchpin::handle_ref map) override {
    const lowered_capabilities held{narrow_};
    return inner_.describe_map(map);
  }
  [[nodiscard]] linchpin::result<std::vector<linchpin::layout_field>> read_layout(
      linchpin::handle_ref map) override {
    const lowered_capabilities held{narrow_};
    return inner_.read_layout(map);
  }
  [[nodiscard]] linchpin::result<linchpin::link_info> describe_link(
      linchpin::handle_ref link) override {
    const lowered_capabilities held{narrow_};
    return inner_.describe_link(link);
  }
  [[nodiscard]] linchpin::result<void> pin(linchpin::handle_ref what,
                                           const std::string& path) override {
    const lowered_capabilities held{narrow_};
    return inner_.pin(what, path);
  }
  [[nodiscard]] linchpin::result<linchpin::handle> open_pin(const std::string& path,
                                                            linchpin::pin_kind kind) override {
    const lowered_capabilities held{narrow_};
    return inner_.open_pin(path, kind);
  }
  [[nodiscard]] linchpin::result<void> rename_pin(const std::string& from,
                                                  const std::string& to) override {
    const lowered_capabilities held{narrow_};
    return inner_.rename_pin(from, to);
  }
  [[nodiscard]] linchpin::result<void> remove_pin(const std::string& path) override {
    const lowered_capabilities held{narrow_};
    return inner_.remove_pin(path);
  }
  [[nodiscard]] linchpin::result<std::vector<std::string>> list_pins(
      const std::string& directory) override {
    const lowered_capabilities held{narrow_};
    return inner_.list_pins(directory);
  }
  [[nodiscard]] linchpin::result<void> write_blob(const std::string& path,
                                                  std::span<const std::byte> bytes) override {
    const lowered_capabilities held{narrow_};
    return inner_.write_blob(path, bytes);
  }
  [[nodiscard]] linchpin::result<std::optional<std::vector<std::byte>>> read_blob(
      const std::string& path) override {
    const lowered_capabilities held{narrow_};
    return inner_.read_blob(path);
  }
  [[nodiscard]] linchpin::result<linchpin::map_entries> read_map(
      linchpin::handle_ref map) override {
    const lowered_capabilities held{narrow_};
    return inner_.read_map(map);
  }
  [[nodiscard]] linchpin::result<void> write_map(linchpin::handle_ref map,
                                                 const linchpin::map_entries& entries,
                                                 bool only_missing) override {
    const lowered_capabilities held{narrow_};
    return inner_.write_map(map, entries, only_missing);
  }
  [[nodiscard]] linchpin::result<void> erase_keys(linchpin::handle_ref map,
                                                  std::span<const std::byte> keys) override {
    const lowered_capabilities held{narrow_};
    return inner_.erase_keys(map, keys);
  }
  [[nodiscard]] linchpin::result<void> write_variables(
      linchpin::handle_ref map, std::span<const linchpin::variable_write> writes,
      bool in_use) override {
    const lowered_capabilities held{narrow_};
    return inner_.write_variables(map, writes, in_use);
  }
  [[nodiscard]] linchpin::result<linchpin::handle> lock(const std::string& directory) override {
    const lowered_capabilities held{narrow_};
    return inner_.lock(directory);
  }
  [[nodiscard]] linchpin::result<void> check_lock(linchpin::handle_ref lock,
                                                  const std::string& directory) override {
    const lowered_capabilities held{narrow_};
    return inner_.check_lock(lock, directory);
  }
  [[nodiscard]] linchpin::result<linchpin::handle> open_by_id(linchpin::pin_kind kind,
                                                              std::uint32_t id) override {
    const lowered_capabilities held{narrow_};
    return inner_.open_by_id(kind, id);
  }
  [[nodiscard]] linchpin::result<std::optional<std::string>> name_of(
      const linchpin::target_identity& which, const std::string& netns) override {
    const lowered_capabilities held{narrow_};
    return inner_.name_of(which, netns);
  }
  [[nodiscard]] linchpin::result<std::vector<std::string>> list_interfaces() override {
    const lowered_capabilities held{narrow_};
    return inner_.list_interfaces();
  }
  [[nodiscard]] linchpin::result<std::vector<linchpin::link_id>> list_links() override {
    const lowered_capabilities held{narrow_};
    return inner_.list_links();
  }
  [[nodiscard]] linchpin::result<void> wait_grace_period() override {
    const lowered_capabilities held{narrow_};
    return inner_.wait_grace_period();
  }
  void pause(std::uint32_t microseconds) noexcept override { inner_.pause(microseconds); }
  void close(int number) noexcept override { inner_.close(number); }

 private:
  bool narrow_ = narrow_run();
  linchpin::live_kernel inner_;
};

}  // namespace live_engine
