// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include "testing/fake/machine_state.hpp"

#include <linchpin/hook/families.hpp>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

// source: kernel/bpf/cgroup.c: hierarchy_allows_attach, __cgroup_bpf_attach; measured on 6.18
namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

sole_program told(const chain_state& chain, std::string cgroup) {
  const auto& info = chain.slots.front().program()->info;
  return {
      {info.id, {}, 0, 0, info.name, true}, std::move(cgroup), chain.sharing == sharing::nobody};
}

// The nearest cgroup above that has programs decides.
std::optional<sole_program> closed_above(const machine_state& machine, const attach_point& at) {
  auto key = key_of(at);
  for (auto& [parent, path] : machine.targets_above(at.identity)) {
    key.target = parent;
    const auto& chain = seen_chain(machine, key);
    if (chain.slots.empty()) continue;
    if (chain.sharing != sharing::nobody) return std::nullopt;
    return told(chain, path);
  }
  return std::nullopt;
}

}  // namespace

result<std::optional<sole_program>> find_sole_program(const machine_state& machine,
                                                      const attach_point& at) {
  if (!traits_of(at.how).may_be_closed) return std::optional<sole_program>{};
  if (!machine.target_exists(at.identity)) {
    return error::from_errno(ENOENT, "find sole program", hook_text(at)).as(errc::not_found);
  }
  const auto key = key_of(at);
  const auto& own = seen_chain(machine, key);
  if (!own.slots.empty() && own.sharing != sharing::with_all) {
    return std::optional{told(own, at.on.name)};
  }
  return closed_above(machine, at);
}

result<void> attach_sole_program(machine_state& machine, const attach_point& at,
                                 std::shared_ptr<program> program, sharing how) {
  if (!machine.target_exists(at.identity)) {
    return error::from_errno(ENOENT, "attach", hook_text(at)).as(errc::not_found);
  }
  auto& chain = machine.chains[key_of(at)];
  if (!chain.slots.empty() || closed_above(machine, at)) {
    return error::from_errno(EPERM, "attach", hook_text(at));
  }
  chain.slots.push_back({nullptr, std::move(program), 0, 0});
  chain.sharing = how;
  ++chain.revision;
  return {};
}

}  // namespace linchpin::testing::fake
