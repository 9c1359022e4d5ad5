// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/transaction.hpp"

namespace linchpin {

namespace {

// What each attached program is loaded for, where all its hooks agree; the others stay as declared.
std::vector<program_directive> directives(const planned_component& planned) {
  std::vector<program_directive> made;
  std::vector<std::string_view> undecided;
  for (const auto& hook : planned.attachments) {
    const auto type = hook.hook.family().attach;
    const auto known = std::find_if(made.begin(), made.end(), [&](const program_directive& one) {
      return one.name == hook.program;
    });
    if (known == made.end()) {
      made.push_back({hook.program, type});
    } else if (known->expected_attach_type != type) {
      undecided.push_back(hook.program);
    }
  }
  if (undecided.empty()) return made;
  std::erase_if(made, [&](const program_directive& one) {
    return std::find(undecided.begin(), undecided.end(), one.name) != undecided.end();
  });
  return made;
}

}  // namespace

// What stands where the new generation's pins will be is not ours, and must not be taken for it when
// a build is undone.
result<void> transaction::check_free_paths() const {
  for (const auto& one : passages_) {
    if (!one.builds() || !one.durable()) continue;
    const auto directory = state_.store.generation_path(one.name(), one.planned->to);
    LINCHPIN_TRY(const auto names, acting().list_pins(directory));
    if (names.empty()) continue;
    return error{errc::already_exists, "build", fmt::format("component {}", one.name())}
        .expected(fmt::format("nothing at {}", directory))
        .found(fmt::format("{} pins that this store's records do not know", names.size()))
        .advice("find out who put them there; remove them if nobody needs them");
  }
  return {};
}

result<void> transaction::build_all() {
  for (auto& one : passages_) {
    if (!one.builds()) continue;
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto built = build(one);
      if (built) break;
      auto failed = std::move(built).error().about(fmt::format("component {}", one.name()));
      if (ask(one, "load", failed, attempt) == recovery_action::roll_back) return failed;
      if (auto removed = remove_build(one); !removed) {
        return std::move(failed).log(fmt::format("and then {}", removed.error().message()));
      }
    }
    ++report_.loaded;
  }
  return {};
}

result<void> transaction::build(passage& one) {
  const auto& planned = *one.planned;
  load_request request;
  request.programs = directives(planned);
  request.maps.reserve(planned.maps.size());
  for (const auto& map : planned.maps) {
    if (map.spec.internal) continue;
    auto& wanted = request.maps.emplace_back(
        map_directive{map.spec.name, map.spec.max_entries, map.spec.flags});
    if (map.carry == carry_method::reuse) {
      // The plan compared the layout on record. Of a map that this process did not make, the record
      // is no more than a hint.
      wanted.reuse = one.before->map(map.spec.name);
      wanted.compared = !one.before->inherited;
    }
  }
  LINCHPIN_TRY(auto loaded, acting().load(planned.image, request));

  one.next.name = planned.name;
  one.next.generation = planned.to;
  one.next.digest = planned.image.digest();
  one.next.programs.clear();
  one.next.maps.clear();
  one.next.programs.reserve(loaded.programs.size());
  one.next.maps.reserve(loaded.maps.size());
  one.programs.reserve(loaded.programs.size());
  one.maps.reserve(loaded.maps.size());
  one.copies.clear();
  for (auto& program : loaded.programs) {
    const auto* declared = planned.image.spec().find_program(program.name);
    const auto asked = std::find_if(
        request.programs.begin(), request.programs.end(),
        [&](const program_directive& directive) { return directive.name == program.name; });
    auto type = declared == nullptr ? uapi::attach_type{} : declared->expected_attach_type;
    if (asked != request.programs.end()) type = asked->expected_attach_type;
    one.next.programs.push_back(
        {std::move(program.name), program.info.type, type, program.info.id, program.info.tag});
    one.programs.push_back(std::move(program.program));
  }
  for (auto& map : loaded.maps) {
    const auto planned_map =
        std::find_if(planned.maps.begin(), planned.maps.end(),
                     [&](const auto& candidate) { return candidate.spec.name == map.name; });
    if (planned_map == planned.maps.end()) continue;
    if (planned_map->carry == carry_method::reuse) {
      const auto expected = one.before->record.find_map(map.name)->id;
      if (map.info.id != expected) {
        return error{errc::conflict, "load", fmt::format("map {}", map.name)}
            .expected(fmt::format("the running map, id {}", expected.value))
            .found(fmt::format("id {}", map.info.id.value));
      }
    }
    if (planned_map->carry == carry_method::copy) {
      one.copies.emplace_back(map.name, one.before->map(map.name), map.map.ref());
    }
    one.next.maps.push_back({planned_map->spec, map.info.id});
    one.maps.push_back(std::move(map.map));
  }
  if (one.durable()) {
    one.pinning = true;
    LINCHPIN_CHECK(pin_generation(one));
  }
  for (auto& copy : one.copies) LINCHPIN_CHECK(copy.first_sweep(acting()));
  return {};
}

result<void> transaction::pin_generation(const passage& one) {
  auto& store = state_.store;
  for (std::size_t i = 0; i < one.programs.size(); ++i) {
    LINCHPIN_CHECK(acting().pin(
        one.programs[i].ref(),
        store.program_path(one.name(), one.next.generation, one.next.programs[i].name)));
  }
  for (std::size_t i = 0; i < one.maps.size(); ++i) {
    LINCHPIN_CHECK(acting().pin(one.maps[i].ref(), store.map_path(one.name(), one.next.generation,
                                                                  one.next.maps[i].spec.name)));
  }
  return {};
}

namespace {

bool same_places(const passage& one) {
  const auto& hooks = one.planned->attachments;
  if (one.before == nullptr || one.before->record.attachments.size() != hooks.size()) return false;
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    const bool stays = hooks[i].what == change::keep || hooks[i].what == change::update;
    if (!stays || hooks[i].running != i || hooks[i].renumbered ||
        hooks[i].program != one.before->record.attachments[i].program) {
      return false;
    }
  }
  return true;
}

}  // namespace

void transaction::plan_records(passage& one) {
  if (one.planned == nullptr) return;
  one.links.clear();
  if (!one.durable()) one.links.resize(one.planned->attachments.size());
  one.same_places = same_places(one);
  if (one.same_places) return;
  std::vector<attachment_record> records;
  records.reserve(one.planned->attachments.size());
  for (const auto& hook : one.planned->attachments) {
    switch (hook.what) {
      case change::keep:
      case change::update:
      case change::wait: {
        auto& record = records.emplace_back(one.before->record.attachments[*hook.running]);
        record.program = hook.program;
        record.priority = hook.priority;
        if (hook.what == change::wait) record.id = {};
        break;
      }
      case change::attach:
      case change::replace:
      case change::recreate:
      case change::detach:
        records.push_back({std::string{hook.hook.family().name},
                           hook.hook.on().name,
                           hook.program,
                           hook.how,
                           hook.identity,
                           {},
                           one.next.next_slot++,
                           hook.priority});
        break;
    }
  }
  one.next.attachments = std::move(records);
}

}  // namespace linchpin
