/* SPDX-FileCopyrightText: 2026 The linchpin authors
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <linux/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* bpf(2) and records for the hand-written program. Calls return what the kernel returned, or a
 * negated errno. */

static inline int sys_bpf(int command, void* attributes, size_t size) {
  const long got = syscall(__NR_bpf, command, attributes, size);
  return got < 0 ? -errno : (int)got;
}

static inline int open_pin(const char* path) {
  struct {
    uint64_t path;
    uint32_t fd;
    uint32_t flags;
  } attributes = {(uint64_t)(uintptr_t)path, 0, 0};
  return sys_bpf(BPF_OBJ_GET, &attributes, sizeof attributes);
}

static inline int pin(int fd, const char* path) {
  struct {
    uint64_t path;
    uint32_t fd;
    uint32_t flags;
  } attributes = {(uint64_t)(uintptr_t)path, (uint32_t)fd, 0};
  return sys_bpf(BPF_OBJ_PIN, &attributes, sizeof attributes);
}

static inline int read_info(int fd, void* record, uint32_t size) {
  struct {
    uint32_t fd;
    uint32_t size;
    uint64_t record;
  } attributes = {(uint32_t)fd, size, (uint64_t)(uintptr_t)record};
  return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
}

static inline int pin_in_new_directory(int fd, const char* directory, const char* path) {
  int got = pin(fd, path);
  if (got != -ENOENT) return got;
  struct statfs about;
  if (mkdir(directory, 0700) != 0) return -errno;
  if (statfs(directory, &about) != 0) return -errno;
  return pin(fd, path);
}

static inline void put(char** at, const void* bytes, size_t length) {
  memcpy(*at, bytes, length);
  *at += length;
}

static inline void put_text(char** at, const char* text) {
  const uint32_t length = (uint32_t)strlen(text);
  put(at, &length, sizeof length);
  put(at, text, length);
}
