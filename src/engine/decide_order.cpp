// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <compare>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/decide.hpp"

namespace linchpin {

namespace {

constexpr std::size_t kernel_name_length = 15;

bool re_attaches(change what) noexcept {
  return what == change::attach_then_detach || what == change::detach_then_attach;
}
bool comes(change what) noexcept {
  return what == change::attach || re_attaches(what);
}

// The two modes of XDP share one place.
mechanism chain_of(mechanism how) noexcept {
  return how == mechanism::xdp_generic ? mechanism::xdp_native : how;
}

bool same_attachment(const chain_entry& entry, const attachment_id& id,
                     program_id program) noexcept {
  if (entry.tc_handle != 0) return same_filter(entry, id) && entry.program == program;
  // A cgroup's chain is listed without links.
  return entry.link ? entry.link == id.link : entry.program == program;
}

// In which sequence newcomers ask for their places. Where the order policy lets programs stand as
// they came, they come as they were asked for.
struct turn {
  int priority = 0;
  std::string_view component;
  std::string_view program;

  friend auto operator<=>(const turn&, const turn&) = default;
};

turn turn_of(bool observes, const planned_component& component,
             const planned_attachment& attachment) noexcept {
  if (!observes) return {attachment.priority, {}, {}};
  return {attachment.priority, component.name, attachment.program};
}

}  // namespace

decider::hook_place& decider::place_of(const planned_attachment& hook, std::string_view family) {
  const hook_key key{family, hook.identity, chain_of(hook.how)};
  const auto [found, fresh] = place_at_.emplace(key, static_cast<std::uint32_t>(places_.size()));
  if (fresh) {
    auto& made = places_.emplace_back();
    made.key = key;
    made.hook = &hook.hook;
    made.how = hook.how;
    made.abilities = hook.hook.abilities(hook.how, seen_.facts);
  }
  return places_[found->second];
}

void decider::collect_places() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    auto& whole = made_.components_[i];
    if (!whole.held_back.empty()) continue;
    for (std::uint32_t j = 0; j < whole.attachments.size(); ++j) {
      auto& hook = whole.attachments[j];
      if (hook.what == change::wait) continue;
      auto& place = place_of(hook, hook.hook.family().name);
      place.claims.push_back({i, j});
      // What is to be taken out of another mechanism's chain does not stand in this one.
      const auto& can = place.abilities;
      const bool ordered =
          can.order != order_ability::none && policies_.observes_order() && can.query;
      if (comes(hook.what) ? can.query : ordered) place.wanted = true;
      if (hook.what == change::attach) place.tentative = true;
    }
  }
}

std::vector<observed_hook> decider::chains_wanted() {
  collect_places();
  std::vector<observed_hook> wanted;
  for (const auto& place : places_) {
    if (!place.wanted) continue;
    wanted.push_back(
        {place.key.family,
         {place.how, place.hook->family().attach, place.hook->on(), place.key.identity},
         place.tentative});
  }
  return wanted;
}

// Which of ours stand at the places whose chains are looked at, and which of them leave.
void decider::collect_standing() {
  for (std::uint32_t i = 0; i < seen_.components.size(); ++i) {
    const auto& component = seen_.components[i];
    if (!component.record) continue;
    const auto planned = planned_at_.find(component.name);
    const auto* whole =
        planned == planned_at_.end() ? nullptr : &made_.components_[planned->second];
    const bool held_back = whole != nullptr && !whole->held_back.empty();
    std::vector<std::optional<claim>> continued(component.record->attachments.size());
    std::vector<bool> leaves(component.record->attachments.size(), whole == nullptr);
    if (whole != nullptr && !held_back) {
      for (std::uint32_t j = 0; j < whole->attachments.size(); ++j) {
        const auto& hook = whole->attachments[j];
        if (hook.running) continued[*hook.running] = claim{planned->second, j};
      }
      for (const auto& end : whole->ends) leaves[end.running] = true;
    }
    for (std::uint32_t j = 0; j < component.record->attachments.size(); ++j) {
      const auto& record = component.record->attachments[j];
      const auto found = place_at_.find({record.family, record.identity, chain_of(record.how)});
      if (found == place_at_.end() || !places_[found->second].wanted) continue;
      places_[found->second].standing.push_back({i, j, continued[j], leaves[j]});
    }
  }
}

