// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "engine/observe.hpp"

// What names and paths mean: those that are asked for, and those that are on record.
namespace linchpin::inline LINCHPIN_ABI {

// Looks up all names at once; where that fails, one by one, so that a name that cannot be looked up
// is an error of no other component.
result<void> observer::add_targets(snapshot& seen, std::span<const asked_target> asked) {
  auto& kernel = state_.store.kernel();
  std::vector<target> wanted;
  wanted.reserve(asked.size() + 1);
  for (const auto& by_component : asked) wanted.push_back(by_component.name);
  const bool own_too = namespace_matters(wanted);
  if (own_too) wanted.push_back(hook::own_netns());
  unresolved_.clear();
  auto resolved = kernel.resolve(wanted);
  if (!resolved) {
    resolved = std::vector<std::optional<target_identity>>{};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      auto found = look_twice([&] { return kernel.resolve({&wanted[i], 1}); });
      if (!found && i == asked.size()) return std::move(found).error();
      resolved->push_back(found ? found->front()
                                : by_record(asked[i], std::move(found).error(), i));
    }
  }
  if (own_too) seen.own_netns = resolved->back().value_or(target_identity{});
  seen.targets.reserve(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    seen.targets.push_back({std::move(wanted[i]), (*resolved)[i]});
  }
  return {};
}

bool is_at(const attachment_record& record, const target& name, netns_inode there) {
  if (!there || traits_of(name.kind).scope != target_scope::in_a_netns) {
    return target_of(record) == name;
  }
  return record.identity.kind == name.kind && record.target == name.name &&
         record.identity.netns == there;
}

// What a name meant to its component, where this process may not enter the network namespace that the
// name is in, and which is still the same. What a link runs, the link tells, as long as it stands.
// Absent where something at that name would have to be attached again.
std::optional<target_identity> observer::by_record(const asked_target& asked, error why,
                                                   std::size_t index) {
  std::optional<target_identity> meant;
  netns_inode inode;
  if (!asked.name.netns.empty()) {
    const target named{hook::netns_target, asked.name.netns};
    const auto found = state_.store.kernel().resolve({&named, 1});
    if (found && found->front()) inode.value = found->front()->id;
  }
  const auto* running = state_.find(asked.component);
  if (running != nullptr && inode && why.is(errc::permission_denied)) {
    const auto& attachments = running->record.attachments;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      if (!is_at(attachments[i], asked.name, inode)) continue;
      meant = attachments[i].identity;
      if (link_stands(*running, i)) continue;
      meant.reset();
      break;
    }
  }
  if (!meant) unresolved_.push_back({index, std::move(why), inode});
  return meant;
}

bool observer::link_stands(const running_component& component, std::size_t attachment) {
  const auto& record = component.record.attachments[attachment];
  if (!has_link(record.how)) return false;
  const auto kept = component.links.empty() ? handle_ref{} : component.links[attachment].ref();
  const auto found = find_link(state_.store, component.record.name, record, kept, state_.link_path);
  return found && found->what == link_found::kind::ours && !found->info.target_gone();
}

// Looks up each network namespace that is on record, one by one: a path that leads to something else by
// now is an error of no other attachment.
void observer::add_namespaces(snapshot& seen, std::span<const asked_target> asked) {
  for (const auto& component : state_.components) {
    for (const auto& record : component.record.attachments) add_namespace(seen, record.netns);
  }
  // Where a path on record does not lead to the namespace any more, another path may: a descriptor and a
  // process have other numbers in every run of a service.
  for (auto& component : state_.components) {
    for (auto& record : component.record.attachments) {
      const auto was = record.identity.netns;
      if (!was || seen.netns_of(record) == was) continue;
      auto path = path_to(was, component.record.name, seen, asked);
      if (!path) continue;
      record.netns = *std::move(path);
      add_namespace(seen, record.netns);
    }
  }
}

void observer::add_namespace(snapshot& seen, const std::string& path) {
  const auto known = [&path](const observed_target& other) { return other.name.name == path; };
  if (path.empty() || std::any_of(seen.namespaces.begin(), seen.namespaces.end(), known)) return;
  const target named{hook::netns_target, path};
  const auto found = look_twice([&] { return state_.store.kernel().resolve({&named, 1}); });
  seen.namespaces.push_back({named, found ? found->front() : std::nullopt});
}

// The path by which somebody names a network namespace, good for the record of a component. A path below
// /proc is good for the component that names it, and for no other: it goes with a process.
std::optional<std::string> observer::path_to(netns_inode wanted, std::string_view component,
                                             const snapshot& seen,
                                             std::span<const asked_target> asked) {
  if (wanted.value == seen.own_netns.id) return std::string{};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& known = seen.targets[i];
    if (!known.identity || known.identity->netns != wanted) continue;
    const bool passing = known.name.netns.starts_with("/proc/");
    if (!passing || asked[i].component == component) return known.name.netns;
  }
  return std::nullopt;
}

// A link tells when its interface went to another network namespace; a filter does not. Where a
// link told so, another interface may have the number here by now: filters on record under that
// number went with theirs.
void observer::give_up_numbers(snapshot& seen) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> numbers;  // netns and ifindex
  const auto each = [&seen](auto act) {
    for (auto& component : seen.components) {
      for (std::size_t i = 0; i < component.attachments.size(); ++i) {
        act(component.record->attachments[i], component.attachments[i]);
      }
    }
  };
  each([&](const attachment_record& record, const observed_attachment& found) {
    const bool left = found.state == attachment_state::elsewhere && has_link(record.how) &&
                      record.identity.netns == seen.netns_of(record);
    if (left) numbers.insert({record.identity.netns.value, record.identity.id});
  });
  if (numbers.empty()) return;
  each([&](const attachment_record& record, observed_attachment& found) {
    const bool of_that = traits_of(record.identity.kind).scope == target_scope::in_a_netns &&
                         record.identity.netns == seen.netns_of(record) &&
                         numbers.contains({record.identity.netns.value, record.identity.id});
    if (!of_that || has_link(record.how) || found.state != attachment_state::lost) return;
    found.state = attachment_state::target_gone;
    found.name.clear();
  });
}

// Whether what names or records are about is another thing in another network namespace.
bool observer::namespace_matters(std::span<const target> names) const {
  const auto named = [](const target& name) { return traits_of(name.kind).depends_on_netns(); };
  const auto recorded = [](const attachment_record& record) {
    return traits_of(record.identity.kind).depends_on_netns();
  };
  return std::any_of(names.begin(), names.end(), named) ||
         std::any_of(state_.components.begin(), state_.components.end(),
                     [&](const running_component& component) {
                       const auto& attachments = component.record.attachments;
                       return std::any_of(attachments.begin(), attachments.end(), recorded);
                     });
}

}  // namespace linchpin
