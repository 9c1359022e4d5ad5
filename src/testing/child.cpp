// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace linchpin::inline LINCHPIN_ABI::testing::detail {

result<int> fork_child() {
  // What is buffered here would otherwise be printed twice.
  std::fflush(nullptr);
  const int pid = fork();
  if (pid < 0) return error::from_errno(errno, "fork");
  return pid;
}

result<child_end> wait_for_child(int pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) != pid) {
    if (errno != EINTR) return error::from_errno(errno, "wait for child");
  }
  if (WIFSIGNALED(status)) return child_end{true, WTERMSIG(status)};
  return child_end{false, WEXITSTATUS(status)};
}

void kill_child(int pid) noexcept {
  ::kill(pid, SIGKILL);
  static_cast<void>(wait_for_child(pid));
}

void exit_child(int status) noexcept {
  _exit(status);
}

}  // namespace linchpin::testing::detail
