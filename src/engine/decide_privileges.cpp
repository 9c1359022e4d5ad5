// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/decide.hpp"
#include "engine/hook_order.hpp"
#include "hook/program_type_name.hpp"
#include "kernel/capability_needs.hpp"

// What a plan takes is compared with what the thread may do, so that it is not begun in vain.
namespace linchpin {

namespace {

using detail::capability_needs;

// What one component lacks, and for what.
class lacking {
 public:
  lacking(std::string_view component, const thread_privileges& held)
      : component_(component), held_(held) {}

  // `hook`: where it shows first; empty where no hook stands for it.
  void need(const capability_needs& needed, std::string_view hook, std::string_view what_for) {
    std::vector<std::string_view> fresh;
    for (const auto& missing : detail::known_missing(held_, needed)) {
      if (!add_once(names_, missing.name)) continue;
      fresh.push_back(missing.name);
      add_once(reasons_, missing.reason);
    }
    if (fresh.empty()) return;
    uses_.push_back(fmt::format("{} to {}", fmt::join(fresh, " and "), what_for));
    if (hook_.empty()) hook_ = hook;
  }

  [[nodiscard]] bool none() const noexcept { return names_.empty(); }

  [[nodiscard]] error refusal() const {
    return error{errc::permission_denied, "plan",
                 hook_.empty() ? fmt::format("component {}", component_)
                               : fmt::format("component {}, {}", component_, hook_)}
        .expected(fmt::format("{}", fmt::join(uses_, "; ")))
        .found(fmt::format("{}", fmt::join(reasons_, "; ")))
        .advice(fmt::format("run as root in the initial user namespace, or grant {}",
                            fmt::join(names_, " and ")));
  }

 private:
  static bool add_once(std::vector<std::string_view>& to, std::string_view word) {
    if (std::find(to.begin(), to.end(), word) != to.end()) return false;
    to.push_back(word);
    return true;
  }

  std::string_view component_;
  const thread_privileges& held_;
  std::string hook_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> reasons_;
  std::vector<std::string> uses_;
};

// The hook at which a component changes first; empty where none does.
std::string first_changed(const planned_component& whole) {
  for (const auto& hook : whole.attachments) {
    if (hook.what != change::keep && hook.what != change::wait) return hook.hook.text();
  }
  if (!whole.ends.empty()) return whole.ends.front().hook;
  return whole.attachments.empty() ? std::string{} : whole.attachments.front().hook.text();
}

// Programs that are attached first, for they have a hook to be told by.
void need_what_is_built(lacking& found, const planned_component& whole, bool bpf_for_all) {
  const auto& programs = whole.image->spec().programs;
  const auto need_to_load = [&](const program_spec& program, std::string_view hook) {
    found.need(
        detail::needs_to_load(program.type, bpf_for_all), hook,
        fmt::format("load program {} ({})", program.name, hook::program_type_name(program.type)));
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
  for (const auto& map : whole.maps) {
    if (map.running) continue;
    found.need(detail::needs_to_create(map.spec.type, bpf_for_all), first_changed(whole),
               fmt::format("create map {}", map.spec.name));
  }
}

// Beside each attach, the chain is listed.
void need_what_comes(lacking& found, const planned_attachment& hook) {
  const auto text = hook.hook.text();
  const auto what_for = fmt::format("attach program {}", hook.program);
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

result<void> decider::check_privileges() const {
  const auto& held = seen_.privileges;
  if (!held.bpf.is_no() && !held.net_admin.is_no() && !held.perfmon.is_no()) return {};
  // The store's records are maps.
  const auto to_record = detail::needs_to_create(uapi::map_type::array, held.bpf_for_all);
  for (const auto& whole : made_.components_) {
    if (!whole.changes()) continue;
    lacking found{whole.name, held};
    if (whole.builds()) need_what_is_built(found, whole, held.bpf_for_all);
    for (const auto& hook : whole.attachments) {
      if (comes(hook.what)) need_what_comes(found, hook);
      if (!goes(hook)) continue;
      const auto before = running(whole.name)->record->attachments[*hook.running].how;
      found.need(detail::needs_to_detach(before), hook.hook.text(),
                 fmt::format("replace program {}", hook.program));
    }
    for (const auto& end : whole.ends) {
      const auto how = running(whole.name)->record->attachments[end.running].how;
      found.need(detail::needs_to_detach(how), end.hook,
                 fmt::format("detach program {}", end.program));
    }
    found.need(to_record, first_changed(whole), "write down what runs");
    if (!found.none()) return found.refusal();
  }
  for (const auto& name : made_.removed_) {
    lacking found{name, held};
    const auto& attachments = running(name)->record->attachments;
    for (const auto& record : attachments) {
      found.need(detail::needs_to_detach(record.how), hook_of(record),
                 fmt::format("detach program {}", record.program));
    }
    found.need(to_record, attachments.empty() ? std::string{} : hook_of(attachments.front()),
               "write down what runs");
    if (!found.none()) return found.refusal();
  }
  return {};
}

}  // namespace linchpin
