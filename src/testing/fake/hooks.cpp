// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/detail/program_type_name.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/table.hpp>
#include "testing/fake/machine_state.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

using uapi::program_type;

/// Link creation compares the attach type only for these program types; link update for none but
/// XDP. source: kernel/bpf/syscall.c bpf_prog_attach_check_attach_type, measured on 5.10 to 7.3
bool compares_at_create(program_type type) noexcept {
  return type == program_type::cgroup_sock || type == program_type::cgroup_sock_addr ||
         type == program_type::cgroup_sockopt || type == program_type::sk_lookup;
}

answer available(mechanism how, const kernel_facts& facts) {
  // A filter shows at the first attach, and here it always may be put.
  return has_link(how) ? facts.of(how).available : answer::yes();
}

hook_abilities abilities_at(const attach_point& at, const kernel_facts& facts) {
  const auto* family = find_hook_family(at.how, at.type);
  return family == nullptr ? hook_abilities{} : family->abilities(at.how, facts);
}

bool keeps_order(const attach_point& at, const kernel_facts& facts) {
  return abilities_at(at, facts).order == order_ability::anchors;
}

error wrong_program(std::string_view operation, const attach_point& at, const program& what) {
  return error::from_errno(EINVAL, operation, hook_text(at))
      .as(errc::wrong_type)
      .expected(fmt::format("a program of type {}, loaded for {}",
                            linchpin::detail::program_type_name(type_for(at)),
                            linchpin::detail::attach_type_text(at.type)))
      .found(fmt::format("program {} of type {}, loaded for {}", what.info.name,
                         linchpin::detail::program_type_name(what.info.type),
                         linchpin::detail::attach_type_text(what.expected_attach_type)));
}

error not_there(std::string_view operation, const attach_point& at) {
  return error::from_errno(traits_of(at.on.kind).is_path ? ENOENT : ENODEV, operation,
                           hook_text(at))
      .as(errc::not_found);
}

result<void> check_shared(const machine_state& machine, const attach_point& at) {
  LINCHPIN_TRY(const auto sole, find_sole_program(machine, at));
  if (!sole) return {};
  return error::from_errno(EPERM, "attach", hook_text(at))
      .as(errc::busy)
      .found(fmt::format("program {} at {}, attached without BPF_F_ALLOW_MULTI",
                         sole->program.program.value, sole->cgroup));
}

result<void> check_attach(const machine_state& machine, const attach_point& at,
                          const program& what) {
  if (const auto can = available(at.how, machine.facts); !can.is_yes())
    return error{errc::unsupported, "attach", hook_text(at)}.found(can.reason());
  if (!machine.target_exists(at.identity)) return not_there("attach", at);
  if (what.info.type != type_for(at)) return wrong_program("attach", at, what);
  if (compares_at_create(what.info.type) && what.expected_attach_type != at.type)
    return wrong_program("attach", at, what);
  return check_shared(machine, at);
}

result<void> check_room(const machine_state& machine, const attach_point& at,
                        const chain_state& chain, const program& what) {
  const auto abilities = abilities_at(at, machine.facts);
  const auto* family = find_hook_family(at.how, at.type);
  if (family != nullptr && family->attaches == attached_kind::map) {
    // An algorithm is called as its variable is.
    const bool taken = std::any_of(
        chain.slots.begin(), chain.slots.end(),
        [&what](const slot& slot) { return slot.program()->info.name == what.info.name; });
    if (!taken) return {};
    return error::from_errno(EEXIST, "attach", hook_text(at))
        .found("an algorithm of this name in the kernel already");
  }
  if (abilities.exclusive && !chain.slots.empty())
    return error::from_errno(EBUSY, "attach", hook_text(at))
        .expected("no other program at this hook");
  const auto same = [&what](const slot& slot) { return slot.program().get() == &what; };
  if (abilities.one_instance && std::any_of(chain.slots.begin(), chain.slots.end(), same))
    return error::from_errno(EEXIST, "attach", hook_text(at))
        .found("the same program in the chain already");
  if (abilities.most != 0 && chain.slots.size() >= abilities.most)
    return error::from_errno(linchpin::detail::driver_for(at.how)->full_errno(), "attach",
                             hook_text(at))
        .as(errc::full)
        .found(fmt::format("{} programs", chain.slots.size()));
  return {};
}

bool is_anchor(const chain_entry& wanted, const slot& slot) noexcept {
  if (wanted.link) return slot.link != nullptr && slot.link->id == wanted.link;
  if (wanted.tc_priority != 0)
    return slot.tc_priority == wanted.tc_priority && slot.tc_handle == wanted.tc_handle;
  return slot.program()->info.id == wanted.program;
}

result<void> check_revision(const machine_state& machine, const attach_point& at,
                            const chain_state& chain, revision expected) {
  if (!keeps_order(at, machine.facts) || !expected || expected.value == chain.revision) return {};
  return error::from_errno(ESTALE, "attach", hook_text(at))
      .expected(fmt::format("a chain at revision {}", expected.value))
      .found(fmt::format("revision {}", chain.revision))
      .advice("observe and plan again");
}

