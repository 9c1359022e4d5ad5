// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/hook/detail/program_type_name.hpp>
#include "engine/decide.hpp"
#include "engine/hook_order.hpp"

// Compares what a plan takes with what the thread may do, so that no apply begins in vain.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

bool add_once(std::vector<std::string_view>& to, std::string_view word) {
  if (std::find(to.begin(), to.end(), word) != to.end()) return false;
  to.push_back(word);
  return true;
}

}  // namespace

void lacking::need(const detail::capability_needs& needed, std::string_view hook,
                   std::string_view what_for) {
  std::vector<std::string_view> fresh;
  for (const auto& missing : detail::known_missing(*held_, needed)) {
    if (!add_once(names_, missing.name)) continue;
    fresh.push_back(missing.name);
    add_once(reasons_, missing.reason);
  }
  if (fresh.empty()) return;
  uses_.push_back(fmt::format("{} to {}", fmt::join(fresh, " and "), what_for));
  if (hook_.empty()) hook_ = hook;
}

error lacking::refusal() const {
  // There, granting anything does not help.
  const auto advice = held_->in_user_namespace
                          ? std::string{"run it in the initial user namespace"}
                          : fmt::format("run as root in the initial user namespace, or grant {}",
                                        fmt::join(names_, " and "));
  return error{errc::permission_denied, "plan",
               hook_.empty() ? fmt::format("component {}", component_)
                             : fmt::format("component {}, {}", component_, hook_)}
      .expected(fmt::format("{}", fmt::join(uses_, "; ")))
      .found(fmt::format("{}", fmt::join(reasons_, "; ")))
      .advice(advice);
}

namespace {

// The hook at which a component changes first; empty where none does.
std::string first_changed(const planned_component& whole) {
  for (const auto& hook : whole.attachments) {
    if (hook.what != change::keep && hook.what != change::wait) return hook.hook.text();
  }
  if (!whole.ends.empty()) return whole.ends.front().hook;
  return whole.attachments.empty() ? std::string{} : whole.attachments.front().hook.text();
}

std::string visiting(std::string_view netns) {
  return fmt::format("enter network namespace {}", netns);
}

// Programs that are attached first, for they have a hook to be told by.
void need_programs(lacking& found, const planned_component& whole, bool bpf_for_all) {
  const auto& programs = whole.image->spec().programs;
  const auto need_to_load = [&](const program_spec& program, std::string_view hook) {
    found.need(
        detail::needs_to_load(program.type, bpf_for_all), hook,
        fmt::format("load program {} ({})", program.name, detail::program_type_name(program.type)));
  };
  for (const auto& attached : whole.attachments) {
    const auto program = std::find_if(
        programs.begin(), programs.end(),
        [&attached](const program_spec& declared) { return declared.name == attached.program; });
    if (program != programs.end()) need_to_load(*program, attached.hook.text());
  }
  for (const auto& program : programs) {
    if (program.autoload) need_to_load(program, first_changed(whole));
  }
}

void need_maps(lacking& found, const planned_component& whole, bool bpf_for_all) {
  for (const auto& map : whole.maps) {
    if (map.running) continue;
    found.need(detail::needs_to_create(map.spec.type, bpf_for_all), first_changed(whole),
               fmt::format("create map {}", map.spec.name));
  }
}

// What attaching takes: the attach itself, and listing the chain beside it.
void need_what_comes(lacking& found, const planned_attachment& hook, bool elsewhere) {
  const auto text = hook.hook.text();
  const auto what_for = fmt::format("attach program {}", hook.program);
  if (elsewhere) found.need(detail::needs_to_visit_netns(), text, visiting(hook.hook.on().netns));
  found.need(detail::needs_to_attach(hook.how, hook.hook.family().attach), text, what_for);
  found.need(detail::needs_to_list(hook.how), text, what_for);
}

bool goes(const planned_attachment& hook) {
  return hook.what == change::update || re_attaches(hook.what);
}

}  // namespace

bool decider::changes() const {
  return !made_.removed_.empty() ||
         std::any_of(made_.components_.begin(), made_.components_.end(),
                     [](const planned_component& whole) { return whole.changes(); });
}

