// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Refuses a directory that is inside another store. What stands above it is followed to the end of
/// its bpffs; a directory that may not be read is asked for its files only, and not for its lock.
/// The lock of the mount itself does not count either: other tools take it.
/// \param inside  a descriptor of the deepest directory to look at
/// \param subject the store that is to be locked, for the message
/// errors: already_exists, with the path of the other store
[[nodiscard]] result<void> refuse_store_above(std::string_view operation,
                                              const std::string& subject, int inside);

/// As `refuse_store_above`, for a directory in which the store is yet to be made.
[[nodiscard]] result<void> refuse_store_at_or_above(std::string_view operation,
                                                    const std::string& subject, int directory);

/// Refuses a directory that has another store inside. Looks three levels deep and not into gen-*
/// directories; what is deeper is refused by `refuse_store_above` when it is locked itself.
/// errors: already_exists, with the path of the other store
[[nodiscard]] result<void> refuse_store_below(std::string_view operation,
                                              const std::string& subject, int directory);

/// Who holds the lock of an open directory, in words: "pid 17 (edge)".
[[nodiscard]] std::string lock_holder_text(int directory);

}  // namespace linchpin::detail
