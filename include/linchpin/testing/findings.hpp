// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// What a check of a policy found, a sentence each.
///
/// Nothing means that the usual mistakes are not there; it proves no policy right. A sentence is
/// not repeated, however often a check met what it says.
using findings = std::vector<std::string>;

}  // namespace linchpin::testing
