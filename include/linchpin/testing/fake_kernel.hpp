// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/testing/fake_machine.hpp>
#include <linchpin/testing/verb.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace fake {
struct process_state;
}

/// Told after each verb, for invariants that must hold at every instant.
/// threads: called on the thread that called the verb, before that one returns.
class LINCHPIN_EXPORT call_observer {
 public:
  /// Looks at the machine, which has the effect of the verb already.
  virtual void after(verb which) = 0;

 protected:
  ~call_observer() = default;
};

/// One process on a fake machine: the same observable behaviour as `live_kernel`, holes included. A
/// conformance suite (tests/conformance) runs on both.
///
/// Objects live as in the kernel: until the last handle, pin, attachment, or program that uses them
/// is gone. Handle numbers are never used twice, so that a use after close is an error here.
///
/// ownership: handles must not outlive it; it must not outlive its machine.
/// threads: one thread at a time.
class LINCHPIN_EXPORT fake_kernel final : public kernel {
 public:
  /// A process in the network namespace that processes start in.
  explicit fake_kernel(fake_machine& on);
  /// In a network namespace of its own choice, by a path that `fake_machine::add_netns` was
  /// given.
  fake_kernel(fake_machine& on, const std::string& netns);
  /// The process exits: whatever it still holds is let go.
  ~fake_kernel() override;

  /// Kills the process as SIGKILL does.
  /// effects: all handles are gone at once; pins and attachments by pinned or foreign holders
  ///   stay. Every verb from here on fails with ESRCH and has no effect.
  void kill() noexcept;
  /// A child that holds what this process holds, under the same numbers, and has a pid of its
  /// own.
  [[nodiscard]] std::unique_ptr<fake_kernel> fork() const;
  /// Moves the process to another network namespace.
  /// effects: interface names, and the netns target without a name, mean those of that
  ///   namespace.
  /// \param path as `fake_machine::add_netns` was given; empty for the one processes start in
  void enter_netns(const std::string& path);
  /// Whether this process has CAP_SYS_ADMIN, which opening by id takes, and naming the programs
  /// of a chain, and updating a link without a handle of its old program. It has at first.
  void may_open_by_id(bool may) noexcept;
  /// The capabilities of this process, beside CAP_SYS_ADMIN; all of them at first. What it is known
  /// not to have is refused as the kernel refuses it.
  void set_privileges(const thread_privileges& held);

  /// Whether nobody killed it.
  [[nodiscard]] bool alive() const noexcept;
  /// Its pid, as a lock's holder is told by.
  [[nodiscard]] int pid() const noexcept;

  /// How often each verb was called since the start or the last reset.
  [[nodiscard]] const call_counts& calls() const noexcept;
  /// Counts from zero again.
  void reset_calls() noexcept;
  /// Lets somebody be told after each verb.
  /// \param observer null for none; outlives this object or is replaced
  void observe(call_observer* observer) noexcept;

  /// The verbs of `kernel`, with the effects and the errors that it documents.
  [[nodiscard]] const kernel_facts& facts() override;
  [[nodiscard]] thread_privileges privileges() override;
  [[nodiscard]] result<std::vector<std::optional<target_identity>>> resolve(
      std::span<const target> targets) override;
  [[nodiscard]] result<loaded_object> load(const object_image& image,
                                           const load_request& request) override;
  [[nodiscard]] result<attachment> attach(const attach_point& at, handle_ref program,
                                          const anchor& where) override;
  [[nodiscard]] result<void> update(const update_request& request) override;
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id,
                                    handle_ref link, program_id expected) override;
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
  /// Takes no time; what was asked for is noted in `pauses`.
  void pause(std::uint32_t microseconds) noexcept override { paused_.push_back(microseconds); }
  /// What was asked of `pause`, in microseconds.
  [[nodiscard]] const std::vector<std::uint32_t>& pauses() const noexcept { return paused_; }
  void close(int number) noexcept override;

 private:
  explicit fake_kernel(std::unique_ptr<fake::process_state> state) noexcept;
  fake::process_state* state_;
  std::vector<std::uint32_t> paused_;
};

}  // namespace linchpin::testing
