// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// Everything that one part of an object can refer to another by, or to the kernel: maps in maps and
// programs in maps, functions in .text and their addresses, sections of data, settings and variables of
// the kernel, fields that are relocated, a struct_ops. No kernel loads it; tests open it, and damage it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern const char CONFIG_CC_VERSION_TEXT[64] __kconfig __weak;
extern const void bpf_prog_active __ksym __weak;
extern int linchpin_test_kfunc(int number) __ksym __weak;

struct task_struct {
  int pid;
  struct task_struct* parent;
} __attribute__((preserve_access_index));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4);
  __type(key, int);
  __type(value, long);
} seen SEC(".maps");

struct numbers {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 4);
  __type(key, int);
  __type(value, long);
} left SEC(".maps"), right SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 2);
  __type(key, int);
  __array(values, struct numbers);
} sides SEC(".maps") = {.values = {&left, &right}};

struct linchpin_test_ops {
  int flags;
  int (*init)(int number);
  char name[16];
};

typedef const volatile int setting;
setting limit = 4;
setting first_table[4] SEC(".rodata.table") = {1, 2, 3, 4};
int factor = 3;
int sum;

static __attribute__((noinline)) int add(int number) {
  sum += number;
  return number * factor;
}

__attribute__((noinline)) int clip(int number) {
  return number > limit ? limit : number;
}

static long each(__u32 number, void* unused) {
  (void)unused;
  return first_table[number & 3];
}

SEC("struct_ops/init")
int init_ops(int number) {
  return clip(number);
}

SEC(".struct_ops")
struct linchpin_test_ops ops = {.flags = 4, .init = init_ops, .name = "linchpin"};

SEC("xdp")
int look(struct xdp_md* packet) {
  (void)packet;
  int key = 1;
  bpf_loop(10, each, 0, 0);
  if (&bpf_prog_active) ++key;
  if (linchpin_test_kfunc) key += linchpin_test_kfunc(key);
  if (bpf_map_lookup_elem(&sides, &key) == 0) return XDP_ABORTED;
  bpf_map_lookup_elem(&seen, &key);
  return add(LINUX_KERNEL_VERSION) + clip(CONFIG_CC_VERSION_TEXT[1]);
}

SEC("tp_btf/sched_switch")
int parent_of(void* context) {
  (void)context;
  struct task_struct* task = (void*)bpf_get_current_task_btf();
  return task->parent->pid + add(3);
}

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 4);
  __uint(key_size, 4);
  __array(values, int(void*));
} jumps SEC(".maps") = {.values = {[1] = (void*)&look}};
