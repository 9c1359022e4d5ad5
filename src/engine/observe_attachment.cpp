// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "engine/observe.hpp"

// How one attachment of ours is found to be.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Whether an error leaves open what is at a target: this process asked from another network
// namespace, or by a path that means nothing or another thing here and may still mean the target in
// another mount namespace.
bool out_of_sight(const error& failed, const attachment_record& record,
                  const snapshot& seen) noexcept {
  if (failed.is(errc::conflict)) return true;
  const bool netns_unknown =
      traits_of(record.identity.kind).scope == target_scope::in_a_netns && !seen.netns_of(record);
  return says_gone(failed) && (traits_of(record.identity.kind).is_path || netns_unknown);
}

bool stands_in(const chain& seen, const attachment_record& record, program_id expected) {
  return std::any_of(seen.entries.begin(), seen.entries.end(), [&](const chain_entry& entry) {
    return entry.link ? entry.link == record.id.link : entry.program == expected;
  });
}

}  // namespace

result<observed_attachment> observer::look_all_around(const running_component& component,
                                                      std::size_t attachment) {
  const auto& record = component.record.attachments[attachment];
  LINCHPIN_TRY(auto seen, look_at(component, attachment));
  const bool altered = runs(seen.state) && seen.program &&
                       seen.program != expected_program(component.record, record);
  if (altered && has_link(record.how)) {
    const auto* family = find_hook_family(record.family);
    const bool maps = family != nullptr && family->attaches == attached_kind::map;
    const auto intruder = state_.store.kernel().open_by_id(maps ? pin_kind::map : pin_kind::program,
                                                           seen.program.value);
    seen.nameable = intruder || !intruder.error().is(errc::permission_denied);
  }
  if (seen.state == attachment_state::lost) {
    LINCHPIN_TRY(auto name, state_.store.kernel().name_of(record.identity, record.netns));
    seen.name = std::move(name).value_or(std::string{});
  }
  return seen;
}

result<observed_attachment> observer::look_at(const running_component& component,
                                              std::size_t attachment) {
  const auto& record = component.record.attachments[attachment];
  if (find_hook_family(record.family) == nullptr) {
    return observed_attachment{attachment_state::unknown_hook, {}, true, true, false, {}};
  }
  // An attachment without an id waits for its target: there is nothing to look at.
  if (record.id == attachment_id{}) {
    return observed_attachment{attachment_state::target_gone, {}, true, true, false, {}};
  }
  const auto expected = expected_program(component.record, record);
  if (!has_link(record.how)) return look_at_filter(record, expected);
  const auto kept = component.links.empty() ? handle_ref{} : component.links[attachment].ref();
  LINCHPIN_TRY(const auto found,
               find_link(state_.store, component.record.name, record, kept, state_.link_path));
  if (found.what != link_found::kind::ours) {
    return look_beyond_the_pin(record, expected, found.what == link_found::kind::foreign);
  }
  LINCHPIN_TRY(auto seen, judged(record, found.info, expected));
  if (seen.state == attachment_state::target_gone) {
    LINCHPIN_TRY(const auto target,
                 find_target(state_.store.kernel(), record, map_at(state_, record.identity)));
    if (target == target_state::stands) seen.state = attachment_state::lost;
  }
  const bool may_have_moved =
      traits_of(record.identity.kind).scope == target_scope::in_a_netns && !seen.now &&
      (seen.state == attachment_state::live || seen.state == attachment_state::altered);
  if (may_have_moved) {
    LINCHPIN_TRY(const bool here, stands_here(record, seen.program));
    if (!here) seen.state = attachment_state::elsewhere;
  }
  return seen;
}

result<observed_attachment> observer::judged(const attachment_record& record, const link_info& info,
                                             program_id expected) {
  observed_attachment seen{attachment_state::live, info.program, true, true, false, {}};
  if (info.target_gone()) {
    seen.state = attachment_state::target_gone;
    return seen;
  }
  LINCHPIN_TRY(seen.now, followed(record, info));
  // An interface gets another index only by going to another network namespace.
  const bool moved = info.target != record.identity.id && !seen.now;
  if (info.program != expected) {
    seen.state = attachment_state::altered;
  } else if (moved) {
    seen.state = attachment_state::elsewhere;
  }
  return seen;
}

