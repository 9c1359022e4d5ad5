// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/recovery.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/ending.hpp"
#include "engine/pinned_programs.hpp"
#include "engine/placing.hpp"

namespace linchpin {

namespace {

class repair {
 public:
  repair(running_state& state, const decisions& policies) : state_(state), policies_(policies) {}

  // The manifest of the transaction is published: what is left is to end the old.
  result<void> forward(const journal& cut_short) {
    for (const auto& component : cut_short.components) {
      LINCHPIN_TRY(const auto old, programs(component.name, component.from));
      for (const auto& record : component.dropped) {
        const auto* program = old.find(record.program);
        LINCHPIN_TRY(const auto came_out,
                     end_attachment(state_.store, component.name, record, {},
                                    program == nullptr ? program_id{} : program->id));
        if (came_out == ending::not_ours) leave_alone(component.name, record);
      }
    }
    LINCHPIN_CHECK(acting().wait_grace_period());
    for (const auto& component : cut_short.components) {
      if (component.from == component.to || !component.from) continue;
      LINCHPIN_CHECK(state_.store.remove_generation(component.name, component.from));
      if (component.to) continue;
      LINCHPIN_CHECK(state_.store.remove_component(component.name));
    }
    return {};
  }

  // It is not: everything goes back to what the manifest says.
  result<void> back(const journal& cut_short) {
    bool relinked = false;
    for (const auto& component : cut_short.components) {
      auto* running = state_.find(component.name);
      auto* record = running == nullptr ? nullptr : &running->record;
      LINCHPIN_TRY(const auto old, programs(component.name, component.from));
      LINCHPIN_TRY(const auto fresh, programs(component.name, component.to));
      for (const auto& made : component.attached) {
        LINCHPIN_CHECK(end_fresh(component.name, made, fresh));
      }
      if (record == nullptr) continue;
      for (auto& attachment : record->attachments) {
        LINCHPIN_CHECK(restore(component, attachment, old, fresh, relinked));
      }
    }
    if (relinked) {
      LINCHPIN_CHECK(republish(state_));
      LINCHPIN_CHECK(state_.store.reload());
    }
    LINCHPIN_CHECK(acting().wait_grace_period());
    for (const auto& component : cut_short.components) {
      if (component.from == component.to || !component.to) continue;
      LINCHPIN_CHECK(state_.store.remove_generation(component.name, component.to));
      if (component.from) continue;
      LINCHPIN_CHECK(state_.store.remove_component(component.name));
    }
    return {};
  }

  /// What was left in place, for people; begins with "; ".
  [[nodiscard]] const std::string& left_alone() const noexcept { return left_alone_; }

 private:
  kernel& acting() const noexcept { return state_.store.acting(); }

  result<pinned_programs> programs(std::string_view component, generation number) {
    if (!number) return pinned_programs{};
    return pinned_programs::open(state_.store, component, number);
  }

  void leave_alone(std::string_view component, const attachment_record& record) {
    left_alone_ += fmt::format("; left alone: {}", subject_of(component, record));
  }

  result<chain> filters(const attachment_record& record) {
    auto seen = acting().query(point_of(record));
    // Gone, or not to be reached from this network namespace.
    const bool unreachable =
        !seen && (seen.error().is(errc::not_found) || seen.error().is(errc::conflict));
    if (unreachable) return chain{};
    return seen;
  }

  // An attachment that the transaction made. A filter has no pin and its place was not known when
  // the journal was written: it is known by its program, unless the manifest has that very filter.
  result<void> end_fresh(std::string_view component, const attachment_record& record,
                         const pinned_programs& owners) {
    auto as_link = record;
    if (record.how == mechanism::clsact) as_link.how = mechanism::tcx;
    LINCHPIN_TRY(const auto came_out,
                 end_attachment(state_.store, component, as_link, {}, program_id{}));
    if (came_out == ending::not_ours) leave_alone(component, record);
    auto as_filter = record;
    as_filter.how = mechanism::clsact;
    const auto* family = find_hook_family(record.family);
    if (family == nullptr || std::find(family->mechanisms.begin(), family->mechanisms.end(),
                                       mechanism::clsact) == family->mechanisms.end()) {
      return {};
    }
    LINCHPIN_TRY(const auto seen, filters(as_filter));
    for (const auto& entry : seen.entries) {
      const attachment_id id{{}, entry.tc_priority, entry.tc_handle};
      if (owners.find(entry.program) == nullptr || recorded(record, id)) continue;
      LINCHPIN_CHECK(acting().detach(point_of(as_filter), id, {}, entry.program));
    }
    return {};
  }

