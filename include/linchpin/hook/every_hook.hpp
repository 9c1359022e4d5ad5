// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The values of all hook families: `hook::xdp{"eth0"}`,
// `hook::cgroup_connect4{"/sys/fs/cgroup/web"}`. Each room's header, linchpin/hook/<family>.hpp, also
// stands alone.
// A path has no parentheses. NOLINTNEXTLINE(bugprone-macro-parentheses)
#define LINCHPIN_HEADER_OF_ROOM(room) <linchpin/hook/room.hpp>
#include <linchpin/hook/rooms.inc>
#undef LINCHPIN_HEADER_OF_ROOM
