// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/driver/table.hpp>
#include <linchpin/hook/families.hpp>

/// A kernel that has every mechanism, and orders every chain that can be ordered.
inline linchpin::kernel_facts facts_of_everything() {
  linchpin::kernel_facts facts;
  for (const auto* traits : linchpin::hook_mechanisms()) {
    auto& known = facts.of(traits->how);
    if (traits->has_link) known.available = linchpin::answer::yes();
    known.ordered = linchpin::answer::yes();
  }
  return facts;
}

/// What an errno means at the hooks of a mechanism.
inline linchpin::errc condition_at(linchpin::mechanism how, int cause) {
  return linchpin::detail::driver_for(how)->explain(cause, "attach", "somewhere").condition();
}

/// Whether what a hook value says while a program compiles is what its family says.
template <class Hook>
bool agrees_with_its_family(const Hook& hook) {
  const linchpin::any_hook any = hook;
  for (const auto how : any.mechanisms()) {
    const auto abilities = any.abilities(how, facts_of_everything());
    if (abilities.exclusive != Hook::exclusive) return false;
    if ((abilities.update != linchpin::update_ability::none) != Hook::updatable) return false;
  }
  return !any.mechanisms().empty();
}
