// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/any_hook.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "engine/adopt.hpp"

namespace linchpin {

namespace {

// "gen-7/" after "gen-" is 7.
template <class Number>
std::optional<Number> numbered(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  if (name.ends_with('/')) name.remove_suffix(1);
  Number number{};
  const auto [stopped, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc{} || stopped != name.data() + name.size() || number == 0) {
    if (number != 0 || name != "0") return std::nullopt;
  }
  return number;
}

// A pin's name has '-' for every '.' of the map's, and no name in C has a '-'.
std::string map_name(std::string_view pin) {
  std::string name{pin};
  std::replace(name.begin(), name.end(), '-', '.');
  return name;
}

const hook_family* family_of(const link_info& info, mechanism& how) {
  for (const auto* family : hook_families()) {
    if (info.type == uapi::link_type::xdp && family->attach == uapi::attach_type::xdp) {
      how = mechanism::xdp_native;
      return family;
    }
    const bool same = info.type != uapi::link_type::xdp && family->attach == info.attach_type;
    if (!same) continue;
    how = family->mechanisms.front();
    return family;
  }
  return nullptr;
}

// \param[out] used the maps of the program are added
result<void> read_program(store& from, std::string_view component, generation_record& into,
                          std::string_view name, std::set<map_id>& used) {
  const auto path = from.program_path(component, into.number, name);
  LINCHPIN_TRY(const auto opened, from.acting().open_pin(path, pin_kind::program));
  if (!opened) return {};
  const auto info = from.acting().describe_program(opened.ref());
  if (!info && info.error().is(errc::wrong_type)) return {};
  if (!info) return info.error();
  // Another name than its pin's: somebody else's.
  constexpr std::size_t kernel_name_length = 15;
  if (info->name != name.substr(0, kernel_name_length)) return {};
  into.programs.push_back({std::string{name}, info->type, {}, info->id, info->tag});
  used.insert(info->maps.begin(), info->maps.end());
  return {};
}

result<void> read_map(store& from, std::string_view component, generation_record& into,
                      std::string name) {
  const auto path = from.map_path(component, into.number, name);
  LINCHPIN_TRY(const auto opened, from.acting().open_pin(path, pin_kind::map));
  if (!opened) return {};
  const auto info = from.acting().describe_map(opened.ref());
  if (!info && info.error().is(errc::wrong_type)) return {};
  if (!info) return info.error();
  map_record made;
  made.id = info->id;
  made.spec.internal = name.starts_with('.');
  made.spec.name = std::move(name);
  made.spec.type = info->type;
  made.spec.key_size = info->key_size;
  made.spec.value_size = info->value_size;
  made.spec.max_entries = info->max_entries;
  made.spec.flags = info->flags;
  into.maps.push_back(std::move(made));
  return {};
}

class reader {
 public:
  reader(store& from, std::string_view component) : store_(from) { record_.name = component; }

  result<component_record> read() {
    LINCHPIN_TRY(const auto names, store_.taken(record_.name));
    for (const auto& name : names) {
      if (const auto number = numbered<std::uint64_t>(name, "gen-")) {
        LINCHPIN_TRY(auto made, generation_from_pins(store_, record_.name, {*number}, true));
        record_.generations.push_back(std::move(made));
      }
    }
    for (const auto& name : names) {
      if (const auto slot = numbered<std::uint32_t>(name, "link-")) {
        LINCHPIN_CHECK(read_link(*slot));
      }
    }
    std::erase_if(record_.generations,
                  [](const generation_record& one) { return one.programs.empty(); });
    if (record_.generations.empty()) {
      return error{errc::not_found, "adopt again"}
          .expected("pinned programs")
          .found("none")
          .advice("release() gives the component up");
    }
    // The newest generation that runs somewhere; where none does, the newest.
    for (const auto& one : record_.generations) {
      record_.current = std::max(record_.current, one.number);
    }
    generation newest{};
    for (const auto& one : record_.attachments) newest = std::max(newest, one.generation);
    if (newest) record_.current = newest;
    return std::move(record_);
  }

 private:
  // A link is ours if it runs a program that is pinned as ours.
  result<void> read_link(std::uint32_t slot) {
    record_.next_slot = std::max(record_.next_slot, slot + 1);
    LINCHPIN_TRY(const auto opened,
                 store_.acting().open_pin(store_.link_path(record_.name, slot), pin_kind::link));
    if (!opened) return {};
    const auto info = store_.acting().describe_link(opened.ref());
    if (!info && info.error().is(errc::wrong_type)) return {};
    if (!info) return info.error();
    mechanism how{};
    const auto* family = family_of(*info, how);
    if (family == nullptr || info->target_gone()) return {};
    for (const auto& generation : record_.generations) {
      const auto* program = generation.find_program(info->program);
      if (program == nullptr) continue;
      attachment_record made;
      made.family = family->name;
      made.program = program->name;
      made.generation = generation.number;
      made.how = how;
      made.type = family->attach;
      made.identity = {family->target, info->target, {}};
      made.id.link = info->id;
      made.slot = slot;
      LINCHPIN_CHECK(name_target(made));
      record_.attachments.push_back(std::move(made));
      return {};
    }
    return {};
  }

  result<void> name_target(attachment_record& made) {
    if (made.identity.kind == target_kind::interface) {
      const target own{target_kind::netns, {}};
      LINCHPIN_TRY(const auto here, store_.acting().resolve({&own, 1}));
      if (here.front()) made.identity.netns = {here.front()->id};
      LINCHPIN_TRY(auto name, store_.acting().name_of(made.identity));
      made.target = name ? *std::move(name) : fmt::format("index {}", made.identity.id);
    } else if (made.identity.kind == target_kind::cgroup) {
      // Its path is not to be had from its id; the next plan that names it writes it down.
      made.target = fmt::format("cgroup {}", made.identity.id);
    }
    return {};
  }

  store& store_;
  component_record record_;
};

}  // namespace

result<generation_record> generation_from_pins(store& from, std::string_view component,
                                               generation number, bool used_maps_only) {
  generation_record made;
  made.number = number;
  std::set<map_id> used;
  LINCHPIN_TRY(const auto pins, from.acting().list_pins(from.generation_path(component, number)));
  for (std::string_view pin : pins) {
    if (!pin.starts_with("prog-") || pin.ends_with('/')) continue;
    LINCHPIN_CHECK(read_program(from, component, made, pin.substr(5), used));
  }
  for (std::string_view pin : pins) {
    if (!pin.starts_with("map-") || pin.ends_with('/')) continue;
    LINCHPIN_CHECK(read_map(from, component, made, map_name(pin.substr(4))));
  }
  // Whose map is it that none of its programs uses? When in doubt, somebody else's.
  if (used_maps_only) {
    std::erase_if(made.maps, [&used](const map_record& one) { return !used.contains(one.id); });
  }
  return made;
}

result<component_record> record_from_pins(store& from, std::string_view component) {
  return reader{from, component}.read();
}

}  // namespace linchpin
