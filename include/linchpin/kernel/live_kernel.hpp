// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

namespace linchpin::inline LINCHPIN_ABI {

/// The kernel this process runs on. Handle numbers are file descriptors, close-on-exec.
///
/// ownership: holds no descriptors between calls; the handles it gave out must not outlive it.
/// threads: one thread at a time. A target that names no network namespace is in the calling
///   thread's. A call about an interface in another one is made by a thread that enters it, makes
///   the call and ends, while the calling thread waits.
/// source: bpf(2), rtnetlink(7), mount type bpf
class LINCHPIN_EXPORT live_kernel final : public kernel {
 public:
  /// The verbs of `kernel`, on the kernel that this process runs on.
  [[nodiscard]] const kernel_facts& facts() override;
  [[nodiscard]] thread_privileges privileges() override;
  [[nodiscard]] result<std::vector<std::optional<target_identity>>> resolve(
      std::span<const target> targets) override;
  [[nodiscard]] result<loaded_object> load(const object_image& image,
                                           const load_request& request) override;

  /// Attaches as `kernel::attach`. After another process let go of an XDP link, the interface
  /// stays taken for a grace period or two; attaching there waits for that, at most half a
  /// second.
  [[nodiscard]] result<attachment> attach(const attach_point& at, handle_ref program,
                                          const anchor& where) override;
  [[nodiscard]] result<void> update(const update_request& request) override;
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id,
                                    handle_ref link, program_id expected) override;
  /// Names of programs need CAP_SYS_ADMIN for `BPF_PROG_GET_FD_BY_ID` and are empty without it.
  [[nodiscard]] result<chain> query(const attach_point& at) override;
  [[nodiscard]] result<std::optional<sole_program>> find_sole_program(
      const attach_point& at) override;
  [[nodiscard]] result<program_info> describe_program(handle_ref program) override;
  [[nodiscard]] result<map_info> describe_map(handle_ref map) override;
  [[nodiscard]] result<std::vector<layout_field>> read_layout(handle_ref map) override;
  [[nodiscard]] result<link_info> describe_link(handle_ref link) override;
  [[nodiscard]] result<void> pin(handle_ref what, const std::string& path) override;
  [[nodiscard]] result<handle> open_pin(const std::string& path, pin_kind kind) override;
  [[nodiscard]] result<void> rename_pin(const std::string& from, const std::string& to) override;
  [[nodiscard]] result<void> remove_pin(const std::string& path) override;
  [[nodiscard]] result<std::vector<std::string>> list_pins(const std::string& directory) override;
  [[nodiscard]] result<void> write_blob(const std::string& path,
                                        std::span<const std::byte> bytes) override;
  [[nodiscard]] result<std::optional<std::vector<std::byte>>> read_blob(
      const std::string& path) override;
  [[nodiscard]] result<map_entries> read_map(handle_ref map) override;
  [[nodiscard]] result<void> write_map(handle_ref map, const map_entries& entries,
                                       bool only_missing) override;
  [[nodiscard]] result<void> erase_keys(handle_ref map, std::span<const std::byte> keys) override;
  [[nodiscard]] result<void> write_variables(handle_ref map, std::span<const variable_write> writes,
                                             bool in_use) override;
  [[nodiscard]] result<handle> lock(const std::string& directory) override;
  [[nodiscard]] result<void> check_lock(handle_ref lock, const std::string& directory) override;
  [[nodiscard]] result<handle> open_by_id(pin_kind kind, std::uint32_t id) override;
  [[nodiscard]] result<std::optional<std::string>> name_of(const target_identity& which,
                                                           const std::string& netns) override;
  [[nodiscard]] result<std::vector<std::string>> list_interfaces() override;
  [[nodiscard]] result<std::vector<link_id>> list_links() override;
  [[nodiscard]] result<void> wait_grace_period() override;
  void pause(std::uint32_t microseconds) noexcept override;
  void close(int number) noexcept override;

 private:
  struct held_lock {
    int number = -1;
    /// Of the process that took it; a forked child has another.
    int pid = 0;
    /// Of the directory.
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  std::optional<kernel_facts> facts_;
  std::vector<held_lock> locks_;
};

}  // namespace linchpin