result<void> decider::check_free(hook_place& place) {
  const claim* first = nullptr;
  for (const auto& one : place.claims) {
    const auto& hook = at(one);
    const auto subject =
        fmt::format("component {}, {}", made_.components_[one.component].name, hook.hook.text());
    if (first != nullptr && first->component != one.component) {
      return error{errc::busy, "plan", subject}
          .expected("a hook that takes one program to be asked for once")
          .found(
              fmt::format("component {} asks for it too", made_.components_[first->component].name))
          .advice("it takes one program, whoever asks; use a hook that takes several, such as tcx");
    }
    if (first != nullptr) {
      return error{errc::busy, "plan", subject}
          .expected("a hook that takes one program to be asked for once")
          .found(
              fmt::format("programs {} and {} of this component", at(*first).program, hook.program))
          .advice("attach one of them, and let it call the other");
    }
    first = &one;
    if (hook.what != change::attach || place.seen == nullptr) continue;
    for (const auto& entry : place.seen->entries) {
      const owned* ours = nullptr;
      for (const auto& candidate : place.standing) {
        const auto& seen = seen_.components[candidate.component];
        if (same_attachment(entry, seen.record->attachments[candidate.running].id,
                            seen.attachments[candidate.running].program)) {
          ours = &candidate;
        }
      }
      return error{errc::busy, "plan", subject}
          .expected("a free hook: it takes one program only")
          .found(
              ours != nullptr
                  ? fmt::format("component {} stands there", seen_.components[ours->component].name)
                  : fmt::format("program {} ({}), which is not ours", entry.program.value,
                                entry.name.empty() ? "unnamed" : entry.name))
          .advice(ours != nullptr ? "remove that component first, in an apply of its own"
                                  : "find its owner; nothing of others is ever replaced");
    }
  }
  return {};
}

// Decides the order at one hook and writes down the steps that lead to it.
class decider::hook_order {
 public:
  hook_order(decider& of, hook_place& place) : of_(of), place_(place) {}

  result<void> decide() {
    read_chain();
    collect_newcomers();
    LINCHPIN_CHECK(arrange_all());
    LINCHPIN_CHECK(choose_moves());
    LINCHPIN_CHECK(give_way());
    LINCHPIN_CHECK(check_room());
    const std::size_t places = of_.made_.places_.size();
    for (;;) {
      LINCHPIN_TRY(const bool fits, write_steps());
      if (fits) break;
      // Somebody moves to make room, which takes other steps.
      of_.made_.places_.resize(places);
      place_.steps.clear();
      live_.clear();
      changes_ = 0;
    }
    tell();
    return {};
  }

 private:
  // One program at the hook, before or after.
  struct program_at {
    chain_entry entry;  // as seen; empty for who is not there yet
    bool stands = false;
    const owned* ours = nullptr;  // by the record
    std::optional<claim> wanted;  // by the desired state
    bool leaves = false;
    bool kept = true;  // its link stays
    bool nameable = true;
  };

  [[nodiscard]] bool observes() const { return of_.policies_.observes_order(); }
  [[nodiscard]] bool appends_only() const {
    return place_.abilities.order == order_ability::append;
  }

