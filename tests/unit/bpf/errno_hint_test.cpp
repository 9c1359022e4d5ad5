// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string>
#include <thread>

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

namespace {

// What a thread with these capabilities only is told.
template <class Asked>
std::string hint_with(std::initializer_list<unsigned> capabilities, Asked asked) {
  std::string hint;
  std::thread{[&] {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    __user_cap_data_struct kept[2]{};
    for (const unsigned capability : capabilities) {
      kept[capability / 32].permitted |= 1U << (capability % 32);
      kept[capability / 32].effective |= 1U << (capability % 32);
    }
    if (::syscall(SYS_capset, &header, kept) != 0) return;
    hint = errno_hint(EPERM, asked);
  }}.join();
  return hint;
}

constexpr unsigned cap_perfmon = 38;
constexpr unsigned cap_bpf = 39;

}  // namespace

TEST_CASE("a thread without capabilities is told which ones it lacks", "[bpf][errno_hint]") {
  CHECK(hint_with({}, bpf_request::load_program) ==
        "this thread lacks CAP_BPF, CAP_NET_ADMIN; run as root or grant them");
  CHECK(hint_with({cap_bpf}, bpf_request::load_program) ==
        "this thread lacks CAP_NET_ADMIN; run as root or grant it");
  CHECK(hint_with({cap_bpf, CAP_NET_ADMIN}, bpf_request::load_program) ==
        "this thread lacks CAP_PERFMON; run as root or grant it");
  CHECK(hint_with({}, bpf_request::create_map) ==
        "this thread lacks CAP_BPF; run as root or grant it");
}

TEST_CASE("opening by a number takes CAP_SYS_ADMIN and nothing else", "[bpf][errno_hint]") {
  const std::string lacks = "this thread lacks CAP_SYS_ADMIN; run as root or grant it";
  CHECK(hint_with({}, bpf_request::open_id) == lacks);
  CHECK(hint_with({cap_bpf, cap_perfmon, CAP_NET_ADMIN}, bpf_request::open_id) == lacks);
  CHECK_FALSE(mentions(hint_with({CAP_SYS_ADMIN}, bpf_request::open_id), "this thread lacks"));
  CHECK(hint_with({}, bpf_request::open_pin) ==
        "this thread lacks CAP_BPF; run as root or grant it");
}

TEST_CASE("CAP_NET_ADMIN is named where it is needed, and only there", "[bpf][errno_hint]") {
  const std::string lacks = "this thread lacks CAP_NET_ADMIN; run as root or grant it";
  for (const auto asked : {bpf_request::read_info, bpf_request::detach_link}) {
    CHECK_FALSE(mentions(hint_with({}, asked), "CAP_NET_ADMIN"));
    CHECK_FALSE(mentions(hint_with({cap_bpf}, asked), "this thread lacks"));
  }
  CHECK(hint_with({cap_bpf}, bpf_request::any_other) == lacks);
  CHECK(hint_with({cap_bpf}, bpf_request::attach_xdp) == lacks);

  map_spec map = array_map();
  CHECK_FALSE(mentions(hint_with({cap_bpf}, map), "this thread lacks"));
  for (const auto type :
       {uapi::map_type::devmap, uapi::map_type::sockmap, uapi::map_type::xskmap}) {
    map.type = type;
    CHECK(hint_with({cap_bpf}, map) == lacks);
  }
}

TEST_CASE("what a device answers at XDP is no full chain and no cgroup", "[bpf][errno_hint]") {
  using enum bpf_request;
  CHECK(mentions(errno_hint(ERANGE, attach_xdp), "MTU"));
  CHECK(mentions(errno_hint(ENOSPC, attach_xdp), "queues"));
  CHECK(mentions(errno_hint(EEXIST, attach_xdp), "in the other mode"));
  CHECK(mentions(errno_hint(EINVAL, attach_xdp), "driver"));
  CHECK(errno_hint(EBUSY, attach_xdp) == errno_hint(EBUSY, create_link));
  CHECK_FALSE(mentions(errno_hint(EPERM, attach_xdp), "cgroup"));
  CHECK(mentions(errno_hint(ERANGE, create_link), "63 for tcx"));
}

TEST_CASE("a refused detach is not answered as an update", "[bpf][errno_hint]") {
  CHECK_FALSE(mentions(errno_hint(EPERM, bpf_request::detach_link), "old one"));
  CHECK_FALSE(mentions(errno_hint(EINVAL, bpf_request::detach_link), "new program"));
  CHECK(mentions(errno_hint(EOPNOTSUPP, bpf_request::detach_link), "last owner"));
}

