// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/adopt.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// "link-7" after "link-" is 7; absent for numbers beyond the largest.
std::optional<std::uint64_t> numbered(std::string_view name, std::string_view prefix,
                                      std::uint64_t largest) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [stopped, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool whole = failed == std::errc{} && stopped == name.data() + name.size();
  if (!whole || number > largest) return std::nullopt;
  return number;
}

constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();
// Numbers of slots have room to go on.
constexpr std::uint64_t largest_slot = std::numeric_limits<std::int32_t>::max() / 2;

// Whether an error of opening a pin means that it is not ours, as far as anybody can tell:
// something of another kind, or something that this process may not open.
bool passed_over(const error& why) noexcept {
  return why.is(errc::wrong_type) || why.is(errc::permission_denied) || why.is(errc::not_found) ||
         why.os_error() == ENOTDIR;
}

// A pin's name has '-' for every '.' of the map's, and no name in C has a '-'.
std::string map_name(std::string_view pin) {
  std::string name{pin};
  std::replace(name.begin(), name.end(), '-', '.');
  return name;
}

// Null also where the links of several families look alike: those of struct_ops differ in the
// structure of their map, which no verb of the kernel tells.
const hook_family* family_of(const link_info& info, mechanism& how) {
  const hook_family* found = nullptr;
  for (const auto* family : hook_families()) {
    const auto& traits = traits_of(family->mechanisms.front());
    if (!is_link_of(traits, family->attach, info)) continue;
    if (found != nullptr) return nullptr;
    found = family;
    how = traits.how;
  }
  return found;
}

// \param[out] used the maps of the program are added
result<void> read_program(store& from, std::string_view component, generation_record& into,
                          std::string_view name, std::set<map_id>& used) {
  const auto path = from.program_path(component, into.number, name);
  const auto opened = from.kernel().open_pin(path, pin_kind::program);
  if (!opened && !passed_over(opened.error())) return opened.error();
  if (!opened || !*opened) return {};
  const auto info = from.kernel().describe_program(opened->ref());
  if (!info && passed_over(info.error())) return {};
  if (!info) return info.error();
  // A program whose name is not that of its pin is somebody else's.
  if (info->name != name.substr(0, kernel_name_length)) return {};
  into.programs.push_back({std::string{name}, info->type, {}, info->id, info->tag});
  used.insert(info->maps.begin(), info->maps.end());
  return {};
}

result<void> read_map(store& from, std::string_view component, generation_record& into,
                      std::string name) {
  const auto path = from.map_path(component, into.number, name);
  const auto opened = from.kernel().open_pin(path, pin_kind::map);
  if (!opened && !passed_over(opened.error())) return opened.error();
  if (!opened || !*opened) return {};
  const auto info = from.kernel().describe_map(opened->ref());
  if (!info && passed_over(info.error())) return {};
  if (!info) return info.error();
  // No program tells that such a map is ours, so that its name has to be that of its pin.
  map_record made;
  made.spec.type = info->type;
  if (made.spec.is_attachable() &&
      info->name != std::string_view{name}.substr(0, kernel_name_length))
    return {};
  made.id = info->id;
  made.spec.internal = name.starts_with('.') || made.spec.is_attachable();
  made.spec.name = std::move(name);
  made.spec.key_size = info->key_size;
  made.spec.value_size = info->value_size;
  made.spec.max_entries = info->max_entries;
  made.spec.flags = info->flags;
  if (holds_variables(made.spec)) {
    LINCHPIN_TRY(made.spec.layout, from.kernel().read_layout(opened->ref()));
  }
  into.maps.push_back(std::move(made));
  return {};
}

class reader {
 public:
  reader(store& from, std::string_view component, std::span<const running_component> others)
      : store_(from) {
    record_.name = component;
    for (const auto& other : others) add_recorded(other.record);
  }

  result<component_record> read() {
    LINCHPIN_TRY(const auto names, store_.taken(record_.name));
    for (std::string_view name : names) {
      if (!name.ends_with('/')) continue;
      name.remove_suffix(1);
      if (const auto number = numbered(name, "gen-", any_number)) {
        LINCHPIN_TRY(auto made, generation_from_pins(store_, record_.name, {*number}, true));
        // Maps that are pinned here as well.
        std::erase_if(made.programs, [this](const program_record& program) {
          return programs_of_others_.contains(program.id);
        });
        record_.generations.push_back(std::move(made));
      }
    }
    for (const auto& name : names) {
      if (const auto slot = numbered(name, "link-", largest_slot)) {
        LINCHPIN_CHECK(read_link(static_cast<std::uint32_t>(*slot)));
      }
    }
    LINCHPIN_CHECK(read_unpinned_links());
    LINCHPIN_CHECK(read_filters());
    std::erase_if(record_.generations,
                  [](const generation_record& version) { return version.programs.empty(); });
    if (record_.generations.empty()) {
      return error{errc::not_found, "adopt again"}
          .expected("pinned programs")
          .found("none")
          .advice("release() gives the component up");
    }
    // The newest generation that runs somewhere; where none does, the newest.
    for (const auto& version : record_.generations) {
      record_.current = std::max(record_.current, version.number);
    }
    generation newest{};
    for (const auto& attachment : record_.attachments)
      newest = std::max(newest, attachment.generation);
    if (newest) record_.current = newest;
    return std::move(record_);
  }

