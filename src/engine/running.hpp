// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/status.hpp>
#include <linchpin/store/store.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace linchpin {

/// A component that runs, and what this process holds of it.
struct running_component {
  component_record record;
  lifetime_kind lifetime = lifetime_kind::durable;
  std::vector<handle> programs;  ///< parallel to record.programs
  std::vector<handle> maps;      ///< parallel to record.maps
  /// Parallel to record.attachments; empty for durable components, whose links are pinned and
  /// opened when needed (a thousand hooks must not cost a thousand descriptors).
  std::vector<handle> links;
  /// Found in the store: before its maps are reused, the kernel is asked what they are.
  bool inherited = false;

  [[nodiscard]] handle_ref program(std::string_view name) const noexcept;
  [[nodiscard]] handle_ref map(std::string_view name) const noexcept;
};

[[nodiscard]] std::uint64_t next_serial() noexcept;

/// All that runs below one root.
struct running_state {
  linchpin::store store;
  std::vector<running_component> components;
  /// Which state this is: another after every transaction, and no two of a process share one.
  std::uint64_t serial = next_serial();
  /// False from the moment recovery begins until all durable components are held again.
  bool adopted = false;
  std::string link_path{};  ///< of the link looked at last; kept for its memory

  [[nodiscard]] running_component* find(std::string_view component) noexcept;
};

/// Writes the manifest again, with the records of the durable components as they are now.
[[nodiscard]] result<void> republish(running_state& state);

/// The place of one of our attachments.
[[nodiscard]] attach_point point_of(const attachment_record& record);

/// "tcx_ingress eth0, program fw_ingress": the subject of messages about an attachment.
[[nodiscard]] std::string subject_of(const attachment_record& record);

/// What one attachment was found to be.
struct observed_attachment {
  attachment_state state = attachment_state::live;
  program_id program{};
};

/// Says in a request which link it is about: by our handle or by its pin.
void name_link(const store& of, const running_component& component, std::size_t attachment,
               update_request& request);

/// A link that may be ours to keep (ephemeral) or was opened from its pin for a moment (durable).
class borrowed_link {
 public:
  /// An absent pin gives an empty one.
  [[nodiscard]] static result<borrowed_link> of(running_state& state,
                                                const running_component& component,
                                                std::size_t attachment);
  [[nodiscard]] handle_ref ref() const noexcept { return opened_ ? opened_.ref() : kept_; }

 private:
  handle opened_;
  handle_ref kept_;
};

/// cost: 3 syscalls for an attachment with a pinned link.
[[nodiscard]] result<observed_attachment> observe(running_state& state,
                                                  const running_component& component,
                                                  std::size_t attachment);

}  // namespace linchpin
