// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inline namespace that everything of linchpin is in; users write linchpin:: alone. It changes with every
// version that breaks binary compatibility, so that one process can hold two of them.
#define LINCHPIN_ABI v0_1

// What two shared objects of one process have to agree on even where everything else is hidden: exceptions that
// one throws and the other catches, and the identity of an error category.
#define LINCHPIN_EXPORT [[gnu::visibility("default")]]