 private:
  void add_recorded(const component_record& other) {
    for (const auto& version : other.generations) {
      for (const auto& program : version.programs) programs_of_others_.insert(program.id);
    }
    for (const auto& attachment : other.attachments) links_of_others_.insert(attachment.id.link);
  }

  // A link is ours if it runs a program that is pinned as ours.
  result<void> read_link(std::uint32_t slot) {
    record_.next_slot = std::max(record_.next_slot, slot + 1);
    const auto opened =
        store_.kernel().open_pin(store_.link_path(record_.name, slot), pin_kind::link);
    if (!opened && !passed_over(opened.error())) return opened.error();
    if (!opened || !*opened) return {};
    const auto info = store_.kernel().describe_link(opened->ref());
    if (!info && passed_over(info.error())) return {};
    if (!info) return info.error();
    return take_link(*info, slot);
  }

  // A link whose pin was lost with the records lives on where somebody else holds it. It is known
  // by the program that it runs, where this process may look at all links.
  result<void> read_unpinned_links() {
    const auto ids = store_.kernel().list_links();
    if (!ids && ids.error().is(errc::permission_denied)) return {};
    if (!ids) return ids.error();
    std::set<link_id> pinned;
    for (const auto& known : record_.attachments) pinned.insert(known.id.link);
    for (const auto id : *ids) {
      if (pinned.contains(id)) continue;
      LINCHPIN_TRY(const auto opened, store_.kernel().open_by_id(pin_kind::link, id.value));
      if (!opened) continue;
      const auto info = store_.kernel().describe_link(opened.ref());
      if (!info && passed_over(info.error())) continue;
      if (!info) return info.error();
      const auto before = record_.attachments.size();
      LINCHPIN_CHECK(take_link(*info, record_.next_slot));
      if (record_.attachments.size() != before) ++record_.next_slot;
    }
    return {};
  }

  result<void> take_link(const link_info& info, std::uint32_t slot) {
    mechanism how{};
    const auto* family = family_of(info, how);
    if (family == nullptr || info.target_gone() || links_of_others_.contains(info.id)) return {};
    auto* made = take(info.program, *family, how, {family->target->kind, info.target, {}}, slot);
    if (made == nullptr) return {};
    made->id.link = info.id;
    return name_target(*made, info.program);
  }

  // Filters have no pins. They are known by the programs that they run, at the interfaces of this
  // network namespace.
  result<void> read_filters() {
    std::vector<attach_point> points;
    for (const auto* family : hook_families()) {
      for (const auto how : family->mechanisms) {
        if (!has_link(how) && has_program_for(*family))
          points.push_back({how, family->attach, {}, {}});
      }
    }
    if (points.empty()) return {};
    LINCHPIN_TRY(const auto names, store_.kernel().list_interfaces());
    for (auto& point : points) {
      const auto& family = *find_hook_family(point.how, point.type);
      std::vector<target> interfaces;
      interfaces.reserve(names.size());
      for (const auto& name : names) interfaces.push_back({family.target->kind, name});
      LINCHPIN_TRY(const auto identities, store_.kernel().resolve(interfaces));
      for (std::size_t i = 0; i < interfaces.size(); ++i) {
        if (!identities[i]) continue;
        point.on = interfaces[i];
        point.identity = *identities[i];
        LINCHPIN_CHECK(read_filters_at(family, point));
      }
    }
    return {};
  }

  [[nodiscard]] bool has_program_for(const hook_family& family) const {
    return std::any_of(record_.generations.begin(), record_.generations.end(),
                       [&family](const generation_record& version) {
                         return std::any_of(version.programs.begin(), version.programs.end(),
                                            [&family](const auto& program) {
                                              return program.type == family.program;
                                            });
                       });
  }

  result<void> read_filters_at(const hook_family& family, const attach_point& at) {
    const auto seen = store_.kernel().query(at);
    if (!seen) {
      const auto& why = seen.error();
      const bool none = says_gone(why) || why.is(errc::unsupported);
      return none ? result<void>{} : result<void>{why};
    }
    for (const auto& entry : seen->entries) {
      if (!entry.has_number()) continue;
      auto* made = take(entry.program, family, at.how, at.identity, record_.next_slot);
      if (made == nullptr) continue;
      ++record_.next_slot;
      made->id = {{}, entry.tc_priority, entry.tc_handle};
      made->target = at.on.name;
    }
    return {};
  }

