// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "edge_components.hpp"
#include "edge_maps.hpp"

#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/linchpin.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

/// A service that embeds linchpin: it owns the BPF programs of one interface, and moves them from
/// version to version while traffic flows.
///
///     edge_service INTERFACE VERSION in_place|recreate
///
/// It takes one request a line on standard input and answers each with one line, in which vertical
/// tabs stand for line breaks:
///
///     (none, at its start)              ready steps=4, and its plan
///     upgrade 2                         done steps=4
///     upgrade-failing-at-third-hook 1   rolled_back ...
///     programs                          programs firewall=31 balancer=32 ...
///     counts                            counts metered=10 passed=10 dropped=0 balanced=10
///     remove                            removed
///
/// End of input ends the service and leaves its programs running, as its death does.

namespace quickstart {

namespace {

constexpr const char* store_root = "/sys/fs/bpf/edge";

void answer(std::string text) {
  // One line is one answer; plans and errors have several.
  std::replace(text.begin(), text.end(), '\n', '\v');
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

linchpin::orchestrator_core open_edge(std::string_view strategy, linchpin::kernel& kernel) {
  if (strategy == "recreate") {
    return linchpin::orchestrator<careless_policies>::open(store_root, {.on = &kernel}).value();
  }
  return linchpin::orchestrator<edge_policies>::open(store_root, {.on = &kernel}).value();
}

class edge_service {
 public:
  edge_service(std::string interface, unsigned version, std::string_view strategy)
      : interface_(std::move(interface)),
        careful_(strategy != "recreate"),
        edge_(open_edge(strategy, kernel_)) {
    const auto plan = edge_.plan(edge_components(interface_, version)).value();
    const auto steps = carry_out(plan);
    configure(edge_);
    answer(fmt::format("ready steps={}\n{}", steps, plan.text()));
  }

  void serve() {
    for (std::string line; std::getline(std::cin, line);) {
      const auto space = line.find(' ');
      const unsigned long version = space == line.npos ? 0 : std::stoul(line.substr(space));
      obey(line.substr(0, space), static_cast<unsigned>(version));
    }
  }

 private:
  // A first start, a restart after a crash and an upgrade are the same two calls.
  std::uint32_t carry_out(const linchpin::plan& plan) {
    if (plan.empty()) return 0;
    const auto report = edge_.apply(plan).value();
    return report.attached + report.updated;
  }

  void obey(const std::string& request, unsigned version) {
    if (request == "upgrade") {
      upgrade(version);
    } else if (request == "upgrade-failing-at-third-hook") {
      fail_at_third_hook();
      upgrade(version);
      kernel_.disarm();
    } else if (request == "programs") {
      answer("programs" + programs());
    } else if (request == "counts") {
      const auto counts = read_counts(edge_);
      answer(fmt::format("counts metered={} passed={} dropped={} balanced={}", counts.metered,
                         counts.passed, counts.dropped, counts.balanced));
    } else if (request == "remove") {
      edge_.remove_all().value();
      answer("removed");
    } else {
      answer(fmt::format("unknown request: {}", request));
    }
  }

  void upgrade(unsigned version) {
    try {
      const auto plan = edge_.plan(edge_components(interface_, version)).value();
      answer(fmt::format("done steps={}", carry_out(plan)));
    } catch (const linchpin::failure& cause) {
      const bool undone = cause.error().is(linchpin::outcome::rolled_back);
      answer(fmt::format("{} {}", undone ? "rolled_back" : "failed", cause.error().message()));
    }
  }

  // Whatever the third hook is, the kernel refuses it; nothing else on the way knows.
  void fail_at_third_hook() {
    using linchpin::testing::verb;
    kernel_.arm({.nth = 3, .only = careful_ ? verb::update : verb::attach});
  }

  std::string programs() {
    const auto status = edge_.status().value();
    // Components are listed as they came, and after a restart by name.
    std::vector<std::string> all;
    for (const auto& component : status.components) {
      for (const auto& attached : component.attachments) {
        all.push_back(fmt::format(" {}={}", attached.program, attached.running.value));
      }
    }
    std::sort(all.begin(), all.end());
    return fmt::format("{}", fmt::join(all, ""));
  }

  std::string interface_;
  bool careful_;
  linchpin::live_kernel running_;
  linchpin::testing::faulty_kernel kernel_{running_};
  linchpin::orchestrator_core edge_;
};

}  // namespace
}  // namespace quickstart

int main(int argc, char** argv) {
  constexpr int misused = 2;
  if (argc != 4) {
    fmt::print(stderr, "usage: edge_service INTERFACE VERSION in_place|recreate\n");
    return misused;
  }
  try {
    quickstart::edge_service{argv[1], static_cast<unsigned>(std::stoul(argv[2])), argv[3]}.serve();
    return EXIT_SUCCESS;
  } catch (const std::exception& cause) {
    fmt::print(stderr, "edge_service: {}\n", cause.what());
    return EXIT_FAILURE;
  }
}
