// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "hook/mechanism.hpp"

#include <fmt/format.h>

namespace linchpin {

std::string_view mechanism_name(mechanism how) noexcept {
  switch (how) {
    case mechanism::xdp_native:
      return "xdp native";
    case mechanism::xdp_generic:
      return "xdp generic";
    case mechanism::tcx:
      return "tcx link";
    case mechanism::clsact:
      return "clsact filter";
    case mechanism::cgroup:
      return "cgroup link";
    case mechanism::netns:
      return "netns link";
  }
  return "unknown mechanism";
}

answer hook::not_realised_by(mechanism how) {
  return answer::no(fmt::format("{} does not realise this kind of hook", mechanism_name(how)));
}

}  // namespace linchpin
