/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the block list's program and the tests that read its map agree on. */
#pragma once

enum {
  forbidden_port = 4748,
  verdict_passed = 0,
  verdict_dropped = 1,
  verdicts_of_blocklist = 2,
};
