// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/running.hpp"

namespace linchpin {

/// Finishes or undoes the transaction that a journal tells of, from kernel truth: forward if its
/// manifest was published, back if not. What no journal and no manifest names is not touched.
///
/// effects: may update and detach our links; other people's are not touched. Leaves no durable
///   component in `state`; `adopt` follows.
/// returns: what was done, for people; empty if there was nothing.
[[nodiscard]] result<std::string> recover(running_state& state, const decisions& policies);

/// Drops what this process holds of durable components; `adopt` reads them anew.
void forget_durable(running_state& state);

/// Takes over what the manifest says is running: opens its program and map pins and checks that
/// they are what the manifest recorded. Traffic is not touched.
/// errors: conflict when a pin is missing or holds something else.
[[nodiscard]] result<void> adopt(running_state& state);

}  // namespace linchpin
