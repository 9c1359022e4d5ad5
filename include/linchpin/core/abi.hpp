// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inline namespace that holds everything of linchpin; users write linchpin:: alone. Its name
// changes with every version that breaks binary compatibility, so that one process can hold two
// versions of linchpin.
#define LINCHPIN_ABI v0_1

// Two shared objects of one process must agree on a few things even where everything else is
// hidden: the exceptions that one throws and the other catches, the identity of an error category,
// and who has taken libbpf's print callback, of which a process has one.
#define LINCHPIN_EXPORT [[gnu::visibility("default")]]

namespace linchpin::inline LINCHPIN_ABI {

/// Who collects what libbpf prints. Nothing for users; it has a name here only because shared
/// objects share it.
struct LINCHPIN_EXPORT print_capture;

}  // namespace linchpin
