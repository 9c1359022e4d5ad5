// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace linchpin::inline LINCHPIN_ABI::testing {

result<int> child::fork_here() {
  // What is buffered here would otherwise be printed twice.
  std::fflush(nullptr);
  const int pid = fork();
  if (pid < 0) return error::from_errno(errno, "fork");
  return pid;
}

result<child_end> child::wait_for(int pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) != pid) {
    if (errno != EINTR) return error::from_errno(errno, "wait for child");
  }
  if (WIFSIGNALED(status)) return child_end{true, WTERMSIG(status)};
  return child_end{false, WEXITSTATUS(status)};
}

void child::kill(int pid) noexcept {
  ::kill(pid, SIGKILL);
  static_cast<void>(wait_for(pid));
}

void child::exit(int status) noexcept {
  _exit(status);
}

}  // namespace linchpin::testing
