// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Captures in the shared library until `end_capture` gets what this returned.
extern "C" [[gnu::visibility("default")]] void* begin_capture();
extern "C" [[gnu::visibility("default")]] void end_capture(void* capture);
