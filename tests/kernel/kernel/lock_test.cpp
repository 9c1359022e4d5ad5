// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace linchpin;

TEST_CASE("a lock is held until its handle closes", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live_kernel other;
  const auto directory = box.bpffs() + "/edge/store";
  {
    const auto held = kernel.lock(directory).value();
    CHECK(held);
    const auto second = other.lock(directory);
    REQUIRE_FALSE(second);
    CHECK(second.error().is(errc::busy));
    CHECK(second.error().found().find(std::to_string(::getpid())) != std::string_view::npos);
  }
  CHECK(other.lock(directory));
}

TEST_CASE("a busy lock names the process that holds it, which ends with that process",
          "[kernel][lock]") {
  const auto box = live::enter("kernel");
  const auto directory = box.bpffs() + "/edge";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    live_kernel kernel;
    const auto held = kernel.lock(directory);
    const char word = held ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &word, 1));
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  REQUIRE(::read(ready[0], &word, 1) == 1);
  CHECK(word == 'y');
  live_kernel kernel;
  const auto refused = kernel.lock(directory);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::busy));
  CHECK(refused.error().found().find(std::to_string(child)) != std::string_view::npos);
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(kernel.lock(directory));
}
