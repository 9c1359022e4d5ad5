// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "service_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <stdexcept>

#include <fmt/format.h>

namespace quickstart {

namespace {

constexpr int patience = 60'000;  // ms; a service that says nothing for so long hangs

std::array<descriptor, 2> make_pipe() {
  std::array<int, 2> ends{};
  checked(pipe2(ends.data(), O_CLOEXEC), "make a pipe");
  return {descriptor{ends[0]}, descriptor{ends[1]}};
}

// In the child. Only calls that are safe after a fork of a process with threads.
[[noreturn]] void become(char* const* argv, int edge, int input, int output, pid_t parent) {
  const bool ready = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
                     setns(edge, CLONE_NEWNET) == 0 && dup2(input, STDIN_FILENO) >= 0 &&
                     dup2(output, STDOUT_FILENO) >= 0;
  if (ready) execv(argv[0], argv);
  constexpr std::string_view regret = "quickstart: the service's program cannot be started\n";
  [[maybe_unused]] const auto told = write(STDERR_FILENO, regret.data(), regret.size());
  _exit(127);
}

}  // namespace

std::uint64_t reply::number(std::string_view key) const {
  const std::string wanted = fmt::format(" {}=", key);
  const std::string searched = fmt::format(" {}", rest);
  const auto at = searched.find(wanted);
  std::uint64_t found = 0;
  if (at != std::string::npos) {
    const char* text = searched.data() + at + wanted.size();
    if (std::from_chars(text, searched.data() + searched.size(), found).ec == std::errc{}) {
      return found;
    }
  }
  throw std::runtime_error(
      fmt::format("the service should have said {}=<number>, not: {} {}", key, word, rest));
}

service_process::service_process(const linchpin::testing::netns& edge, const std::string& program,
                                 std::vector<std::string> arguments) {
  auto [their_input, our_output] = make_pipe();
  auto [our_input, their_output] = make_pipe();
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  const pid_t parent = getpid();
  pid_ = checked(fork(), "start the service");
  if (pid_ == 0) {
    become(argv.data(), edge.descriptor(), their_input.get(), their_output.get(), parent);
  }
  requests_ = std::move(our_output);
  replies_ = std::move(our_input);
  their_input.close();
  their_output.close();
  try {
    greeting_ = read_reply();
    if (greeting_.word != "ready") {
      throw std::runtime_error(
          fmt::format("the service does not start: {} {}", greeting_.word, greeting_.rest));
    }
  } catch (...) {
    kill();
    throw;
  }
}

service_process::~service_process() {
  kill();
}

void service_process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

reply service_process::ask(std::string_view request) {
  const std::string line = fmt::format("{}\n", request);
  checked(write(requests_.get(), line.data(), line.size()), "talk to the service");
  return read_reply();
}

reply service_process::read_reply() {
  auto end = unread_.find('\n');
  while (end == std::string::npos) {
    pollfd readable{replies_.get(), POLLIN, 0};
    const int events = poll(&readable, 1, patience);
    if (events < 0 && errno == EINTR) continue;
    checked(events, "poll");
    if (events == 0) throw std::runtime_error("the service does not answer any more");
    std::array<char, 4096> part{};
    const auto got = checked(read(replies_.get(), part.data(), part.size()), "hear the service");
    if (got == 0) throw std::runtime_error("the service ended unasked; it said why above");
    unread_.append(part.data(), static_cast<std::size_t>(got));
    end = unread_.find('\n');
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  std::replace(line.begin(), line.end(), '\v', '\n');
  const auto first = line.substr(0, line.find('\n'));
  const auto space = std::min(first.find(' '), first.size());
  return {first.substr(0, space), first.substr(std::min(space + 1, first.size())),
          line.substr(std::min(first.size() + 1, line.size()))};
}

}  // namespace quickstart
