/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "hand_written.h"
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

enum { path_bytes = 192, header_bytes = 16, bpf_tcx_ingress = 46 };

static const char program_name[] = "count_packets";
static const char map_name[] = "packets";
static const char blob_name[] = "hand_blob";

struct hook {
  char* target;
  uint64_t identity;
  uint32_t link;
};

struct hand_written {
  char root[64];
  char through[32]; /* the same directory by the descriptor that holds its lock */
  int lock;
  pid_t owner;
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

/* Before every change: the directory is still the one that was locked, and this is still the process
 * that locked it. */
static int check_lock(const struct hand_written* hand) {
  struct stat locked;
  struct stat named;
  if (syscall(__NR_getpid) != hand->owner) return -EBUSY;
  if (fstat(hand->lock, &locked) != 0 || stat(hand->root, &named) != 0) return -errno;
  return locked.st_dev == named.st_dev && locked.st_ino == named.st_ino ? 0 : -ESTALE;
}

static int take_lock(struct hand_written* hand) {
  hand->owner = getpid();
  hand->lock = open(hand->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (hand->lock < 0 || flock(hand->lock, LOCK_EX | LOCK_NB) != 0) return -errno;
  snprintf(hand->through, sizeof hand->through, "/proc/self/fd/%d", hand->lock);
  return 0;
}

static void link_path(const struct hand_written* hand, size_t index, char* path) {
  snprintf(path, path_bytes, "%s/bench/link-%zu", hand->through, index);
}

static void generation_path(const struct hand_written* hand, uint32_t generation, char* path) {
  snprintf(path, path_bytes, "%s/bench/gen-%u", hand->through, generation);
}

int hand_open(struct hand_written* hand, const void* elf, size_t elf_bytes) {
  struct bpf_object_open_opts options = {.sz = sizeof options, .object_name = "bench"};
  hand->opened = bpf_object__open_mem(elf, elf_bytes, &options);
  return hand->opened != NULL ? 0 : -errno;
}

/* Closes what hand_open opened. */
static int load(struct hand_written* hand, struct loaded* made) {
  struct bpf_object* object = hand->opened;
  if (object == NULL) return -EINVAL;
  hand->opened = NULL;
  struct bpf_program* program = bpf_object__find_program_by_name(object, program_name);
  struct bpf_map* map = bpf_object__find_map_by_name(object, map_name);
  int got = program != NULL && map != NULL ? 0 : -ENOENT;
  if (got == 0) {
    bpf_map__set_pin_path(map, NULL);
    bpf_program__set_type(program, hand->kind == HAND_TCX_INGRESS ? BPF_PROG_TYPE_SCHED_CLS
                                                                  : BPF_PROG_TYPE_CGROUP_SKB);
    bpf_program__set_expected_attach_type(program, hand->kind == HAND_TCX_INGRESS
                                                       ? (enum bpf_attach_type)bpf_tcx_ingress
                                                       : BPF_CGROUP_INET_INGRESS);
  }
  if (got == 0 && hand->map >= 0) got = bpf_map__reuse_fd(map, hand->map);
  if (got == 0) got = bpf_object__load(object);
  if (got == 0) {
    struct bpf_prog_info about_program = {0};
    struct bpf_map_info about_map = {0};
    made->program = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 3);
    got = read_info(made->program, &about_program, sizeof about_program);
    made->program_id = about_program.id;
    made->map = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3);
    if (got == 0) got = read_info(made->map, &about_map, sizeof about_map);
    made->map_id = about_map.id;
  }
  bpf_object__close(object);
  return got;
}

