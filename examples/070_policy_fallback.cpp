// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A fallback policy of your own: some ways to attach are not wanted here, whatever the kernel can do.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <quickstart_firewall_1.bpf.hpp>

struct not_these {
  static constexpr std::string_view policy_id = "fallback.not_these/1";
  std::vector<std::string_view> denied;

  std::optional<std::size_t> choose(const linchpin::hook_view&,
                                    std::span<const linchpin::rung_view> rungs,
                                    std::size_t from) const noexcept {
    for (std::size_t index = from; index < rungs.size(); ++index) {
      if (std::ranges::find(denied, rungs[index].mechanism) != denied.end()) continue;
      if (!rungs[index].available->is_no()) return index;  // what is not known is tried
    }
    return std::nullopt;
  }
};
static_assert(linchpin::fallback_policy<not_these>);

struct edge_policies : linchpin::default_policies {
  using fallback = not_these;
};
static_assert(linchpin::policy_set<edge_policies>);

using edge = linchpin::orchestrator<edge_policies>;

// The programs that `tc` lists as filters, by name.
static std::string filters() {
  std::string names;
  const auto command = std::string{"tc filter show ingress dev "} + example::stage::interface;
  std::FILE* const tc = ::popen(command.c_str(), "r");
  char word[256] = "", before[256] = "";
  while (tc != nullptr && std::fscanf(tc, "%255s", word) == 1) {
    if (std::string_view{before} == "name")
      names += (names.empty() ? "" : ", ") + std::string{word};
    std::swap(word, before);
  }
  if (tc == nullptr || ::pclose(tc) != 0) return "what " + command + " did not tell";
  return names.empty() ? "nothing" : names;
}

static void apply_without(const example::stage& stage, std::vector<std::string_view> denied) {
  std::string words;
  for (const auto way : denied) words += (words.empty() ? "" : ", ") + std::string{way};
  auto service = edge::open(stage.store(), {}, {.fallback = {std::move(denied)}}).value();
  edge::component firewall{"firewall", linchpin::object_source::memory(
                                           "firewall", bpf_objects::quickstart_firewall_1())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{stage.interface});
  const auto applied = service.apply({firewall});
  std::cout << "denied " << (words.empty() ? "nothing" : words)
            << (applied ? ": applied" : ": refused") << "\n  tcx links: " << stage.ingress()
            << "\n  filters:   " << filters() << '\n';
  service.remove_all().value();
}

static void show(const example::stage& stage) {
  apply_without(stage, {});
  apply_without(stage, {"tcx link"});
  apply_without(stage, {"tcx link", "clsact filter"});
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   denied nothing: applied
//     tcx links: firewall
//     filters:   nothing
//   denied tcx link: applied
//     tcx links: nothing
//     filters:   firewall
//   denied tcx link, clsact filter: refused
//     tcx links: nothing
//     filters:   nothing
