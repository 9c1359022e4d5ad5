/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "hand_bpf.h"
#include "hand_store.h"

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
  struct bpf_program* program = bpf_object__find_program_by_name(object, hand_program_name);
  struct bpf_map* map = bpf_object__find_map_by_name(object, hand_map_name);
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
  hand_generation_path(hand, generation, directory);
  snprintf(path, sizeof path, "%s/prog-%s", directory, hand_program_name);
  int got = hand_check_lock(hand);
  if (got == 0) got = pin_in_new_directory(what->program, directory, path);
  if (got == 0) got = hand_check_lock(hand);
  if (got != 0) return got;
  snprintf(path, sizeof path, "%s/map-%s", directory, hand_map_name);
  return pin(what->map, path);
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
  hand_link_path(hand, index, path);
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
  int got = hand_take_lock(hand);
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
  return got != 0 ? got : hand_write_record(hand);
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
    hand_link_path(hand, i, path);
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
  hand_link_path(hand, index, path);
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
  int got = hand_check_lock(hand);
  if (got == 0) got = load(hand, &next);
  if (got != 0) return got;
  got = hand_write_journal(hand); /* what is intended */
  if (got == 0) got = pin_generation(hand, generation, &next);
  for (size_t i = 0; got == 0 && i < hand->count; ++i) got = swap(hand, i, &next);
  if (got == 0) got = hand_write_journal(hand); /* that it is committed */
  if (got == 0) got = hand_remove_generation(hand, hand->generation);
  if (got == 0) got = hand_write_record(hand);
  if (got == 0) got = hand_clear_journal(hand);
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