TEST_CASE("lockdown is said of programs only, and RLIMIT_MEMLOCK where the kernel charges to it",
          "[bpf][errno_hint]") {
  const std::initializer_list<unsigned> all{cap_bpf, cap_perfmon, CAP_NET_ADMIN, CAP_SYS_ADMIN};
  for (const auto asked :
       {bpf_request::create_map, bpf_request::access_map, bpf_request::create_link,
        bpf_request::update_link, bpf_request::pin, bpf_request::open_pin, bpf_request::open_id,
        bpf_request::test_run, bpf_request::read_info, bpf_request::attach_xdp,
        bpf_request::detach_link, bpf_request::any_other}) {
    CHECK_FALSE(mentions(hint_with(all, asked), "lockdown"));
    if (asked != bpf_request::create_map) {
      CHECK_FALSE(mentions(hint_with(all, asked), "RLIMIT_MEMLOCK"));
    }
  }
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_MEMLOCK, &before) == 0);
  const rlimit small{65536, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_MEMLOCK, &small) == 0);
  const auto map = errno_hint(EPERM, bpf_request::create_map);
  const auto program = errno_hint(EPERM, bpf_request::load_program);
  const bool may = linchpin::detail::may_charge_memlock();
  REQUIRE(::setrlimit(RLIMIT_MEMLOCK, &before) == 0);
  if (mentions(program, "this thread lacks") || mentions(program, "user namespace")) {
    SKIP("this thread may not load programs");
  }
  CHECK(mentions(map, "RLIMIT_MEMLOCK is 64 kB") == may);
  CHECK(mentions(program, "RLIMIT_MEMLOCK is 64 kB") == may);
}

TEST_CASE("a thread is told what loading a program of its type takes", "[bpf][errno_hint]") {
  using linchpin::uapi::program_type;
  CHECK(hint_with({cap_bpf}, program_type::kprobe) ==
        "this thread lacks CAP_PERFMON; run as root or grant it");
  CHECK(hint_with({}, program_type::tracing) ==
        "this thread lacks CAP_BPF, CAP_PERFMON; run as root or grant them");
  CHECK(hint_with({cap_bpf}, program_type::xdp) ==
        "this thread lacks CAP_NET_ADMIN; run as root or grant it");
  CHECK_FALSE(mentions(hint_with({cap_bpf, cap_perfmon}, program_type::kprobe), "NET_ADMIN"));
}

TEST_CASE("no capability is named that would not help", "[bpf][errno_hint]") {
  for (const auto asked : {bpf_request::create_map, bpf_request::create_link, bpf_request::pin}) {
    CHECK_FALSE(mentions(hint_with({}, asked), "CAP_PERFMON"));
    CHECK_FALSE(mentions(hint_with({cap_bpf, CAP_NET_ADMIN}, asked), "this thread lacks"));
  }
  CHECK_FALSE(mentions(hint_with({cap_bpf, cap_perfmon, CAP_NET_ADMIN}, bpf_request::load_program),
                       "this thread lacks"));
}

TEST_CASE("root of a user namespace is told that its capabilities do not count",
          "[bpf][errno_hint]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto hint = ::unshare(CLONE_NEWUSER) == 0 ? errno_hint(EPERM, bpf_request::load_program)
                                                    : std::string{"no user namespace"};
    static_cast<void>(::write(ends[1], hint.data(), hint.size()));
    ::_exit(0);
  }
  ::close(ends[1]);
  char told[512];
  const auto size = ::read(ends[0], told, sizeof told);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  REQUIRE(size > 0);
  const std::string hint{told, static_cast<std::size_t>(size)};
  if (hint == "no user namespace") SKIP("this kernel makes no user namespaces");
  CHECK(mentions(hint, "user namespace"));
  CHECK_FALSE(mentions(hint, "CAP_"));
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

TEST_CASE("an errno that has no hint yields no hint", "[bpf][errno_hint]") {
  CHECK(errno_hint(EIO, bpf_request::load_program).empty());
}

TEST_CASE("a map type without a size takes none, and the others need one", "[bpf][errno_hint]") {
  using uapi::map_type;
  map_spec asked;
  asked.name = "counts";
  asked.key_size = 4;
  asked.value_size = 8;
  for (const auto type : {map_type::cgroup_storage, map_type::percpu_cgroup_storage}) {
    asked.type = type;
    asked.max_entries = 0;
    CHECK(shape_problem(asked).empty());
    asked.max_entries = 1;
    CHECK(shape_problem(asked) == "max_entries is 1, local storage has none");
  }
  asked.type = map_type::hash;
  CHECK(shape_problem(asked).empty());
  asked.max_entries = 0;
  CHECK(shape_problem(asked) == "max_entries is 0");
}