/// The index in the chain of the program that a place is relative to.
result<std::size_t> find_anchor(const attach_point& at, const hook_abilities& abilities,
                                const chain_state& chain, const chain_entry& wanted) {
  const auto found = std::find_if(chain.slots.begin(), chain.slots.end(),
                                  [&wanted](const slot& slot) { return is_anchor(wanted, slot); });
  if (found == chain.slots.end())
    return error::from_errno(ENOENT, "attach", hook_text(at))
        .as(errc::conflict)
        .found("no such neighbour in the chain")
        .advice("observe and plan again");
  // Where a program may stand twice its id does not tell a link.
  const bool by_link_only = abilities.order == order_ability::anchors && !abilities.one_instance;
  if (by_link_only && found->link != nullptr && !wanted.link)
    return error::from_errno(EINVAL, "attach", hook_text(at))
        .as(errc::wrong_type)
        .expected("the id of a link, to stand beside a program that a link attached");
  return static_cast<std::size_t>(found - chain.slots.begin());
}

/// The index at which the new slot is to be inserted.
result<std::size_t> place_for(const machine_state& machine, const attach_point& at,
                              const chain_state& chain, const anchor& where) {
  const auto end = chain.slots.size();
  const auto abilities = abilities_at(at, machine.facts);
  LINCHPIN_CHECK(check_revision(machine, at, chain, where.expected));
  if (where.kind == anchor_kind::unordered || where.kind == anchor_kind::last) return end;
  // The only place there is.
  if (abilities.order == order_ability::none && where.kind == anchor_kind::first) return end;
  if (abilities.order != order_ability::anchors && abilities.order != order_ability::priorities) {
    return error::from_errno(EINVAL, "attach", hook_text(at))
        .as(errc::unsupported)
        .expected("a kernel that orders programs at this hook");
  }
  if (where.kind == anchor_kind::first) return std::size_t{0};
  LINCHPIN_TRY(const auto index, find_anchor(at, abilities, chain, where.relative_to));
  return where.kind == anchor_kind::before ? index : index + 1;
}

/// The chain that a query of these filters gives.
chain filters_of(const chain_state& seen) {
  chain found;
  found.other_priorities = seen.other_priorities;
  for (const auto& slot : seen.slots) {
    auto& entry = found.entries.emplace_back();
    entry.program = slot.program()->info.id;
    entry.tc_priority = slot.tc_priority;
    entry.tc_handle = slot.tc_handle;
  }
  return found;
}

}  // namespace

program_type type_for(const attach_point& at) noexcept {
  const auto* family = find_hook_family(at.how, at.type);
  return family == nullptr ? program_type::unspecified : family->program;
}

const chain_state& seen_chain(const machine_state& machine, const hook_key& key) {
  static const chain_state empty;
  const auto own = machine.chains.find(key);
  return own == machine.chains.end() ? empty : own->second;
}

std::string hook_text(const attach_point& at) {
  return linchpin::detail::hook_text(at);
}

result<new_attachment> attach_program(machine_state& machine, const attach_point& at,
                                      const std::shared_ptr<program>& program,
                                      const anchor& where) {
  LINCHPIN_CHECK(check_attach(machine, at, *program));
  const auto known = machine.chains.find(key_of(at));
  const chain_state seen = known == machine.chains.end() ? chain_state{} : known->second;
  LINCHPIN_CHECK(check_room(machine, at, seen, *program));
  LINCHPIN_TRY(const auto index, place_for(machine, at, seen, where));

  slot place;
  new_attachment made;
  if (!has_link(at.how)) {
    const auto* driver = linchpin::detail::driver_for(at.how);
    auto priority = driver->number_at(filters_of(seen), where);
    if (!priority) return std::move(priority).error().about(hook_text(at));
    place.tc_priority = *priority;
    place.tc_handle = 1;
    place.filter = program;
    made.id = {{}, place.tc_priority, place.tc_handle};
  } else {
    made.made = std::make_shared<link>();
    made.made->id = link_id{++machine.last_link};
    made.made->at = key_of(at);
    made.made->program = program;
    made.made->attached = true;
    const auto target = machine.maps.find(map_id{static_cast<std::uint32_t>(at.identity.id)});
    const bool at_map = traits_of(at.on.kind).scope == target_scope::in_the_component;
    if (at_map && target != machine.maps.end()) made.made->on = target->second.lock();
    made.made->machine = &machine;
    machine.links[made.made->id] = made.made;
    place.link = made.made.get();
    made.id.link = made.made->id;
  }
  auto& chain = machine.chains[key_of(at)];
  if (chain.slots.empty()) chain.sharing = sharing::with_all;
  chain.slots.insert(chain.slots.begin() + static_cast<std::ptrdiff_t>(index), place);
  ++chain.revision;
  return made;
}