  // The name of what a link runs: a program, or the map that a family attaches; empty where it is not ours.
  static std::string attached_name(const generation_record& from, const hook_family& family,
                                   program_id runs) {
    if (family.attaches == attached_kind::program) {
      const auto* program = from.find_program(runs);
      return program == nullptr ? std::string{} : program->name;
    }
    const auto found = std::find_if(from.maps.begin(), from.maps.end(), [runs](const auto& map) {
      return map.spec.is_attachable() && map.id.value == runs.value;
    });
    return found == from.maps.end() ? std::string{} : found->spec.name;
  }

  // returns: null for a program that is not ours; valid until the next one is taken
  attachment_record* take(program_id runs, const hook_family& family, mechanism how,
                          const target_identity& at, std::uint32_t slot) {
    for (const auto& generation : record_.generations) {
      const auto name = attached_name(generation, family, runs);
      if (name.empty()) continue;
      auto& made = record_.attachments.emplace_back();
      made.family = family.name;
      made.program = name;
      made.generation = generation.number;
      made.how = how;
      made.type = family.attach;
      made.identity = at;
      made.slot = slot;
      return &made;
    }
    return nullptr;
  }

  result<void> name_target(attachment_record& made, program_id runs) {
    const auto& kind = traits_of(made.identity.kind);
    if (kind.scope == target_scope::in_a_netns) {
      const target own = hook::own_netns();
      LINCHPIN_TRY(const auto here, store_.kernel().resolve({&own, 1}));
      if (here.front()) made.identity.netns = {here.front()->id};
      LINCHPIN_TRY(auto name, store_.kernel().name_of(made.identity, {}));
      made.target = name ? *std::move(name) : fmt::format("index {}", made.identity.id);
      LINCHPIN_TRY(const bool here_too, stands_at(made, runs));
      // Its interface is in another network namespace, and nothing tells which.
      if (!here_too) made.identity.netns = {};
    } else if (kind.scope == target_scope::in_the_component) {
      made.target = name_of_map(made);
    } else if (kind.scope == target_scope::everywhere && kind.unnamed.empty()) {
      // Its path is not to be had from its id; the next plan that names it writes it down.
      made.target = fmt::format("{} {}", kind.word, made.identity.id);
    }
    return {};
  }

  [[nodiscard]] std::string name_of_map(const attachment_record& made) const {
    const auto* version = record_.find_generation(made.generation);
    for (const auto& map : version->maps) {
      if (map.id.value == made.identity.id) return map.spec.name;
    }
    return fmt::format("of id {}", made.identity.id);
  }

  // A link tells the number of its interface, which another network namespace uses as well.
  result<bool> stands_at(const attachment_record& made, program_id runs) {
    LINCHPIN_TRY(const auto at, point_of(made));
    const auto seen = store_.kernel().query(at);
    if (!seen) {
      if (says_gone(seen.error()) || seen.error().is(errc::unsupported)) return false;
      return seen.error();
    }
    return std::any_of(seen->entries.begin(), seen->entries.end(), [&](const chain_entry& entry) {
      return entry.link ? entry.link == made.id.link : entry.program == runs;
    });
  }

  store& store_;
  component_record record_;
  // On record of other components.
  std::set<program_id> programs_of_others_;
  std::set<link_id> links_of_others_;
};

}  // namespace

result<generation_record> generation_from_pins(store& from, std::string_view component,
                                               generation number, bool used_maps_only) {
  generation_record made;
  made.number = number;
  std::set<map_id> used;
  LINCHPIN_TRY(const auto pins, from.kernel().list_pins(from.generation_path(component, number)));
  for (std::string_view pin : pins) {
    if (!pin.starts_with("prog-") || pin.ends_with('/')) continue;
    LINCHPIN_CHECK(read_program(from, component, made, pin.substr(5), used));
  }
  for (std::string_view pin : pins) {
    if (!pin.starts_with("map-") || pin.ends_with('/')) continue;
    LINCHPIN_CHECK(read_map(from, component, made, map_name(pin.substr(4))));
  }
  // A map that none of our programs uses: when in doubt, it is somebody else's.
  if (used_maps_only) {
    // No program uses the map that it is attached by: its pin has the name that only its variable has.
    std::erase_if(made.maps, [&used](const map_record& map) {
      return !used.contains(map.id) && !map.spec.is_attachable();
    });
  }
  return made;
}

result<component_record> record_from_pins(store& from, std::string_view component,
                                          std::span<const running_component> others) {
  return reader{from, component, others}.read();
}

}  // namespace linchpin
