// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace capturing_library {

// Captures in the shared library until `end` gets what this returned.
[[gnu::visibility("default")]] void* begin();
[[gnu::visibility("default")]] void end(void* capture);

}  // namespace capturing_library
