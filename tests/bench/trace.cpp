// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// trace cgroup|tcx HOOKS: runs each way once between marks that strace shows as access(2) of
// "/bench/begin/<what>" and "/bench/end/<what>". run.sh counts what lies between them.
#include "stage.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace {

template <class Work>
void between_marks(const std::string& what, Work work) {
  static_cast<void>(::access(("/bench/begin/" + what).c_str(), F_OK));
  work();
  static_cast<void>(::access(("/bench/end/" + what).c_str(), F_OK));
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view kind{count == 3 ? arguments[1] : ""};
  const long hooks = count == 3 ? std::strtol(arguments[2], nullptr, 10) : 0;
  if ((kind != "cgroup" && kind != "tcx") || hooks <= 0) {
    std::fputs("usage: trace cgroup|tcx HOOKS\n", stderr);
    return 2;
  }
  try {
    bench::stage stage{kind == "tcx" ? HAND_TCX_INGRESS : HAND_CGROUP_INGRESS,
                       static_cast<std::size_t>(hooks)};
    const auto upgrade_both = [&stage] {
      stage.next();
      stage.apply(stage.plan());
      stage.hand_plan();
      stage.hand_upgrade();
    };
    upgrade_both();  // what is asked of the kernel once in a process is not counted
    stage.next();
    auto plan = stage.plan();
    stage.hand_plan();
    between_marks("apply", [&] { stage.apply(std::move(plan)); });
    between_marks("hand_upgrade", [&] { stage.hand_upgrade(); });
    between_marks("nothing", [&] { stage.apply(stage.plan()); });
    between_marks("hand_observe", [&] { stage.hand_observe(); });
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "trace: %s\n", failed.what());
    return 1;
  }
}
