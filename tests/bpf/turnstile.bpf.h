/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the turnstile's programs and the tests that read its map agree on. */
#pragma once

enum {
  turnstile_port = 4747,
  turnstile_tcx = 0,
  turnstile_xdp = 1,
  turnstile_cgroup = 2,
  turnstile_hooks = 3,
  turnstile_versions = 4,
};