  result<void> restore(const journal_component& component, attachment_record& record,
                       const pinned_programs& old, const pinned_programs& fresh, bool& relinked) {
    const auto* program = old.find(record.program);
    if (program == nullptr) return {};
    const auto put_back = [&](handle_ref link, program_id found) -> result<void> {
      const auto* newcomer = found == program->id ? nullptr : fresh.find(found);
      if (newcomer == nullptr) return {};  // the old one runs, or a stranger, which is not ours
      auto updated = acting().update({point_of(record), record.id, link, program->program.ref(),
                                      newcomer->program.ref(), newcomer->id});
      if (!updated && updated.error().is(errc::target_gone)) return {};
      return updated;
    };
    if (!has_link(record.how)) {
      LINCHPIN_TRY(const auto seen, filters(record));
      for (const auto& entry : seen.entries) {
        if (entry.tc_priority == record.id.tc_priority && entry.tc_handle == record.id.tc_handle) {
          return put_back({}, entry.program);
        }
      }
      // Taken out and put back by a process that died before it could write down where.
      for (const auto& entry : seen.entries) {
        const attachment_id id{{}, entry.tc_priority, entry.tc_handle};
        if (entry.program != program->id || recorded(record, id)) continue;
        record.id = id;
        relinked = true;
        return {};
      }
      return reattach(component, record, *program, relinked);
    }
    const auto path = state_.store.link_path(component.name, record.slot);
    LINCHPIN_TRY(const auto link, acting().open_pin(path, pin_kind::link));
    if (link) {
      LINCHPIN_TRY(const auto info, acting().describe_link(link.ref()));
      const bool ours = old.find(info.program) != nullptr || fresh.find(info.program) != nullptr;
      if (!info.target_gone() && ours && info.id != record.id.link) {
        // Likewise.
        record.id.link = info.id;
        relinked = true;
      }
      if (!info.target_gone()) return put_back(link.ref(), info.program);
    }
    return reattach(component, record, *program, relinked);
  }

  // The transaction had taken this attachment out, to put the new program in its place.
  result<void> reattach(const journal_component& component, attachment_record& record,
                        const pinned_programs::entry& program, bool& relinked) {
    const bool taken_out =
        std::any_of(component.dropped.begin(), component.dropped.end(),
                    [&](const attachment_record& one) { return one.slot == record.slot; });
    const auto* family = find_hook_family(record.family);
    if (!taken_out || family == nullptr) return {};
    const target on{record.identity.kind, record.target};
    LINCHPIN_TRY(const auto resolved, acting().resolve({&on, 1}));
    if (!resolved.front() || !(*resolved.front() == record.identity)) return {};
    const any_hook hook{*family, record.target, {&record.how, 1}};
    auto made = attach_in_order(state_, policies_, hook, point_of(record),
                                {.component = component.name,
                                 .name = record.program,
                                 .priority = record.priority,
                                 .program = program.program.ref(),
                                 .rather_last = true});
    if (!made) {
      // The target went away, or somebody took an exclusive place meanwhile: the next plan tells.
      if (made.error().is(errc::not_found) || made.error().is(errc::busy)) return {};
      return std::move(made).error();
    }
    record.id = made->id;
    relinked = true;
    if (!made->link) return {};
    const auto path = state_.store.link_path(component.name, record.slot);
    LINCHPIN_CHECK(acting().remove_pin(path));
    return acting().pin(made->link.ref(), path);
  }