namespace {

error replaced(std::string_view operation, const attach_point& at, program_id expected,
               program_id found) {
  return error::from_errno(EPERM, operation, hook_text(at))
      .as(errc::conflict)
      .expected(fmt::format("program {}", expected.value))
      .found(fmt::format("program {}", found.value));
}

slot* find_filter(machine_state& machine, const attach_point& at, const attachment_id& id) {
  const auto chain = machine.chains.find(key_of(at));
  if (chain == machine.chains.end()) return nullptr;
  for (auto& slot : chain->second.slots) {
    if (slot.tc_priority == id.tc_priority && slot.tc_handle == id.tc_handle) return &slot;
  }
  return nullptr;
}

result<void> swap_filter(machine_state& machine, const swap_request& wanted) {
  if (!machine.target_exists(wanted.at.identity))
    return error::from_errno(ENODEV, "update", hook_text(wanted.at)).as(errc::detached);
  slot* const place = find_filter(machine, wanted.at, wanted.id);
  if (place == nullptr) return replaced("update", wanted.at, wanted.expected, {});
  const auto found = place->filter->info.id;
  if (found != wanted.expected) return replaced("update", wanted.at, wanted.expected, found);
  if (wanted.replacement->info.type != type_for(wanted.at))
    return wrong_program("update", wanted.at, *wanted.replacement);
  place->filter = wanted.replacement;
  return {};
}

}  // namespace

result<void> swap_program(machine_state& machine, const swap_request& wanted) {
  if (!has_link(wanted.at.how)) return swap_filter(machine, wanted);
  auto& link = *wanted.link;
  const auto found = link.program->info.id;
  if (!link.attached) return error::from_errno(ENOLINK, "update", hook_text(wanted.at));
  if (found != wanted.expected) return replaced("update", wanted.at, wanted.expected, found);
  const auto& next = *wanted.replacement;
  const bool other_place = link.program->info.type == program_type::xdp &&
                           next.expected_attach_type != link.program->expected_attach_type;
  const bool other_name =
      next.info.type == program_type::struct_ops && next.info.name != link.program->info.name;
  if (next.info.type != link.program->info.type || other_place || other_name)
    return wrong_program("update", wanted.at, next);
  auto& chain = machine.chains.at(link.at);
  const auto same = [&next](const slot& slot) { return slot.program().get() == &next; };
  const bool once = abilities_at(wanted.at, machine.facts).one_instance;
  const bool twice = link.program.get() != &next && once &&
                     std::any_of(chain.slots.begin(), chain.slots.end(), same);
  if (twice) return error::from_errno(EEXIST, "update", hook_text(wanted.at));
  // Replacing a program by itself: tcx does nothing, and a cgroup counts its revision up.
  if (link.program == wanted.replacement && once) return {};
  link.program = wanted.replacement;
  ++chain.revision;
  return {};
}

bool filter_stands(machine_state& machine, const attach_point& at, const attachment_id& id) {
  return find_filter(machine, at, id) != nullptr;
}

result<void> detach_program(machine_state& machine, const attach_point& at, const attachment_id& id,
                            const std::shared_ptr<link>& link, program_id expected) {
  if (has_link(at.how)) {
    if (!link->attached) return {};
    const auto found = link->program->info.id;
    if (found != expected) return replaced("detach", at, expected, found);
    machine.leave_chain(*link);
    link->attached = false;
    link->on.reset();
    return {};
  }
  const slot* const place = find_filter(machine, at, id);
  if (place == nullptr) return {};
  const auto found = place->filter->info.id;
  if (found != expected) return replaced("detach", at, expected, found);
  auto& slots = machine.chains.at(key_of(at)).slots;
  slots.erase(slots.begin() + (place - slots.data()));
  return {};
}

result<chain> query_chain(machine_state& machine, const attach_point& at) {
  if (const auto can = available(at.how, machine.facts); !can.is_yes())
    return error{errc::unsupported, "query", hook_text(at)}.found(can.reason());
  if (!abilities_at(at, machine.facts).query)
    return error{errc::unsupported, "query", hook_text(at)}.found("a hook that no kernel lists");
  if (!machine.target_exists(at.identity)) return not_there("query", at);
  const auto key = key_of(at);
  const auto& seen = seen_chain(machine, key);
  chain found;
  if (keeps_order(at, machine.facts)) found.revision = revision{seen.revision};
  // The kernel leaves link ids out everywhere else, also where it takes the field.
  found.tells_links = traits_of(at.how).lists_links;
  for (const auto& slot : seen.slots) {
    chain_entry entry;
    entry.program = slot.program()->info.id;
    entry.name = slot.program()->info.name;
    entry.name_known = true;
    entry.tc_priority = slot.tc_priority;
    entry.tc_handle = slot.tc_handle;
    if (found.tells_links && slot.link != nullptr) entry.link = slot.link->id;
    found.entries.push_back(std::move(entry));
  }
  found.other_priorities = seen.other_priorities;
  return found;
}

}  // namespace linchpin::testing::fake
