// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/verb.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// What is to go wrong, and at which call.
struct fault {
  /// What a call does that is struck.
  enum class kind : std::uint8_t {
    /// The call has no effect and gives the error.
    fail,
    /// The call takes effect and still gives the error.
    lose_reply,
    /// The process is killed before the call takes effect.
    die,
  };

  kind what = kind::fail;
  /// Which call is struck, counted from 1 and from arming on, among the calls that the fault
  /// applies to.
  std::uint64_t nth = 1;
  /// The only verb that the fault applies to; else to all.
  std::optional<verb> only{};
  /// Whether the fault applies to verbs that change something, and to no others.
  bool writes_only = false;
  /// Whether every later call is struck as well.
  bool from_there_on = false;
  /// The error that a struck call gives; else EIO.
  std::optional<error> cause{};
};

/// A kernel at which things go wrong at a chosen call. To try every step of something:
///
/// for (std::uint64_t n = 1;; ++n) {
///   ...
///   faulty.arm({.what = fault::kind::fail, .nth = n});
///   const auto outcome = something(faulty);
///   if (!faulty.struck()) break;  // it makes fewer than n calls
///   ...
/// }
///
/// Death takes away the handles of the whole process at once: at a fake_kernel by `kill()`, at any
/// other kernel by SIGKILL to this process, which should therefore be a child (`in_child`).
///
/// ownership: borrows the inner kernel. Handles belong to the inner one directly, so that closing
///   them never fails, and mean nothing after its death.
class LINCHPIN_EXPORT faulty_kernel final : public kernel {
 public:
  /// Around any kernel; `fault::kind::die` kills this process.
  explicit faulty_kernel(kernel& inner) noexcept : inner_(inner) {}
  /// Around a fake one; `fault::kind::die` kills that process only.
  explicit faulty_kernel(fake_kernel& inner) noexcept : inner_(inner), mortal_(&inner) {}

  /// Arms a fault. Several may be armed; the first armed that applies strikes.
  void arm(fault wanted);
  /// Forgets all faults, and that they struck.
  void disarm() noexcept;
  /// Whether any armed fault has struck.
  [[nodiscard]] bool struck() const noexcept { return struck_; }
  /// Every call since construction, those that were struck included.
  [[nodiscard]] const call_counts& calls() const noexcept { return calls_; }

  /// The verbs of `kernel`: each is passed on unless a fault strikes.
  [[nodiscard]] const kernel_facts& facts() override { return inner_.facts(); }
  [[nodiscard]] thread_privileges privileges() override { return inner_.privileges(); }
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
  void pause(std::uint32_t microseconds) noexcept override { inner_.pause(microseconds); }
  void close(int number) noexcept override { inner_.close(number); }

 private:
  struct armed_fault {
    fault wanted;
    std::uint64_t seen = 0;
  };
  [[nodiscard]] const fault* count(verb which);
  void die();
  template <class Call>
  auto pass(verb which, Call&& call) -> decltype(call());

  kernel& inner_;
  fake_kernel* mortal_ = nullptr;
  std::vector<armed_fault> faults_;
  call_counts calls_;
  bool struck_ = false;
};

}  // namespace linchpin::testing
