// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/hook_driver.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

// The one driver of each mechanism, each in the file of its name.
[[nodiscard]] const hook_driver& xdp_native_driver() noexcept;
[[nodiscard]] const hook_driver& xdp_generic_driver() noexcept;
[[nodiscard]] const hook_driver& tcx_driver() noexcept;
[[nodiscard]] const hook_driver& clsact_driver() noexcept;
[[nodiscard]] const hook_driver& cgroup_driver() noexcept;
[[nodiscard]] const hook_driver& netns_driver() noexcept;

/// Whether cgroup links take anchors and revisions.
[[nodiscard]] answer probe_cgroup_order();

}  // namespace linchpin::detail