static int pin_generation(const struct hand_written* hand, uint32_t generation,
                          const struct loaded* what) {
  char directory[path_bytes];
  char path[path_bytes + 32];
  generation_path(hand, generation, directory);
  snprintf(path, sizeof path, "%s/prog-%s", directory, program_name);
  int got = check_lock(hand);
  if (got == 0) got = pin_in_new_directory(what->program, directory, path);
  if (got == 0) got = check_lock(hand);
  if (got != 0) return got;
  snprintf(path, sizeof path, "%s/map-%s", directory, map_name);
  return pin(what->map, path);
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

static int remove_generation(const struct hand_written* hand, uint32_t generation) {
  char directory[path_bytes];
  char path[path_bytes + 256];
  generation_path(hand, generation, directory);
  const int checked = check_lock(hand);
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
  put_text(at, program_name);
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

/* Whether nothing of somebody else's stands at the path. */
static int check_place(const char* path) {
  struct bpf_map_info about = {0};
  const int there = open_pin(path);
  if (there == -ENOENT) return 0;
  if (there < 0) return there;
  const int got = read_info(there, &about, sizeof about);
  close(there);
  if (got != 0) return got;
  return strcmp(about.name, blob_name) == 0 ? 0 : -EEXIST;
}

/* A record is the value of a pinned, mmapable array map, published by rename(2). */
static int publish(const char* path, const char* record, size_t bytes) {
  char next[path_bytes + 16];
  snprintf(next, sizeof next, "%s-next", path);
  int got = check_place(path);
  if (got != 0) return got;
  struct bpf_map_create_opts options = {.sz = sizeof options, .map_flags = BPF_F_MMAPABLE};
  const int map =
      bpf_map_create(BPF_MAP_TYPE_ARRAY, blob_name, 4, (uint32_t)bytes + header_bytes, 1, &options);
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

static int write_journal(const struct hand_written* hand) {
  char path[path_bytes];
  snprintf(path, sizeof path, "%s/journal", hand->through);
  char* record = calloc(1, hand->journal_bytes);
  if (record == NULL) return -ENOMEM;
  char* at = record;
  put(&at, &hand->generation, sizeof hand->generation);
  for (uint32_t i = 0; i < hand->count; ++i) put_hook(&at, hand, i);
  for (uint32_t i = 0; i < hand->count; ++i) put_step(&at, i);
  if ((size_t)(at - record) > hand->journal_bytes) abort();
  int got = check_lock(hand);
  if (got == 0) got = publish(path, record, hand->journal_bytes);
  free(record);
  return got;
}

static int clear_journal(const struct hand_written* hand) {
  char path[path_bytes];
  snprintf(path, sizeof path, "%s/journal", hand->through);
  int got = check_lock(hand);
  if (got == 0) got = check_place(path);
  if (got == 0 && unlink(path) != 0) got = -errno;
  return got;
}

/* Twice, so that one that is damaged is no loss. */
static int write_record(const struct hand_written* hand) {
  static const char* const names[] = {"record", "record-copy"};
  char path[path_bytes];
  char* record = calloc(1, hand->record_bytes);
  if (record == NULL) return -ENOMEM;
  char* at = record;
  put(&at, &hand->generation, sizeof hand->generation);
  for (uint32_t i = 0; i < hand->count; ++i) put_hook(&at, hand, i);
  if ((size_t)(at - record) > hand->record_bytes) abort();
  int got = check_lock(hand);
  for (int i = 0; got == 0 && i < 2; ++i) {
    snprintf(path, sizeof path, "%s/bench/%s", hand->through, names[i]);
    got = publish(path, record, hand->record_bytes);
  }
  free(record);
  return got;
}

static int identify(struct hand_written* hand, struct hook* hook) {
  if (hand->kind == HAND_TCX_INGRESS) {
    hook->identity = if_nametoindex(hook->target);
    return hook->identity != 0 ? 0 : -errno;
  }
  struct stat about;
  if (stat(hook->target, &about) != 0) return -errno;
  hook->identity = about.st_ino;
  return 0;
}

static int attach(struct hand_written* hand, size_t index) {
  struct hook* hook = &hand->hooks[index];
  const int tcx = hand->kind == HAND_TCX_INGRESS;
  const int target =
      tcx ? (int)hook->identity : open(hook->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (target < 0) return -errno;
  struct {
    uint32_t program;
    uint32_t target;
    uint32_t attach_type;
    uint32_t flags;
  } attributes = {(uint32_t)hand->program, (uint32_t)target,
                  tcx ? (uint32_t)bpf_tcx_ingress : (uint32_t)BPF_CGROUP_INET_INGRESS, 0};
  const int link = sys_bpf(BPF_LINK_CREATE, &attributes, sizeof attributes);
  if (!tcx) close(target);
  if (link < 0) return link;
  struct bpf_link_info about = {0};
  char path[path_bytes];
  link_path(hand, index, path);
  int got = read_info(link, &about, sizeof about);
  hook->link = about.id;
  if (got == 0) got = pin(link, path);
  close(link);
  return got;
}

int hand_start(const struct hand_setup* setup, struct hand_written** made) {
  struct hand_written* hand = calloc(1, sizeof *hand);
  *made = hand;
  if (hand == NULL) return -ENOMEM;
  hand->program = hand->map = hand->lock = -1;
  hand->hooks = calloc(setup->count, sizeof *hand->hooks);
  if (hand->hooks == NULL) return -ENOMEM;
  snprintf(hand->root, sizeof hand->root, "%s", setup->root);
  hand->kind = setup->kind;
  hand->count = setup->count;
  hand->generation = 1;
  hand->record_bytes = setup->record_bytes;
  hand->journal_bytes = setup->journal_bytes;
  for (size_t i = 0; i < setup->count; ++i) {
    hand->hooks[i].target = strdup(setup->targets[i]);
    if (hand->hooks[i].target == NULL) return -ENOMEM;
    const int got = identify(hand, &hand->hooks[i]);
    if (got != 0) return got;
  }
  struct loaded fresh;
  int got = take_lock(hand);
  if (got == 0) got = hand_open(hand, setup->elf, setup->elf_bytes);
  if (got == 0) got = load(hand, &fresh);
  if (got != 0) return got;
  hand->program = fresh.program;
  hand->program_id = fresh.program_id;
  hand->map = fresh.map;
  hand->map_id = fresh.map_id;
  char directory[path_bytes];
  snprintf(directory, sizeof directory, "%s/bench", hand->through);
  if (mkdir(directory, 0700) != 0) return -errno;
  got = pin_generation(hand, hand->generation, &fresh);
  for (size_t i = 0; got == 0 && i < hand->count; ++i) got = attach(hand, i);
  return got != 0 ? got : write_record(hand);
}

static int identity_now(struct hand_written* hand, const struct hook* hook, int socket,
                        uint64_t* identity) {
  if (hand->kind == HAND_TCX_INGRESS) {
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", hook->target);
    if (ioctl(socket, SIOCGIFINDEX, &request) != 0) return -errno;
    *identity = (uint64_t)request.ifr_ifindex;
    return 0;
  }
  struct {
    struct {
      unsigned int bytes;
      int type;
    } head;
    uint64_t id;
  } handle = {{sizeof handle.id, 0}, 0};
  int mount = 0;
  if (syscall(__NR_name_to_handle_at, AT_FDCWD, hook->target, &handle, &mount, 0) != 0) {
    return -errno;
  }
  *identity = handle.id;
  return 0;
}

int hand_observe(struct hand_written* hand) {
  struct stat netns;
  struct statfs about;
  int got = 0;
  int socket_fd = -1;
  if (hand->kind == HAND_TCX_INGRESS) {
    socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_fd < 0 || stat("/proc/thread-self/ns/net", &netns) != 0) got = -errno;
  } else if (statfs(hand->hooks[0].target, &about) != 0) {
    got = -errno;
  }
  for (size_t i = 0; got == 0 && i < hand->count; ++i) {
    const struct hook* hook = &hand->hooks[i];
    uint64_t identity = 0;
    got = identity_now(hand, hook, socket_fd, &identity);
    if (got == 0 && identity != hook->identity) got = -ESTALE;
    if (got != 0) break;
    char path[path_bytes];
    link_path(hand, i, path);
    const int link = open_pin(path);
    if (link < 0) return link;
    struct bpf_link_info now = {0};
    got = read_info(link, &now, sizeof now);
    if (got == 0 && (now.id != hook->link || now.prog_id != hand->program_id)) got = -ESTALE;
    close(link);
  }
  if (socket_fd >= 0) close(socket_fd);
  return got;
}

static int swap(struct hand_written* hand, size_t index, const struct loaded* next) {
  char path[path_bytes];
  link_path(hand, index, path);
  const int link = open_pin(path);
  if (link < 0) return link;
  struct {
    uint32_t link;
    uint32_t new_program;
    uint32_t flags;
    uint32_t old_program;
  } attributes = {(uint32_t)link, (uint32_t)next->program, BPF_F_REPLACE, (uint32_t)hand->program};
  int got = sys_bpf(BPF_LINK_UPDATE, &attributes, sizeof attributes);
  if (got == 0) {
    struct bpf_link_info about = {0};
    got = read_info(link, &about, sizeof about);
    if (got == 0 && about.prog_id != next->program_id) got = -ESTALE;
  }
  close(link);
  return got;
}

int hand_upgrade(struct hand_written* hand) {
  struct loaded next;
  const uint32_t generation = hand->generation + 1;
  int got = check_lock(hand);
  if (got == 0) got = load(hand, &next);
  if (got != 0) return got;
  got = write_journal(hand); /* what is intended */
  if (got == 0) got = pin_generation(hand, generation, &next);
  for (size_t i = 0; got == 0 && i < hand->count; ++i) got = swap(hand, i, &next);
  if (got == 0) got = write_journal(hand); /* that it is committed */
  if (got == 0) got = remove_generation(hand, hand->generation);
  if (got == 0) got = write_record(hand);
  if (got == 0) got = clear_journal(hand);
  close(hand->program);
  close(hand->map);
  hand->program = next.program;
  hand->program_id = next.program_id;
  hand->map = next.map;
  hand->map_id = next.map_id;
  hand->generation = generation;
  return got;
}

void hand_end(struct hand_written* hand) {
  if (hand == NULL) return;
  bpf_object__close(hand->opened);
  if (hand->program >= 0) close(hand->program);
  if (hand->map >= 0) close(hand->map);
  if (hand->lock >= 0) close(hand->lock);
  for (size_t i = 0; hand->hooks != NULL && i < hand->count; ++i) free(hand->hooks[i].target);
  free(hand->hooks);
  free(hand);
}