  void read_chain() {
    std::vector<bool> matched(place_.standing.size(), false);
    for (const auto& entry : place_.seen->entries) {
      auto& one = all_.emplace_back();
      one.entry = entry;
      one.stands = true;
      one.nameable = entry.link || entry.tc_handle != 0 || place_.seen->tells_links;
      for (std::size_t i = 0; i < place_.standing.size(); ++i) {
        const auto& owned = place_.standing[i];
        const auto& seen = of_.seen_.components[owned.component];
        const auto& record = seen.record->attachments[owned.running];
        if (matched[i] ||
            !same_attachment(entry, record.id, seen.attachments[owned.running].program)) {
          continue;
        }
        matched[i] = true;
        one.ours = &owned;
        one.wanted = owned.continues;
        one.leaves = owned.leaves;
        one.entry.link = record.id.link;
        one.nameable = true;
        break;
      }
    }
  }

  void collect_newcomers() {
    std::vector<claim> newcomers;
    for (const auto& one : place_.claims) {
      const bool stands = std::any_of(all_.begin(), all_.end(), [&](const program_at& other) {
        return other.wanted && other.wanted->component == one.component &&
               other.wanted->attachment == one.attachment;
      });
      if (!stands && comes(of_.at(one).what)) newcomers.push_back(one);
    }
    std::stable_sort(
        newcomers.begin(), newcomers.end(),
        [this](const claim& left, const claim& right) { return turn_at(left) < turn_at(right); });
    for (const auto& one : newcomers) {
      newcomers_.push_back(all_.size());
      all_.emplace_back().wanted = one;
    }
  }

  [[nodiscard]] turn turn_at(const claim& one) const {
    return turn_of(observes(), of_.made_.components_[one.component], of_.at(one));
  }

  [[nodiscard]] chain_item item_of(std::size_t tag) const {
    const auto& one = all_[tag];
    chain_item item;
    item.tag = tag;
    item.member.program = one.entry.program;
    item.member.link = one.stands ? one.entry.link : planned_link;
    item.member.name = one.entry.name;
    if (one.wanted) {
      const auto& hook = of_.at(*one.wanted);
      item.program = hook.program;
      item.member.ours = true;
      item.member.component = of_.made_.components_[one.wanted->component].name;
      item.member.priority = hook.priority;
      item.member.name = std::string_view{hook.program}.substr(0, kernel_name_length);
    } else if (one.ours != nullptr) {
      // One that nobody may change now: where its record says it belongs.
      const auto& component = of_.seen_.components[one.ours->component];
      const auto& record = component.record->attachments[one.ours->running];
      item.program = record.program;
      item.member.ours = true;
      item.member.component = component.name;
      item.member.priority = record.priority;
      item.member.name = std::string_view{record.program}.substr(0, kernel_name_length);
    }
    return item;
  }

  result<void> arrange_all() {
    std::vector<chain_item> standing;
    for (std::size_t tag = 0; tag < all_.size(); ++tag) {
      if (all_[tag].stands && !all_[tag].leaves) standing.push_back(item_of(tag));
    }
    std::vector<chain_item> newcomers;
    for (const auto tag : newcomers_) newcomers.push_back(item_of(tag));
    auto arranged = arrange(of_.policies_, std::move(standing), newcomers);
    if (!arranged) {
      return std::move(arranged).error().about(fmt::format("{}", place_.hook->text()));
    }
    for (const auto& item : *arranged) target_.push_back(item.tag);
    return {};
  }

