// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/bpf_call.hpp"
#include "kernel/hook_driver.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What the mechanisms whose attachments are bpf_links have in common: update, detach, and the words
/// for what LINK_CREATE and LINK_UPDATE answer.
class link_driver : public hook_driver {
 public:
  [[nodiscard]] result<void> update(const update_request& request) const override;
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id, int link,
                                    program_id expected) const override;
  [[nodiscard]] std::string describe(const chain_entry& entry) const override;
  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override;

 protected:
  /// "interface", "cgroup", "netns"
  [[nodiscard]] virtual std::string_view target_word() const noexcept = 0;

 private:
  [[nodiscard]] error explain_update(int cause, const update_request& request, int link,
                                     int old_program) const;
};

inline constexpr std::string_view attaching = "attach";

/// "tcx_ingress eth0, program fw". Asks the kernel for the name, so only for messages.
[[nodiscard]] std::string attach_subject(const attach_request& request);

/// The arguments of BPF_LINK_CREATE for a place, without flags.
[[nodiscard]] link_create_arguments link_arguments(const hook_place& place,
                                                   const attach_request& request) noexcept;

/// The attachment of a link that was just made.
[[nodiscard]] result<driven_attachment> attachment_of(unique_fd link);

[[nodiscard]] bool is_relative(const anchor& where) noexcept;

/// The refusal of a place that the mechanism cannot give.
[[nodiscard]] error no_order(const attach_request& request, std::string_view why);

/// Enters the place in a chain that the kernel keeps in order.
void enter_anchor(const anchor& where, link_create_arguments& arguments) noexcept;

/// Adds what is known about a clash with another writer of an ordered chain.
[[nodiscard]] error stale_revision(error made, const anchor& where);
[[nodiscard]] error missing_anchor(error made, const hook_driver& driver, const anchor& where);

}  // namespace linchpin::detail
