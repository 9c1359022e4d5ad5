/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hand_written.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* What the hand-written program keeps, and its store: one lock, a journal, a record in two copies. */

enum { path_bytes = 192, header_bytes = 16, bpf_tcx_ingress = 46 };

#define hand_program_name "count_packets"
#define hand_map_name "packets"
#define hand_blob_name "hand_blob"

struct hook {
  char* target;
  uint64_t identity;
  uint32_t link;
};

struct hand_written {
  char root[64];
  char through[32]; /* the same directory by the descriptor that holds its lock */
  int lock;
  struct stat locked;
  int* not_forked; /* in a page that a child finds emptied */
  enum hand_hook_kind kind;
  struct hook* hooks;
  size_t count;
  uint32_t generation;
  int program;
  uint32_t program_id;
  int map;
  uint32_t map_id;
  size_t record_bytes;
  size_t journal_bytes;
  struct bpf_object* opened; /* for the next load */
};

struct loaded {
  int program;
  uint32_t program_id;
  int map;
  uint32_t map_id;
};

int hand_check_lock(const struct hand_written* hand);
int hand_take_lock(struct hand_written* hand);
void hand_link_path(const struct hand_written* hand, size_t index, char* path);
void hand_generation_path(const struct hand_written* hand, uint32_t generation, char* path);
int hand_remove_generation(const struct hand_written* hand, uint32_t generation);
int hand_write_journal(const struct hand_written* hand);
int hand_clear_journal(const struct hand_written* hand);
int hand_write_record(const struct hand_written* hand);
