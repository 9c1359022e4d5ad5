// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/store.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin {

/// How ending one of our attachments came out.
enum class ending : std::uint8_t {
  ended,
  absent,    ///< it was gone already
  not_ours,  ///< something else stands where it was recorded; it was left alone
};

/// Ends an attachment and removes its pin, if its identity proves that it is ours: a link by its
/// id, in our pin or our hand (whatever program it runs by now); a filter by its place and program.
///
/// \param kept     the link of an ephemeral component; empty for a durable one, which is pinned
/// \param expected the program of a filter; not looked at for links
[[nodiscard]] result<ending> end_attachment(store& in, std::string_view component,
                                            const attachment_record& record, handle_ref kept,
                                            program_id expected);

/// "component firewall, tcx_ingress eth0, program fw_ingress": for messages.
[[nodiscard]] std::string subject_of(std::string_view component, const attachment_record& record);

}  // namespace linchpin
