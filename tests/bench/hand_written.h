/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program a C programmer writes instead of using linchpin: one object, one program, one map,
 * the same program at many hooks. It keeps what linchpin keeps (pins by generation, pinned links, a
 * journal and a record with its copy, each with its sum, in a locked directory) and makes the same system calls for
 * it, and nothing besides.
 *
 * All functions return 0 or a negated errno. */

enum hand_hook_kind { HAND_CGROUP_INGRESS, HAND_TCX_INGRESS };

struct hand_setup {
  const char* root; /* a directory on a bpffs, which exists */
  enum hand_hook_kind kind;
  const char* const* targets; /* cgroup paths or interface names */
  size_t count;
  const void* elf;
  size_t elf_bytes;
  /* How long the records are that linchpin writes for the same state. */
  size_t record_bytes;
  size_t journal_bytes;
};

struct hand_written;

/* First start: loads, attaches everywhere, pins. */
int hand_start(const struct hand_setup* setup, struct hand_written** made);

/* Looks what every hook runs: what a plan has to know. */
int hand_observe(struct hand_written* hand);

/* Opens the ELF of another version: what a plan has done by the time it is applied. */
int hand_open(struct hand_written* hand, const void* elf, size_t elf_bytes);

/* Loads the version that was opened and moves every hook to it, in place, verified, journaled. */
int hand_upgrade(struct hand_written* hand);

void hand_end(struct hand_written* hand);

#ifdef __cplusplus
}
#endif
