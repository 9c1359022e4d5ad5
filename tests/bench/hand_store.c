/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "hand_store.h"
#include "hand_bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Before every change: the directory is still the one that was locked, and this is still the process
 * that locked it. */
int hand_check_lock(const struct hand_written* hand) {
  struct stat named;
  if (*hand->not_forked == 0) return -EBUSY;
  if (stat(hand->root, &named) != 0) return -errno;
  return hand->locked.st_dev == named.st_dev && hand->locked.st_ino == named.st_ino ? 0 : -ESTALE;
}

int hand_take_lock(struct hand_written* hand) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  hand->not_forked = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (hand->not_forked == MAP_FAILED) return -errno;
  if (madvise(hand->not_forked, page, MADV_WIPEONFORK) != 0) return -errno;
  *hand->not_forked = 1;
  hand->lock = open(hand->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (hand->lock < 0 || flock(hand->lock, LOCK_EX | LOCK_NB) != 0) return -errno;
  if (fstat(hand->lock, &hand->locked) != 0) return -errno;
  snprintf(hand->through, sizeof hand->through, "/proc/self/fd/%d", hand->lock);
  return 0;
}

void hand_link_path(const struct hand_written* hand, size_t index, char* path) {
  snprintf(path, path_bytes, "%s/bench/link-%zu", hand->through, index);
}

void hand_generation_path(const struct hand_written* hand, uint32_t generation, char* path) {
  snprintf(path, path_bytes, "%s/bench/gen-%u", hand->through, generation);
}

/* What somebody else pinned under the same name stays. */
static int unpin_ours(const char* path, int is_program, uint32_t recorded) {
  struct bpf_prog_info about_program = {0};
  struct bpf_map_info about_map = {0};
  const int pinned = open_pin(path);
  if (pinned < 0) return pinned;
  const int got = is_program ? read_info(pinned, &about_program, sizeof about_program)
                             : read_info(pinned, &about_map, sizeof about_map);
  close(pinned);
  if (got != 0) return got;
  if ((is_program ? about_program.id : about_map.id) != recorded) return -ESTALE;
  return unlink(path) == 0 ? 0 : -errno;
}

int hand_remove_generation(const struct hand_written* hand, uint32_t generation) {
  char directory[path_bytes];
  char path[path_bytes + 256];
  hand_generation_path(hand, generation, directory);
  const int checked = hand_check_lock(hand);
  if (checked != 0) return checked;
  DIR* open = opendir(directory);
  if (open == NULL) return -errno;
  char names[4][64];
  int count = 0;
  for (const struct dirent* entry = readdir(open); entry != NULL && count < 4;
       entry = readdir(open)) {
    if (entry->d_name[0] == '.') continue;
    snprintf(names[count++], sizeof names[0], "%.63s", entry->d_name);
  }
  closedir(open);
  for (int i = 0; i < count; ++i) {
    snprintf(path, sizeof path, "%s/%s", directory, names[i]);
    const int is_program = strncmp(names[i], "prog-", 5) == 0;
    const int got = unpin_ours(path, is_program, is_program ? hand->program_id : hand->map_id);
    if (got != 0) return got;
  }
  if (unlink(directory) == 0 || errno != EISDIR) return -EINVAL;
  return rmdir(directory) == 0 ? 0 : -errno;
}

/* One hook's record, field by field, as long as linchpin's. */
static void put_hook(char** at, const struct hand_written* hand, uint32_t slot) {
  const struct hook* hook = &hand->hooks[slot];
  const int tcx = hand->kind == HAND_TCX_INGRESS;
  const uint8_t how = tcx ? 3 : 5;
  const uint8_t kind = tcx ? 1 : 2;
  const uint64_t generation = hand->generation;
  const uint64_t netns = 0;
  const uint16_t filter_priority = 0;
  const uint32_t filter_handle = 0;
  const int32_t priority = 0;
  put_text(at, tcx ? "tcx_ingress" : "cgroup_skb_ingress");
  put_text(at, hook->target);
  put_text(at, hand_program_name);
  put(at, &generation, sizeof generation);
  put(at, &how, sizeof how);
  put(at, &kind, sizeof kind);
  put(at, &hook->identity, sizeof hook->identity);
  put(at, &netns, sizeof netns);
  put(at, &hook->link, sizeof hook->link);
  put(at, &filter_priority, sizeof filter_priority);
  put(at, &filter_handle, sizeof filter_handle);
  put(at, &slot, sizeof slot);
  put(at, &priority, sizeof priority);
}