  // Whose links stay where they are.
  result<void> choose_moves() {
    for (const auto tag : newcomers_) all_[tag].kept = false;
    for (auto& one : all_) {
      if (one.wanted && re_attaches(of_.at(*one.wanted).what)) one.kept = false;
    }
    if (appends_only()) return choose_appended();
    std::vector<std::size_t> now;
    std::vector<std::size_t> then;
    std::vector<bool> ours;
    for (std::size_t tag = 0; tag < all_.size(); ++tag) {
      if (!all_[tag].stands || all_[tag].leaves) continue;
      now.push_back(tag);
      ours.push_back(all_[tag].ours != nullptr);
    }
    for (const auto tag : target_) {
      if (all_[tag].stands) then.push_back(tag);
    }
    const auto kept = keep_most(now, then, ours);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (!kept[i]) LINCHPIN_CHECK(move(now[i]));
    }
    return {};
  }

  // Who is attached at such a hook runs last. Of ours stay as many as run first and in order; the
  // others are attached again, behind everybody.
  result<void> choose_appended() {
    const auto first_wish = target_;
    const auto first_state = all_;
    std::vector<std::pair<change, cause>> first_changes;
    for (const auto& one : place_.claims) {
      first_changes.emplace_back(of_.at(one).what, of_.at(one).why);
    }
    LINCHPIN_CHECK(keep_in_order_among_ours());
    LINCHPIN_CHECK(check_newcomers());
    append_the_rest();
    if (check_settled()) return {};
    // The order among ours is not all that the policy looks at: they pass strangers as well.
    target_ = first_wish;
    all_ = first_state;
    for (std::size_t i = 0; i < first_changes.size(); ++i) {
      std::tie(of_.at(place_.claims[i]).what, of_.at(place_.claims[i]).why) = first_changes[i];
    }
    LINCHPIN_CHECK(keep_in_order_among_all());
    LINCHPIN_CHECK(check_newcomers());
    append_the_rest();
    return check_settled();
  }

  // Ours stay as long as they stand in the wanted order among themselves.
  result<void> keep_in_order_among_ours() {
    std::vector<std::size_t> standing;
    for (std::size_t tag = 0; tag < all_.size(); ++tag) {
      if (all_[tag].stands && !all_[tag].leaves) standing.push_back(tag);
    }
    const auto position = [&standing](std::size_t tag) {
      return static_cast<std::size_t>(std::find(standing.begin(), standing.end(), tag) -
                                      standing.begin());
    };
    bool in_order = true;
    std::size_t last = 0;
    for (const auto tag : target_) {
      auto& one = all_[tag];
      if (!one.stands || one.ours == nullptr) continue;
      if (one.kept && in_order && position(tag) >= last) {
        last = position(tag);
      } else if (observes() || !one.kept) {
        in_order = !observes();
        if (one.kept) LINCHPIN_CHECK(move(tag));
      }
    }
    return {};
  }

  // Ours stay as long as they stand in the wanted order among everybody.
  result<void> keep_in_order_among_all() {
    std::vector<std::size_t> now;
    std::vector<std::size_t> then;
    std::vector<bool> ours;
    for (std::size_t tag = 0; tag < all_.size(); ++tag) {
      if (!all_[tag].stands || all_[tag].leaves) continue;
      now.push_back(tag);
      ours.push_back(all_[tag].ours != nullptr);
    }
    for (const auto tag : target_) {
      if (all_[tag].stands) then.push_back(tag);
    }
    const auto kept = keep_most(now, then, ours);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (!kept[i] && all_[now[i]].kept) LINCHPIN_CHECK(move(now[i]));
    }
    bool in_order = true;
    for (const auto tag : target_) {
      auto& one = all_[tag];
      if (!one.stands || one.ours == nullptr) continue;
      in_order = in_order && one.kept;
      if (!in_order && one.kept) LINCHPIN_CHECK(move(tag));
    }
    return {};
  }

  // Who is new cannot run before anybody who stays.
  result<void> check_newcomers() {
    for (std::size_t i = 0; i < target_.size(); ++i) {
      if (all_[target_[i]].stands) continue;
      const bool followed =
          std::any_of(target_.begin() + static_cast<std::ptrdiff_t>(i), target_.end(),
                      [this](std::size_t tag) { return all_[tag].stands && all_[tag].kept; });
      if (!followed) continue;
      return about(*all_[target_[i]].wanted,
                   error{errc::unsupported, "order"}
                       .expected(fmt::format("place {} of {}", i + 1, target_.size()))
                       .found("a hook where this kernel can only append")
                       .advice("attach in run order, or run a kernel that orders this hook "
                               "(cgroup: 6.17)"));
    }
    return {};
  }

  // Whose links stay runs first, as it stands.
  void append_the_rest() {
    const auto rest = std::stable_partition(
        target_.begin(), target_.end(),
        [this](std::size_t tag) { return all_[tag].stands && all_[tag].kept; });
    std::sort(target_.begin(), rest);  // tags count along the chain
  }

  // The order that appending gives must be one that the policy leaves alone.
  result<void> check_settled() {
    if (!observes()) return {};
    std::vector<chain_item> reached;
    for (const auto tag : target_) reached.push_back(item_of(tag));
    LINCHPIN_TRY(const auto again, arrange(of_.policies_, reached, {}));
    for (std::size_t i = 0; i < again.size(); ++i) {
      if (again[i].tag == target_[i]) continue;
      const auto& one = all_[again[i].tag];
      auto refused = error{errc::unsupported, "order"}
                         .expected(fmt::format("place {} of {}", i + 1, target_.size()))
                         .found("a hook where this kernel can only append");
      return one.wanted ? about(*one.wanted, std::move(refused))
                        : std::move(refused).about(place_.hook->text());
    }
    return {};
  }

  // A program that is taken out between two strangers who cannot be named does not come back between
  // them: it runs last, and the plan says so.
  result<void> give_way() {
    if (place_.abilities.order != order_ability::anchors || place_.seen->tells_links) return {};
    std::vector<std::size_t> last;
    for (std::size_t i = 1; i + 1 < target_.size(); ++i) {
      const auto& one = all_[target_[i]];
      const bool comes_back = one.stands && !one.kept && one.wanted &&
                              of_.at(*one.wanted).what == change::detach_then_attach &&
                              of_.at(*one.wanted).why != cause::moved;
      if (comes_back && !all_[target_[i - 1]].nameable && !all_[target_[i + 1]].nameable) {
        last.push_back(target_[i]);
      }
    }
    for (const auto tag : last) {
      std::erase(target_, tag);
      target_.push_back(tag);
    }
    return last.empty() ? result<void>{} : check_settled();
  }

  // No kernel moves a link. A second one is put in the right place before the first goes, so that
  // no packet passes by; where the policy says recreate, the first goes first.
  result<void> move(std::size_t tag, cause why = cause::moved) {
    auto& one = all_[tag];
    one.kept = false;
    if (!one.wanted) {
      return error{errc::unsupported, "order", place_.hook->text()}
          .expected("to move an attachment of ours that can be changed")
          .found(fmt::format("component {}, which is left as it is",
                             of_.seen_.components[one.ours->component].name));
    }
    auto& hook = of_.at(*one.wanted);
    const auto& running = of_.seen_.components[one.ours->component];
    if (running.attachments[one.ours->running].state == attachment_state::unreachable) {
      return about(*one.wanted, error{errc::permission_denied, "order"}
                                    .expected("a link that can be ended after its program moved")
                                    .found("its pin is gone, and opening it by its id takes "
                                           "CAP_SYS_ADMIN"));
    }
    if (!re_attaches(hook.what)) {
      const auto method =
          of_.policies_.update({of_.made_.components_[one.wanted->component].name,
                                hook.hook.family().name, hook.hook.on().name, place_.abilities});
      hook.what = method == update_method::recreate ? change::detach_then_attach
                                                    : change::attach_then_detach;
    }
    hook.why = why;
    return {};
  }

  result<void> check_room() {
    if (place_.abilities.most == 0) return {};
    std::size_t most_at_once = all_.size() - newcomers_.size();
    const program_at* last = nullptr;
    for (const auto tag : target_) {
      const auto& one = all_[tag];
      if (one.kept && one.stands) continue;
      const bool gap = one.stands && of_.at(*one.wanted).what == change::detach_then_attach;
      if (!gap) ++most_at_once;
      last = &one;
    }
    if (last == nullptr || most_at_once <= place_.abilities.most) return {};
    return about(
        *last->wanted,
        error{errc::full, "order"}
            .expected(fmt::format("at most {} programs at this hook", place_.abilities.most))
            .found(fmt::format("{} at a time while the plan is carried out", most_at_once))
            .advice("attach fewer at one hook, or let the old ones go first: "
                    "update::recreate"));
  }

  [[nodiscard]] error about(const claim& one, error failed) const {
    return std::move(failed).about(fmt::format("component {}, {}, program {}",
                                               of_.made_.components_[one.component].name,
                                               of_.at(one).hook.text(), of_.at(one).program));
  }

  // ---- steps

  // Who stands in the chain while the steps are carried out. An old link that is yet to be detached
  // is its own entry beside the new one.
  struct live_entry {
    std::size_t tag = 0;
    bool fresh = false;     // the new link of a program that stands or stood elsewhere in the chain
    unsigned priority = 0;  // of a filter; of one that is still to be made about what it will be
  };

  [[nodiscard]] neighbour_record neighbour(const live_entry& who) const {
    const auto& one = all_[who.tag];
    neighbour_record made;
    if (one.wanted && (who.fresh || !one.stands)) {
      made.component = of_.made_.components_[one.wanted->component].name;
      made.slot = unnumbered(one.wanted->attachment);
    } else if (one.ours != nullptr) {
      const auto& component = of_.seen_.components[one.ours->component];
      made.component = component.name;
      made.slot = component.record->attachments[one.ours->running].slot;
    } else {
      made.entry = one.entry;
    }
    return made;
  }

  [[nodiscard]] bool nameable(const live_entry& who) const {
    return who.fresh || all_[who.tag].nameable;
  }

  std::uint32_t note_place(std::size_t index) {
    auto& made = of_.made_.places_.emplace_back();
    if (index > 0) made.left = neighbour(live_[index - 1]);
    if (index < live_.size()) made.right = neighbour(live_[index]);
    if (place_.abilities.revision && place_.seen->revision) {
      // A chain that was empty for a moment may count from the beginning again.
      if (live_.empty() && changes_ != 0) {
        unguarded_ = true;
      } else if (!unguarded_) {
        made.expected = {place_.seen->revision.value + changes_};
      }
    }
    return static_cast<std::uint32_t>(of_.made_.places_.size() - 1);
  }

  void add(step_kind kind, const claim& one, std::uint32_t before, std::uint32_t after,
           std::uint32_t where, std::uint64_t number = 0) {
    place_.steps.push_back({kind, one.component, before, after, where, number});
    ++changes_;
  }

  [[nodiscard]] std::size_t find_live(std::size_t tag, bool fresh) const {
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (live_[i].tag == tag && live_[i].fresh == fresh) return i;
    }
    return live_.size();
  }

  // returns: false when somebody has to move to make room, and the steps must be written again
  result<bool> write_steps() {
    for (std::size_t tag = 0; tag < all_.size(); ++tag) {
      if (all_[tag].stands) live_.push_back({tag, false, all_[tag].entry.tc_priority});
    }
    std::size_t next = 0;  // directly behind whoever runs before
    for (const auto tag : target_) {
      const auto& one = all_[tag];
      if (!one.wanted) {
        next = find_live(tag, false) + 1;
        continue;
      }
      const auto& hook = of_.at(*one.wanted);
      if (one.stands && one.kept) {
        if (hook.what == change::update) {
          add(step_kind::swap_program, *one.wanted, running_of(one), one.wanted->attachment,
              no_index, hook.intruder.value);
        }
        next = find_live(tag, false) + 1;
        continue;
      }
      LINCHPIN_TRY(const bool fits, attach(tag, next));
      if (!fits) return false;
    }
    return true;
  }

  // The number that a filter gets between its neighbours, about as the kernel layer chooses it.
  [[nodiscard]] unsigned priority_at(std::size_t index) const {
    constexpr unsigned past_last = 65536;
    constexpr unsigned spacing = 256;
    const unsigned low = index == 0 ? 0 : live_[index - 1].priority;
    const unsigned high = index == live_.size() ? past_last : live_[index].priority;
    if (high - low < 2) return 0;
    if (high - low <= 2 * spacing) return low + (high - low) / 2;
    return index == 0 ? high - spacing : low + spacing;
  }

  // The next of ours, on either side, that could go elsewhere.
  result<bool> make_room(std::size_t index, const claim& whom) {
    const auto movable = [this](const live_entry& who) {
      const auto& one = all_[who.tag];
      return !who.fresh && one.stands && one.kept && one.wanted.has_value();
    };
    for (std::size_t i = index; i < live_.size(); ++i) {
      if (movable(live_[i])) {
        LINCHPIN_CHECK(move(live_[i].tag, cause::makes_room));
        return false;
      }
    }
    for (std::size_t i = index; i-- > 0;) {
      if (movable(live_[i])) {
        LINCHPIN_CHECK(move(live_[i].tag, cause::makes_room));
        return false;
      }
    }
    return about(whom, error{errc::full, "order"}
                           .expected("a free tc priority between its neighbours")
                           .found("none, and nobody of ours who could move")
                           .advice("move one of the neighbouring filters to another priority (tc "
                                   "filter)"));
  }

  [[nodiscard]] static std::uint32_t running_of(const program_at& one) {
    return one.ours == nullptr ? no_index : one.ours->running;
  }

  result<bool> attach(std::size_t tag, std::size_t& next) {
    const auto& one = all_[tag];
    const auto& hook = of_.at(*one.wanted);
    if (one.stands && hook.what == change::detach_then_attach) {
      const auto old = find_live(tag, false);
      const auto left = static_cast<std::ptrdiff_t>(old);
      live_.erase(live_.begin() + left);
      add(step_kind::take_out, *one.wanted, running_of(one), no_index, note_place(old),
          hook.intruder.value);
      if (old < next) --next;
    } else if (!one.stands && hook.what == change::detach_then_attach) {
      // It stands in another mechanism's chain.
      place_.steps.push_back({step_kind::take_out, one.wanted->component,
                              static_cast<std::uint32_t>(*hook.running), no_index, no_index,
                              hook.intruder.value});
    }
    if (appends_only()) next = live_.size();
    const bool named =
        next == 0 || next == live_.size() || nameable(live_[next - 1]) || nameable(live_[next]);
    const bool any_place = place_.abilities.order == order_ability::none || appends_only();
    if (!named && !any_place) {
      const auto rank = static_cast<std::size_t>(std::find(target_.begin(), target_.end(), tag) -
                                                 target_.begin());
      return about(*one.wanted,
                   error{errc::unsupported, "order"}
                       .expected(fmt::format("a neighbour to name at place {} of {}", rank + 1,
                                             target_.size()))
                       .found("programs of others on both sides, whose links this hook does not "
                              "tell")
                       .advice("choose a place at either end of the chain, or next to a program "
                               "of ours"));
    }
    unsigned priority = 0;
    if (place_.abilities.order == order_ability::priorities) {
      priority = live_.empty() ? 1U << 15 : priority_at(next);
      if (priority == 0) return make_room(next, *one.wanted);
    }
    add(step_kind::attach_program, *one.wanted, no_index, one.wanted->attachment, note_place(next));
    live_.insert(live_.begin() + static_cast<std::ptrdiff_t>(next), {tag, true, priority});
    ++next;
    return true;
  }

  void tell() {
    const bool attaches = std::any_of(target_.begin(), target_.end(), [this](std::size_t tag) {
      return !(all_[tag].stands && all_[tag].kept);
    });
    if (!attaches || place_.abilities.exclusive) return;
    auto& chain = of_.made_.chains_.emplace_back();
    chain.family = place_.key.family;
    chain.identity = place_.key.identity;
    chain.how = place_.how;
    for (const auto& who : live_) {
      const auto& one = all_[who.tag];
      const bool stays_put = one.stands && !who.fresh;
      auto& entry = chain.at_commit.emplace_back();
      const bool ours_anew =
          one.wanted && (who.fresh || (one.kept && of_.at(*one.wanted).what == change::update));
      if (ours_anew) {
        entry.component = of_.made_.components_[one.wanted->component].name;
        entry.program = of_.at(*one.wanted).program;
      } else if (stays_put) {
        entry.id = one.entry.program;
      }
    }
    const claim* attached = nullptr;
    for (std::size_t i = 0; i < target_.size(); ++i) {
      const auto& one = all_[target_[i]];
      auto& entry = chain.entries.emplace_back();
      if (!one.wanted) {
        entry.id = one.entry.program;
        entry.program = one.entry.name;
        if (one.ours == nullptr) continue;
        const auto& component = of_.seen_.components[one.ours->component];
        entry.component = component.name;
        entry.program = component.record->attachments[one.ours->running].program;
        continue;
      }
      auto& whole = of_.made_.components_[one.wanted->component];
      auto& hook = of_.at(*one.wanted);
      entry.component = whole.name;
      entry.program = hook.program;
      if (one.stands && hook.what == change::keep) entry.id = one.entry.program;
      if (one.stands && one.kept) continue;
      attached = &*one.wanted;
      hook.place = {static_cast<std::uint32_t>(i + 1), static_cast<std::uint32_t>(target_.size())};
    }
    if ((!place_.abilities.revision || unguarded_) && place_.abilities.query) {
      place_.steps.push_back({step_kind::verify_chain, attached->component, no_index,
                              attached->attachment, no_index, of_.made_.chains_.size() - 1});
    }
  }

  decider& of_;
  hook_place& place_;
  std::vector<program_at> all_;
  std::vector<std::size_t> newcomers_;
  std::vector<std::size_t> target_;
  std::vector<live_entry> live_;
  bool unguarded_ = false;     // the revision cannot be told any more
  std::uint64_t changes_ = 0;  // of ours to this chain so far: each counts its revision up by one
};

