// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A fallback policy of your own: XDP in the driver or not at all, an older way for the rest.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct no_generic_xdp {
  static constexpr std::string_view policy_id = "fallback.no_generic_xdp/1";

  std::optional<std::size_t> choose(const linchpin::hook_view&,
                                    std::span<const linchpin::rung_view> rungs,
                                    std::size_t from) const noexcept {
    for (std::size_t index = from; index < rungs.size(); ++index) {
      if (rungs[index].mechanism == "xdp generic") continue;
      if (!rungs[index].available->is_no()) return index;
    }
    return std::nullopt;
  }
};
static_assert(linchpin::fallback_policy<no_generic_xdp>);

struct edge_policies : linchpin::default_policies {
  using fallback = no_generic_xdp;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  const auto yes = linchpin::answer::yes();
  const auto no = linchpin::answer::no("kernel before 6.6");
  const linchpin::rung_view xdp[] = {{"xdp native", &yes}, {"xdp generic", &yes}};
  const linchpin::rung_view tcx[] = {{"tcx link", &no}, {"clsact filter", &yes}};
  const auto say = [](const char* what, std::span<const linchpin::rung_view> rungs,
                      std::size_t from) {
    const auto chosen = edge_policies::fallback{}.choose({}, rungs, from);
    std::cout << what << ": " << (chosen ? rungs[*chosen].mechanism : "refused") << '\n';
  };
  say("tcx on an old kernel", tcx, 0);
  say("xdp", xdp, 0);
  say("xdp, after the driver said no", xdp, 1);
}
