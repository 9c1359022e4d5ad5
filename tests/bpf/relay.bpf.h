/* SPDX-FileCopyrightText: 2026 The linchpin authors */
/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the relay's programs and the tests that read its map agree on. */
#pragma once

enum relay_outcome {
  relay_matched = 0, /* both programs were of one version */
  relay_mixed = 1,   /* they were not */
  relay_missed = 2,  /* the second one was not there */
  relay_outcomes = 3,
};
