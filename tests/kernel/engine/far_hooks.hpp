// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "stage.hpp"

// What the tests of hooks in another network namespace share: the far end of the stage as that place.
namespace live_engine {

using linchpin::any_hook;

inline constexpr const char* far_interface = "lpe1";

inline std::uint64_t thread_netns() {
  struct stat about {};
  REQUIRE(::stat("/proc/thread-self/ns/net", &about) == 0);
  return about.st_ino;
}

// The calling thread is where it was when this was made.
class stays_here {
 public:
  stays_here() = default;
  stays_here(const stays_here&) = delete;
  stays_here& operator=(const stays_here&) = delete;
  ~stays_here() { CHECK(thread_netns() == netns_); }

 private:
  std::uint64_t netns_ = thread_netns();
};

inline linchpin::desired_component turnstile_at(any_hook hook, bool second_version = false) {
  return stage::one("turnstile", "ts_in", std::move(hook),
                    second_version ? bpf_objects::turnstile_v2() : bpf_objects::turnstile());
}

inline any_hook far_ingress(const stage& here) {
  return linchpin::hook::tcx_ingress{far_interface, here.far().path()};
}

// The chain at a hook, from a thread that is there: nothing about the name of its namespace is asked.
inline std::vector<linchpin::program_id> chain_inside(stage& here,
                                                      const linchpin::testing::netns& there,
                                                      const any_hook& hook) {
  return must(linchpin::testing::in_netns(
      there.descriptor(),
      [&]() -> linchpin::result<std::vector<linchpin::program_id>> { return here.chain(hook); }));
}

inline std::vector<linchpin::program_id> far_chain(stage& here) {
  return chain_inside(here, here.far(), linchpin::hook::tcx_ingress{far_interface});
}

}  // namespace live_engine
