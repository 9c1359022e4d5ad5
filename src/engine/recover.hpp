// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/running.hpp"

namespace linchpin {

/// Finishes or undoes the transaction that a journal tells of: its steps are read from the journal, the
/// kernel is asked about each, and the same loop that a failed transaction goes through undoes them;
/// or finishes them, if the journal says that it was committed. Asks no policy and runs no user code.
///
/// effects: may update and detach our links; other people's are not touched. Leaves no durable
///   component in `state`; `adopt` follows.
/// returns: what was done, for people; empty if there was nothing.
[[nodiscard]] result<std::string> recover(running_state& state);

}  // namespace linchpin