namespace {

// What ending an attachment takes; nothing where the kernel has ended it already.
bool stands(const observed_component& running, std::size_t attachment) {
  const auto state = running.attachments[attachment].state;
  return running.record->attachments[attachment].id != attachment_id{} &&
         state != attachment_state::target_gone && state != attachment_state::lost;
}

// A link is ended from everywhere.
void need_to_detach(lacking& found, const observed_component& running, std::size_t attachment,
                    bool elsewhere) {
  if (!stands(running, attachment)) return;
  const auto& record = running.record->attachments[attachment];
  if (elsewhere && !has_link(record.how)) {
    found.need(detail::needs_to_visit_netns(), hook_of(record), visiting(record.netns));
  }
  found.need(detail::needs_to_detach(record.how), hook_of(record),
             fmt::format("detach program {}", record.program));
}

// What writing records takes, which are maps; nothing for a component that ends with its process.
void need_to_record(lacking& found, lifetime_kind lifetime, bool bpf_for_all,
                    std::string_view hook) {
  if (lifetime != lifetime_kind::durable) return;
  found.need(detail::needs_to_create(uapi::map_type::array, bpf_for_all), hook,
             "write down what runs");
}

}  // namespace

bool decider::is_elsewhere(const target_identity& at) const noexcept {
  return at.netns && at.netns.value != seen_.own_netns.id;
}

lacking decider::lacking_to_change(const planned_component& whole) const {
  const auto& held = seen_.privileges;
  const auto* before = running(whole.name);
  lacking found{whole.name, held};
  const bool twin = wants_twin(whole, seen_.facts);
  if (whole.builds() || twin) need_programs(found, whole, held.bpf_for_all);
  if (whole.builds()) need_maps(found, whole, held.bpf_for_all);
  for (const auto& hook : whole.attachments) {
    const bool elsewhere = is_elsewhere(hook.identity);
    if (comes(hook.what)) need_what_comes(found, hook, elsewhere);
    if (!goes(hook) || !stands(*before, *hook.running)) continue;
    const auto how = before->record->attachments[*hook.running].how;
    if (elsewhere && !has_link(how)) {
      found.need(detail::needs_to_visit_netns(), hook.hook.text(), visiting(hook.hook.on().netns));
    }
    found.need(detail::needs_to_detach(how), hook.hook.text(),
               fmt::format("replace program {}", hook.program));
  }
  for (const auto& end : whole.ends) {
    need_to_detach(found, *before, end.running,
                   is_elsewhere(before->record->attachments[end.running].identity));
  }
  need_to_record(found, whole.lifetime, held.bpf_for_all, first_changed(whole));
  return found;
}

lacking decider::lacking_to_remove(std::string_view name) const {
  const auto& before = *running(name);
  const auto& attachments = before.record->attachments;
  lacking found{name, seen_.privileges};
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    need_to_detach(found, before, i, is_elsewhere(attachments[i].identity));
  }
  need_to_record(found, before.lifetime, seen_.privileges.bpf_for_all,
                 attachments.empty() ? std::string{} : hook_of(attachments.front()));
  return found;
}

std::optional<error> decider::why_refused(const planned_component& whole) const {
  const auto& held = seen_.privileges;
  const bool has_all = !held.bpf.is_no() && !held.net_admin.is_no() && !held.perfmon.is_no() &&
                       !held.sys_admin.is_no();
  if (!has_all) {
    if (const auto found = lacking_to_change(whole); !found.none()) return found.refusal();
  }
  return lacking_memlock(whole);
}

// Holds back a component whose generation is forced by what was lost and cannot be built: nobody
// asked for it, so the plan is not refused. Refuses a component whose chain may not be listed,
// since nothing more can be decided about it.
result<void> decider::check_before_looking() {
  std::vector<hindrance> in_the_way;
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    if (!whole.changes()) continue;
    const auto why = why_refused(whole);
    if (!why) continue;
    if (forced_.contains(whole.name)) {
      in_the_way.push_back({i, fmt::format("{}, and a new generation cannot be had: {}",
                                           whole.reasons.front(), in_one_line(*why))});
      continue;
    }
    const bool blind = std::any_of(
        whole.attachments.begin(), whole.attachments.end(), [this](const planned_attachment& hook) {
          if (!comes(hook.what)) return false;
          auto needed = detail::needs_to_list(hook.how);
          needed.sys_admin = is_elsewhere(hook.identity);
          return !detail::known_missing(seen_.privileges, needed).empty();
        });
    if (blind) return *why;
  }
  hold_back(std::move(in_the_way));
  return {};
}

result<void> decider::check_privileges() const {
  for (const auto& whole : made_.components_) {
    if (!whole.changes()) continue;
    if (const auto why = why_refused(whole)) return *why;
  }
  for (const auto& name : made_.removed_) {
    if (const auto found = lacking_to_remove(name); !found.none()) return found.refusal();
  }
  return {};
}

}  // namespace linchpin
