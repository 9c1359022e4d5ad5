// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/target.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The target of an attach point after it was found; open where the kernel takes a descriptor for
/// it.
struct hook_place {
  unique_fd open{};  ///< a cgroup directory or a netns file; empty for an interface
  /// What bpf(2) and rtnetlink name it by: the descriptor or the ifindex.
  std::uint32_t number = 0;
};

/// What to attach, and where.
/// ownership: borrows everything, for the call only.
struct attach_request {
  const attach_point& at;
  int program;
  const anchor& where;
  const kernel_facts& facts;
};

/// What an attach returns. `link` is empty for mechanisms without links.
struct driven_attachment {
  linchpin::link link;
  attachment_id id;
};

/// The numbers that programs have at one hook, where numbers order them: ascending, from 1.
struct numbers_taken {
  std::span<const std::uint16_t> programs;  ///< of eBPF programs, in run order
  std::span<const std::uint16_t> others;    ///< of everything else at the hook, ascending
};

/// How one mechanism attaches programs. No code outside the driver knows the mechanism.
///
/// `update` and `detach` of a link need no target. A driver that needs one for them finds it
/// itself.
///
/// threads: drivers have no state and may be used from any thread.
class hook_driver {
 public:
  explicit hook_driver(const mechanism_traits& traits) noexcept : traits_(&traits) {}
  hook_driver(const hook_driver&) = delete;
  hook_driver& operator=(const hook_driver&) = delete;
  virtual ~hook_driver() = default;

  [[nodiscard]] const mechanism_traits& traits() const noexcept { return *traits_; }
  /// "tcx link", "clsact filter"
  [[nodiscard]] std::string_view name() const noexcept { return traits_->name; }
  /// The kind of target that it attaches to.
  [[nodiscard]] target_kind target() const noexcept { return traits_->target->kind; }

  /// Finds out whether this kernel has the mechanism, and whether it orders its chain.
  /// effects: loads scratch programs, and tries attaches that cannot succeed; attaches nothing
  [[nodiscard]] virtual mechanism_facts probe() const = 0;

  /// What a name means at this moment, as a target of this mechanism's kind.
  /// \param[in,out] shared what several names that are resolved at once have in common
  /// returns: nothing where there is no such target
  [[nodiscard]] virtual result<std::optional<target_identity>> resolve(
      target_lookup& shared, const std::string& name) const = 0;
  /// The name of a target at this moment, where targets of this kind are renamed.
  [[nodiscard]] virtual result<std::optional<std::string>> name_of(const target_identity&) const {
    return std::optional<std::string>{};
  }

  /// Finds the target and makes sure that it still is the one that was resolved.
  /// errors: not_found; conflict when the name means another target than it did
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
  /// returns: as `kernel::find_sole_program`, without the program's name; absent unless a mechanism
  ///   knows such programs
  [[nodiscard]] virtual result<std::optional<sole_program>> find_sole_program(
      const hook_place&, const attach_point&) const {
    return std::optional<sole_program>{};
  }

  /// Chooses a free number for a program that is to run at a place among the others, where numbers
  /// order programs.
  /// \param index how many of the eBPF programs run before the new one
  /// errors: full when no number is free there; unsupported where there are no numbers
  [[nodiscard]] virtual result<std::uint16_t> choose_number(const numbers_taken&, std::size_t,
                                                            anchor_kind) const {
    return no_numbers();
  }
  /// The number for a program that is to stand where the anchor says: the one that it names, or
  /// else a free one.
  /// errors: conflict when the anchor is not there, or the number that it names is taken or no
  ///   longer at that place; as `choose_number`
  [[nodiscard]] virtual result<std::uint16_t> number_at(const chain&, const anchor&) const {
    return no_numbers();
  }
  /// One more than the last number that a program can have; 0 where there are no numbers.
  [[nodiscard]] virtual std::uint32_t past_last_number() const noexcept { return 0; }

  /// The errno with which the kernel refuses a program at a full chain.
  [[nodiscard]] virtual int full_errno() const noexcept { return E2BIG; }

  /// An entry of a chain in words that tell it from the others: "program 17 by link 5".
  [[nodiscard]] virtual std::string describe(const chain_entry& entry) const = 0;

  /// The attachment of an entry in words, without its program: "link 5"; "an attachment" where the
  /// kernel reports no more.
  [[nodiscard]] virtual std::string attachment_text(const chain_entry& entry) const {
    if (!entry.link) return "an attachment";
    return "link " + std::to_string(entry.link.value);
  }

  /// What an errno means at hooks of this mechanism: the condition, the cause and the advice that
  /// follow from the number alone. Whoever made the call adds what else is known.
  [[nodiscard]] virtual error explain(int cause, std::string_view operation,
                                      std::string_view subject) const = 0;

 private:
  [[nodiscard]] error no_numbers() const {
    return error{errc::unsupported, "choose number"}
        .expected("a mechanism that orders programs by numbers")
        .found(name());
  }

  const mechanism_traits* traits_;
};

}  // namespace linchpin::detail
