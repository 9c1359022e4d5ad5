// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The target of an attach point, found, and held open where the kernel wants a descriptor.
struct hook_place {
  unique_fd open{};  ///< a cgroup directory or a netns file; empty for an interface
  std::uint32_t number =
      0;  ///< what bpf(2) and rtnetlink name it by: the descriptor or the ifindex
};

/// What an attach asks for. Everything in it outlives the call.
struct attach_request {
  const attach_point& at;
  int program;
  const anchor& where;
  const kernel_facts& facts;
};

/// What an attach made. `link` is empty for mechanisms without links.
struct driven_attachment {
  unique_fd link;
  attachment_id id;
};

/// How one mechanism attaches programs: the only code that knows it. To add a mechanism, write one
/// driver and enter it in `driver_for`; nothing else below src/kernel asks which mechanism it has.
///
/// `update` and `detach` of a link need no target, so those that need one find it themselves.
///
/// threads: drivers have no state and may be used from any thread
class hook_driver {
 public:
  hook_driver() = default;
  hook_driver(const hook_driver&) = delete;
  hook_driver& operator=(const hook_driver&) = delete;
  virtual ~hook_driver() = default;

  /// "tcx link", "clsact filter"
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The kind of target that it attaches to.
  [[nodiscard]] virtual target_kind target() const noexcept = 0;
  /// Whether it attaches programs of that attach type. Each type is named: 0 is cgroup ingress.
  [[nodiscard]] virtual bool knows(uapi::attach_type type) const noexcept = 0;

  /// Whether this kernel has the mechanism.
  /// effects: scratch programs, and attaches that cannot succeed; nothing is ever attached
  [[nodiscard]] virtual answer probe() const = 0;

  /// Finds the target and makes sure that it still is the one that was resolved.
  /// errors: not_found; conflict when the name has come to mean another thing
  [[nodiscard]] virtual result<hook_place> open(std::string_view operation,
                                                const attach_point& at) const = 0;

  /// errors: as `kernel::attach`
  [[nodiscard]] virtual result<driven_attachment> attach(const hook_place& place,
                                                         const attach_request& request) const = 0;
  /// errors: as `kernel::update`
  [[nodiscard]] virtual result<void> update(const update_request& request) const = 0;
  /// errors: as `kernel::detach`
  [[nodiscard]] virtual result<void> detach(const attach_point& at, const attachment_id& id,
                                            int link, program_id expected) const = 0;
  /// returns: the chain, without the names of programs
  [[nodiscard]] virtual result<chain> query(const hook_place& place,
                                            const attach_point& at) const = 0;
  /// returns: as `kernel::find_sole_program`, without the program's name; absent unless a mechanism knows
  ///   such programs
  [[nodiscard]] virtual result<std::optional<sole_program>> find_sole_program(
      const hook_place&, const attach_point&) const {
    return std::optional<sole_program>{};
  }

  /// What tells an entry of a chain from the others there: "program 17 by link 5".
  [[nodiscard]] virtual std::string describe(const chain_entry& entry) const = 0;

  /// What an errno means at hooks of this mechanism: the condition, the cause and the advice that
  /// follow from the number alone. Whoever made the call adds what else is known.
  [[nodiscard]] virtual error explain(int cause, std::string_view operation,
                                      std::string_view subject) const = 0;
};

/// The driver of a mechanism, or nullptr for a number that is none.
[[nodiscard]] const hook_driver* driver_for(mechanism how) noexcept;

/// The driver of an attach point, after checking that it knows the attach type and the kind of target.
/// errors: invalid_argument, before any system call
[[nodiscard]] result<const hook_driver*> driver_of(std::string_view operation,
                                                   const attach_point& at);

}  // namespace linchpin::detail