/* One hook's step of the journal. */
static void put_step(char** at, uint32_t index) {
  const uint8_t kind = 6;
  const uint32_t change = 0;
  const uint64_t number = 0;
  const uint16_t no_neighbours = 0;
  put(at, &kind, sizeof kind);
  put(at, &change, sizeof change);
  put(at, &index, sizeof index);
  put(at, &index, sizeof index);
  put(at, &number, sizeof number);
  put(at, &no_neighbours, sizeof no_neighbours);
}

/* A record that is damaged must not be taken for one: its first word is the sum of the others, four
 * of which are summed at a time. */
static void seal(char* record, size_t bytes) {
  uint64_t sum[4] = {bytes, 1, 2, 3};
  for (size_t at = sizeof sum[0]; at < bytes; at += sizeof sum) {
    uint64_t words[4] = {0};
    memcpy(words, record + at, bytes - at < sizeof words ? bytes - at : sizeof words);
    for (int i = 0; i < 4; ++i) {
      sum[i] = (sum[i] ^ words[i]) * 0x9e3779b97f4a7c15;
      sum[i] ^= sum[i] >> 32;
    }
  }
  sum[0] ^= sum[1] ^ sum[2] ^ sum[3];
  memcpy(record, sum, sizeof sum[0]);
}

/* Whether nothing of somebody else's stands at the path. */
static int check_place(const char* path) {
  struct bpf_map_info about = {0};
  const int there = open_pin(path);
  if (there == -ENOENT) return 0;
  if (there < 0) return there;
  const int got = read_info(there, &about, sizeof about);
  close(there);
  if (got != 0) return got;
  return strcmp(about.name, hand_blob_name) == 0 ? 0 : -EEXIST;
}

/* A record is the value of a pinned, mmapable array map, published by rename(2). */
static int publish(const char* path, const char* record, size_t bytes) {
  char next[path_bytes + 16];
  snprintf(next, sizeof next, "%s-next", path);
  int got = check_place(path);
  if (got != 0) return got;
  struct bpf_map_create_opts options = {.sz = sizeof options, .map_flags = BPF_F_MMAPABLE};
  const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, hand_blob_name, 4,
                                 (uint32_t)bytes + header_bytes, 1, &options);
  if (map < 0) return map;
  char* value = mmap(NULL, bytes + header_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  if (value == MAP_FAILED) {
    got = -errno;
  } else {
    memcpy(value + header_bytes, record, bytes);
    munmap(value, bytes + header_bytes);
  }
  if (got == 0) got = pin(map, next);
  if (got == 0 && rename(next, path) != 0) got = -errno;
  close(map);
  return got;
}

int hand_write_journal(const struct hand_written* hand) {
  char path[path_bytes];
  snprintf(path, sizeof path, "%s/journal", hand->through);
  char* record = calloc(1, hand->journal_bytes);
  if (record == NULL) return -ENOMEM;
  char* at = record + sizeof(uint64_t);
  put(&at, &hand->generation, sizeof hand->generation);
  for (uint32_t i = 0; i < hand->count; ++i) put_hook(&at, hand, i);
  for (uint32_t i = 0; i < hand->count; ++i) put_step(&at, i);
  if ((size_t)(at - record) > hand->journal_bytes) abort();
  seal(record, hand->journal_bytes);
  int got = hand_check_lock(hand);
  if (got == 0) got = publish(path, record, hand->journal_bytes);
  free(record);
  return got;
}

int hand_clear_journal(const struct hand_written* hand) {
  char path[path_bytes];
  snprintf(path, sizeof path, "%s/journal", hand->through);
  int got = hand_check_lock(hand);
  if (got == 0) got = check_place(path);
  if (got == 0 && unlink(path) != 0) got = -errno;
  return got;
}

/* Twice, so that one that is damaged is no loss. */
int hand_write_record(const struct hand_written* hand) {
  static const char* const names[] = {"record", "record-copy"};
  char path[path_bytes];
  char* record = calloc(1, hand->record_bytes);
  if (record == NULL) return -ENOMEM;
  char* at = record + sizeof(uint64_t);
  put(&at, &hand->generation, sizeof hand->generation);
  for (uint32_t i = 0; i < hand->count; ++i) put_hook(&at, hand, i);
  if ((size_t)(at - record) > hand->record_bytes) abort();
  seal(record, hand->record_bytes);
  int got = hand_check_lock(hand);
  for (int i = 0; got == 0 && i < 2; ++i) {
    snprintf(path, sizeof path, "%s/bench/%s", hand->through, names[i]);
    got = publish(path, record, hand->record_bytes);
  }
  free(record);
  return got;
}
