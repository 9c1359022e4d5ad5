// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inline namespace that holds everything of linchpin; users write linchpin:: alone. Its name
// changes with every version that breaks binary compatibility, so that one process can hold two
// versions of linchpin.
#define LINCHPIN_ABI v0_1

// Two shared objects of one process must agree on a few things even where everything else is
// hidden: the exceptions that one throws and the other catches, and the identity of an error
// category.
#define LINCHPIN_EXPORT [[gnu::visibility("default")]]
