// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inline namespace that everything of linchpin is in; users write linchpin:: alone. It changes with every
// version that breaks binary compatibility, so that one process can hold two of them.
#define LINCHPIN_ABI v0_1
