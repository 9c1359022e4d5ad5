// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/errno_hint.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string>
#include <thread>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace linchpin;

namespace {

bool mentions(const std::string& text, std::string_view word) {
  return text.find(word) != std::string::npos;
}

map_spec array_map() {
  map_spec map;
  map.type = uapi::map_type::array;
  map.key_size = 4;
  map.value_size = 8;
  map.max_entries = 1;
  return map;
}

}  // namespace

TEST_CASE("EPERM means another thing for each request", "[bpf][errno_hint]") {
  CHECK(mentions(errno_hint(EPERM, bpf_request::update_link), "named as the old one"));
  CHECK(mentions(errno_hint(EPERM, bpf_request::pin), "without dots"));
  CHECK(mentions(errno_hint(EPERM, bpf_request::access_map), "frozen"));
}

TEST_CASE("a thread without capabilities is told which ones it lacks", "[bpf][errno_hint]") {
  std::string hint;
  std::thread{[&hint] {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    __user_cap_data_struct none[2]{};
    if (::syscall(SYS_capset, &header, none) != 0) return;
    hint = errno_hint(EPERM, bpf_request::load_program);
  }}.join();
  CHECK(mentions(hint, "CAP_BPF"));
  CHECK(mentions(hint, "CAP_NET_ADMIN"));
  CHECK(mentions(hint, "CAP_PERFMON"));
}

TEST_CASE("ENOLINK says what to do about a target that is gone", "[bpf][errno_hint]") {
  CHECK(mentions(errno_hint(ENOLINK, bpf_request::update_link), "is gone"));
}

TEST_CASE("the field of a map that the kernel refuses is named", "[bpf][errno_hint]") {
  map_spec map = array_map();
  map.max_entries = 0;
  CHECK(errno_hint(EINVAL, map) == "max_entries is 0");

  map = array_map();
  map.key_size = 8;
  CHECK(errno_hint(EINVAL, map) == "key_size is 8, an array's must be 4");

  map = array_map();
  map.type = uapi::map_type::lru_hash;
  map.flags = 1;
  CHECK(mentions(errno_hint(524, map), "does not take BPF_F_NO_PREALLOC"));

  map.type = uapi::map_type::lpm_trie;
  map.flags = 0;
  CHECK(mentions(errno_hint(EINVAL, map), "needs BPF_F_NO_PREALLOC"));

  map = array_map();
  map.type = uapi::map_type::percpu_array;
  map.value_size = 40000;
  CHECK(mentions(errno_hint(E2BIG, map), "32768"));

  map = array_map();
  map.type = uapi::map_type::ringbuf;
  map.max_entries = 5000;
  CHECK(mentions(errno_hint(EINVAL, map), "power of two"));
}

TEST_CASE("an errno without a story stays without one", "[bpf][errno_hint]") {
  CHECK(errno_hint(EIO, bpf_request::load_program).empty());
}
