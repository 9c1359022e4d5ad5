// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Finishes or undoes the transaction that a journal tells of: its steps are read from the journal,
/// the
/// kernel is asked about each, and the same loop that a failed transaction goes through undoes
///   them; or finishes them, if the journal says that it was committed. Asks no policy and runs no
///   user code.
///
/// effects: may update and detach our links; other people's are not touched. Leaves no durable
///   component in `state`; `adopt` follows. What still fails for a component when it is tried once
///   more waits in that component's directory, and in `running_state::unfinished`.
///
/// returns: what was done, for people; empty if there was nothing.
/// errors: stranded for what concerns the store as a whole; what the kernel says while the store is
///   read or written.
[[nodiscard]] result<std::string> recover(running_state& state);

/// Tries again what waits in `running_state::unfinished`, and adopts the components with which that
/// succeeds.
/// returns: what was done; empty if nothing could be.
[[nodiscard]] std::string retry_unfinished(running_state& state);

}  // namespace linchpin
