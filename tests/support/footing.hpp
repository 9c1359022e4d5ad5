// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/veth.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <unistd.h>

/// What the kernel suite stands on. Only a user who may not and a kernel that was built without are
/// reasons to skip; what should work and does not fails the test with the error's own words.
namespace footing {

/// The value, or a failed test that says why.
template <class T>
T must(linchpin::result<T> outcome) {
  if (!outcome) FAIL(outcome.error().message());
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

/// Skips where the kernel says no. A probe that could not find out has failed.
inline void need(const linchpin::answer& fact) {
  if (fact.is_no()) SKIP(fact.reason());
  if (!fact.is_yes()) FAIL("a probe failed: " << fact.reason());
}

inline linchpin::testing::sandbox enter(std::string_view name) {
  if (geteuid() != 0) SKIP("not root");
  return must(linchpin::testing::sandbox::enter(name));
}

inline linchpin::testing::veth_pair join(const linchpin::testing::veth_end& near,
                                         const linchpin::testing::veth_end& far) {
  return must(linchpin::testing::veth_pair::make(near, far));
}

/// Whether /proc/filesystems lists cgroup2, which it does wherever it can be mounted.
inline bool has_cgroup2() {
  std::ifstream words{"/proc/filesystems"};
  for (std::string word; words >> word;) {
    if (word == "cgroup2") return true;
  }
  return false;
}

inline std::string make_cgroup(linchpin::testing::sandbox& box, const std::string& name) {
  if (!has_cgroup2()) SKIP("no cgroup2: kernel without CONFIG_CGROUPS");
  return must(box.make_cgroup(name));
}

/// Loads a program that does nothing but return a verdict, without any of the library's loading.
/// returns: a descriptor, which the caller closes.
inline int load_verdict(bpf_prog_type type, bpf_attach_type attach, int verdict, const char* name) {
  const bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, verdict},
                           {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = attach;
  const int fd = ::bpf_prog_load(type, name, "Dual BSD/GPL", code, 2, &options);
  if (fd < 0) FAIL("cannot load program " << name << ": " << std::strerror(errno));
  return fd;
}

}  // namespace footing
