// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstdint>
#include <span>

namespace linchpin::detail {

/// A free tc priority for a filter that must stand where the anchor says. Filters run in ascending
/// priority, 1 to 65535; gaps of 256 are left where there is room, so that others fit in later.
/// \param taken   every priority in use at the hook, ascending, filters that are not BPF included
/// \param entries the BPF filters at the hook, in run order
/// errors: conflict when the anchor's filter is not there; full when no number is free there
[[nodiscard]] result<std::uint16_t> choose_tc_priority(std::span<const std::uint16_t> taken,
                                                       std::span<const chain_entry> entries,
                                                       const anchor& where);

}  // namespace linchpin::detail