// Where the interface of a link is now, if it changed its number by going to another network
// namespace and this process can see it there, or the path on record leads there: its link went along,
// and stands in the chain of that interface.
result<std::optional<target_identity>> observer::followed(const attachment_record& record,
                                                          const link_info& info) {
  using nowhere = std::optional<target_identity>;
  if (traits_of(record.identity.kind).scope != target_scope::in_a_netns) return nowhere{};
  const target_identity here{record.identity.kind, info.target, seen_->netns_of(record)};
  if (!here.netns) return nowhere{};
  if (here == record.identity) return nowhere{};
  auto moved = record;
  moved.identity = here;
  LINCHPIN_TRY(const auto at, point_of(moved));
  const auto seen = state_.store.kernel().query(at);
  if (!seen) return nowhere{};
  const auto stands =
      std::any_of(seen->entries.begin(), seen->entries.end(), [&](const chain_entry& entry) {
        if (entry.link) return entry.link == record.id.link;
        // XDP tells no link: another one of ours may run the same program there.
        return entry.program == info.program && !stands_by_another(record, here);
      });
  return stands ? std::optional{here} : nowhere{};
}

bool observer::stands_by_another(const attachment_record& record, const target_identity& at) const {
  return std::any_of(
      state_.components.begin(), state_.components.end(), [&](const running_component& component) {
        const auto& all = component.record.attachments;
        return std::any_of(all.begin(), all.end(), [&](const auto& other) {
          return other.identity == at && other.family == record.family && other.id != record.id;
        });
      });
}

// Whether a link stands in the chain of its interface here. The number that the link tells does not
// prove that: the interface may have kept it in another network namespace, while another one has it
// here.
result<bool> observer::stands_here(const attachment_record& record, program_id runs) {
  LINCHPIN_TRY(const auto at, point_of(record));
  const auto seen = state_.store.kernel().query(at);
  if (seen) return stands_in(*seen, record, runs);
  if (says_gone(seen.error())) return false;
  // The chain cannot be read from here: then the number that the link tells has to do.
  const bool not_known =
      seen.error().is(errc::conflict) || seen.error().is(errc::permission_denied);
  if (not_known) return true;
  return seen.error();
}

// Looks for a link whose pin is gone or is something else: another process may hold the link, and
// its id is on record.
result<observed_attachment> observer::look_beyond_the_pin(const attachment_record& record,
                                                          program_id expected, bool place_taken) {
  auto& kernel = state_.store.kernel();
  auto opened = kernel.open_by_id(pin_kind::link, record.id.link.value);
  observed_attachment seen{attachment_state::lost, {}, false, true, place_taken, {}};
  if (opened) {
    if (!*opened) return seen;
    LINCHPIN_TRY(const auto info, kernel.describe_link(opened->ref()));
    LINCHPIN_TRY(seen, judged(record, info, expected));
    seen.pinned = false;
    seen.place_taken = place_taken;
    // A link whose target is gone does nothing any more and needs no pin.
    if (seen.state == attachment_state::target_gone) seen.state = attachment_state::lost;
    return seen;
  }
  if (!opened.error().is(errc::permission_denied)) return std::move(opened).error();
  LINCHPIN_TRY(auto at, point_of(record));
  at.map = map_at(state_, record.identity);
  const auto chain = kernel.query(at);
  // A hook that no kernel lists tells nothing either.
  const bool unseen = !chain && (out_of_sight(chain.error(), record, *seen_) ||
                                 chain.error().is(errc::unsupported));
  if (!chain && !unseen && !says_gone(chain.error())) return chain.error();
  if (unseen || (chain && stands_in(*chain, record, expected))) {
    seen.state = attachment_state::unreachable;
    seen.program = unseen ? program_id{} : expected;
  }
  return seen;
}

result<observed_attachment> observer::look_at_filter(const attachment_record& record,
                                                     program_id expected) {
  LINCHPIN_TRY(const auto at, point_of(record));
  const auto found = state_.store.kernel().query(at);
  if (!found) {
    const auto& why = found.error();
    if (why.is(errc::conflict)) {
      return observed_attachment{attachment_state::elsewhere, {}, true, true, false, {}};
    }
    if (!says_gone(why)) return why;
    return observed_attachment{attachment_state::target_gone, {}, true, true, false, {}};
  }
  for (const auto& entry : found->entries) {
    if (!same_filter(entry, record.id)) continue;
    // A place in a chain proves nothing: with another program it is another filter, not ours.
    const bool ours = entry.program == expected;
    return observed_attachment{ours ? attachment_state::live : attachment_state::lost,
                               entry.program,
                               true,
                               true,
                               false,
                               {}};
  }
  return observed_attachment{attachment_state::lost, {}, true, true, false, {}};
}

}  // namespace linchpin