  // Whether a filter is the one of some attachment that is on record at the same hook.
  bool recorded(const attachment_record& at, const attachment_id& id) const {
    for (const auto& component : state_.components) {
      for (const auto& one : component.record.attachments) {
        if (!has_link(one.how) && one.family == at.family && one.identity == at.identity &&
            one.id == id) {
          return true;
        }
      }
    }
    return false;
  }

  running_state& state_;
  const decisions& policies_;
  std::string left_alone_;
};

}  // namespace

void forget_durable(running_state& state) {
  state.adopted = false;
  std::erase_if(state.components, [](const running_component& one) {
    return one.lifetime == lifetime_kind::durable;
  });
}

result<std::string> recover(running_state& state, const decisions& policies) {
  std::string told;
  forget_durable(state);
  if (const auto& found = state.store.unfinished()) {
    const journal cut_short = *found;
    const bool committed = state.store.serial() == cut_short.serial;
    // What the manifest knows, for telling ours from others' in a chain; adopted only afterwards.
    for (const auto& record : state.store.found()) {
      state.components.push_back({record, lifetime_kind::durable, {}, {}, {}});
    }
    repair at_work{state, policies};
    auto repaired = committed ? at_work.forward(cut_short) : at_work.back(cut_short);
    forget_durable(state);
    LINCHPIN_CHECK(repaired);
    LINCHPIN_CHECK(state.store.clear_journal());
    for (const auto& component : cut_short.components) {
      told += fmt::format(
          "{}{}: {}", told.empty() ? "" : "; ", component.name,
          committed ? fmt::format("finished the change to generation {}", component.to.value)
                    : fmt::format("went back to generation {}", component.from.value));
    }
    told += at_work.left_alone();
  }
  LINCHPIN_CHECK(state.store.remove_unpublished());
  return told;
}

result<void> adopt(running_state& state) {
  auto& store = state.store;
  auto& acting = store.acting();
  const auto damaged = [](const std::string& path, std::string_view expected,
                          std::string_view found) {
    return error{errc::conflict, "adopt", path}.expected(expected).found(found).advice(
        "somebody changed the store; what is attached goes on running");
  };
  const auto undescribed = [&](error why, const std::string& path, std::string_view expected) {
    if (why.is(errc::wrong_type)) return damaged(path, expected, why.found());
    return std::move(why).about(path);
  };
  std::vector<running_component> adopted;
  for (const auto& record : store.found()) {
    running_component component{record, lifetime_kind::durable, {}, {}, {}, true};
    for (const auto& program : record.programs) {
      const auto path = store.program_path(record.name, record.generation, program.name);
      LINCHPIN_TRY(auto opened, acting.open_pin(path, pin_kind::program));
      if (!opened) return damaged(path, "a pinned program", "nothing");
      const auto expected = fmt::format("program {}", program.id.value);
      auto info = acting.describe_program(opened.ref());
      if (!info) return undescribed(std::move(info).error(), path, expected);
      if (info->id != program.id || info->tag != program.tag) {
        return damaged(path, expected, fmt::format("program {}", info->id.value));
      }
      component.programs.push_back(std::move(opened));
    }
    for (const auto& map : record.maps) {
      const auto path = store.map_path(record.name, record.generation, map.spec.name);
      LINCHPIN_TRY(auto opened, acting.open_pin(path, pin_kind::map));
      if (!opened) return damaged(path, "a pinned map", "nothing");
      const auto expected = fmt::format("map {}", map.id.value);
      auto info = acting.describe_map(opened.ref());
      if (!info) return undescribed(std::move(info).error(), path, expected);
      if (info->id != map.id) return damaged(path, expected, fmt::format("map {}", info->id.value));
      component.maps.push_back(std::move(opened));
    }
    adopted.push_back(std::move(component));
  }
  for (auto& component : adopted) state.components.push_back(std::move(component));
  state.adopted = true;
  return {};
}

}  // namespace linchpin