result<void> decider::order() {
  collect_standing();
  std::unordered_map<hook_key, const observed_chain*, hook_key_hash> chains;
  for (const auto& one : seen_.chains) {
    chains.emplace(hook_key{one.family, one.identity, chain_of(one.how)}, &one);
  }
  for (auto& place : places_) {
    if (place.wanted) {
      const auto found = chains.find(place.key);
      if (found != chains.end() && found->second->seen) place.seen = &*found->second->seen;
    }
    if (place.abilities.exclusive) LINCHPIN_CHECK(check_free(place));
    if (place.seen != nullptr && !place.abilities.exclusive) {
      hook_order order{*this, place};
      LINCHPIN_CHECK(order.decide());
      continue;
    }
    // One program, or a chain that the kernel could not tell beforehand.
    for (const auto& one : place.claims) {
      const auto& hook = at(one);
      const auto before = hook.running ? static_cast<std::uint32_t>(*hook.running) : no_index;
      if (hook.what == change::update) {
        place.steps.push_back({step_kind::swap_program, one.component, before, one.attachment,
                               no_index, hook.intruder.value});
      }
      if (hook.what == change::detach_then_attach) {
        made_.places_.emplace_back();
        place.steps.push_back({step_kind::take_out, one.component, before, no_index,
                               static_cast<std::uint32_t>(made_.places_.size() - 1),
                               hook.intruder.value});
      }
      if (comes(hook.what)) {
        made_.places_.emplace_back();
        place.steps.push_back({step_kind::attach_program, one.component, no_index, one.attachment,
                               static_cast<std::uint32_t>(made_.places_.size() - 1), 0});
        if (!place.abilities.exclusive && place.abilities.order != order_ability::none) {
          at(one).place.emplace();
        }
      }
    }
  }
  return {};
}

}  // namespace linchpin
