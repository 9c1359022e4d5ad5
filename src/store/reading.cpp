// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/reading.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "store/component_files.hpp"
#include "store/envelope.hpp"
#include "store/names.hpp"
#include "store/place.hpp"
#include "store/record_bytes.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

using bytes = std::vector<std::byte>;

struct component_state {
  bool listed = false;     // in the manifest
  bool directory = false;  // with something of ours in it
  std::optional<component_record> record;
  bool from_manifest = false;  // the record; of format 1
  std::vector<std::string> problems;
  std::optional<journal> unfinished;
  std::optional<error> unread;
  std::vector<std::string> strays;
};

class store_reader {
 public:
  store_reader(kernel& kernel, const std::string& through, const std::string& root)
      : kernel_(kernel), through_(through), root_(root) {}

  result<std::optional<store::found_component>> read_alone(const std::string& name, bool listed) {
    manifest_read_ = true;
    manifest_there_ = true;
    if (listed) components_[name].listed = true;
    LINCHPIN_CHECK(read_component(name));
    put_together();
    if (contents_.found.empty()) return std::optional<store::found_component>{};
    return std::optional{std::move(contents_.found.front())};
  }

  result<store_contents> read() {
    LINCHPIN_TRY(top_, kernel_.list_pins(through_));
    LINCHPIN_CHECK(read_manifest());
    LINCHPIN_CHECK(read_journal());
    for (const auto& name : top_) {
      if (name.ends_with('/') && !store::reserved(name)) {
        LINCHPIN_CHECK(read_component(name.substr(0, name.size() - 1)));
      } else if (store::reserved(name) && !published_name(name).empty()) {
        contents_.leftovers.push_back(joined({through_, "/", name}));
      }
    }
    put_together();
    return std::move(contents_);
  }

 private:
  // Reads the manifest or a journal. An error that may pass is returned: without them nothing can
  // be said.
  result<raw_record> read_top(std::string_view pin) {
    auto read = read_raw(kernel_, joined({through_, "/", pin}), top_, pin);
    if (read.for_now) return *read.damage;
    return read;
  }

  result<void> read_manifest() {
    LINCHPIN_TRY(auto raw, read_top(manifest_pin));
    manifest_there_ = raw.content || raw.damage;
    if (raw.content) {
      raw.damage = claims_to_be(manifest_kind_1, *raw.content) ? take_manifest_1(*raw.content)
                                                               : take_manifest(*raw.content);
    }
    manifest_read_ = raw.content && !raw.damage;
    if (!raw.damage) return {};
    LINCHPIN_CHECK(refuse_newer(*raw.damage, manifest_pin));
    contents_.problems.push_back(fmt::format(
        "{}/{} cannot be read ({}); the list of components was rebuilt from their directories",
        root_, manifest_pin, text_of_damage(*raw.damage)));
    return {};
  }

  std::optional<error> take_manifest(const bytes& content) {
    auto decoded = decode_manifest(content);
    if (!decoded) return std::move(decoded).error();
    for (const auto& name : decoded->components) components_[name].listed = true;
    contents_.index = *std::move(decoded);
    return {};
  }

  std::optional<error> take_manifest_1(const bytes& content) {
    auto decoded = decode_manifest_1(content);
    if (!decoded) return std::move(decoded).error();
    contents_.of_first_version = true;
    contents_.index.serial = decoded->serial;
    contents_.index.policies = std::move(decoded->policies);
    for (const auto& old : decoded->components) {
      auto& component = components_[old.name];
      component.listed = true;
      if (auto carried = carried_on(old, decoded->serial)) {
        component.record = *std::move(carried);
        component.from_manifest = true;
      } else {
        component.problems.push_back(fmt::format("{}/{} cannot be read for this component ({})",
                                                 root_, manifest_pin,
                                                 text_of_damage(carried.error())));
      }
    }
    return {};
  }

  // Looks at both places of the journal: the second is used while somebody else's pin stands at the
  // first.
  result<void> read_journal() {
    for (const auto pin : {journal_pin, journal_second_pin}) {
      LINCHPIN_TRY(auto raw, read_top(pin));
      journal_there_ = journal_there_ || raw.content || raw.damage;
      if (raw.damage) {
        const auto at = joined({through_, "/", pin});
        LINCHPIN_TRY(const auto there, look_at(kernel_, at));
        if (there == place::foreign) {
          contents_.problems.push_back(
              fmt::format("{}/{}: something that is not ours is pinned there", root_, pin));
          continue;
        }
      }
      if (!raw.content && !raw.damage) continue;
      LINCHPIN_TRY(const bool counts, take_journal(pin, std::move(raw)));
      auto& names = contents_.journals;
      names.insert(counts ? names.end() : names.begin(), pin);
    }
    return {};
  }

  // returns: whether it counts more than the journals read so far
  result<bool> take_journal(std::string_view pin, raw_record raw) {
    if (raw.content) {
      std::optional<journal> here;
      const bool of_format_1 = claims_to_be(journal_kind_1, *raw.content);
      raw.damage = of_format_1 ? take(decode_journal_1(*raw.content), contents_.unfinished_1)
                               : take(decode_journal(*raw.content), here);
      const bool later = here && (!contents_.unfinished || is_later(*here, *contents_.unfinished));
      if (later) contents_.unfinished = std::move(here);
      if (!raw.damage) return later || of_format_1;
    }
    LINCHPIN_CHECK(refuse_newer(*raw.damage, pin));
    contents_.journal_damaged = true;
    contents_.problems.push_back(fmt::format(
        "{}/{} cannot be read ({}); a transaction was cut short, and nothing tells which one",
        root_, pin, text_of_damage(*raw.damage)));
    return false;
  }

  static bool is_later(const journal& left, const journal& right) {
    return std::tuple{left.serial, left.phase} > std::tuple{right.serial, right.phase};
  }

  result<void> refuse_newer(const error& why, std::string_view pin) const {
    if (!why.is(errc::newer_format)) return {};
    return error{why}
        .about(joined({root_, "/", pin}))
        .still_running("whatever is pinned there; nothing was touched");
  }

  result<void> read_component(const std::string& name) {
    auto files = read_files(kernel_, through_, root_, name);
    for (const auto& pin : files.listed.value_or(names{})) {
      if (is_unpublished(pin)) {
        contents_.leftovers.push_back(joined({through_, "/", name, "/", pin}));
      }
    }
    return judge(name, std::move(files));
  }

  // Takes what can be read of a component's directory, if it is ours.
  result<void> judge(const std::string& name, component_files files) {
    const bool listed_above = components_.find(name) != components_.end();
    if (!files.readable() && !listed_above) {
      LINCHPIN_TRY(const bool ours, holds_pins(name, files));
      if (!ours) return {};
    }
    auto& component = components_[name];
    component.directory = true;
    component.problems.insert(component.problems.end(), files.problems.begin(),
                              files.problems.end());
    choose_copy(name, files, component);
    component.unfinished = std::move(files.unfinished);
    component.unread = std::move(files.unread);
    const bool settled = !contents_.unfinished && !contents_.unfinished_1 && !component.unfinished;
    // Names without an explanation are strays only when no journal explains them.
    if (settled && component.record && files.listed) {
      component.strays =
          find_strays(kernel_, joined({through_, "/", name}), *component.record, *files.listed);
    }
    return {};
  }

  // Takes the newer copy of a record, and says what is wrong with a copy that cannot be read.
  void choose_copy(const std::string& name, component_files& files, component_state& component) {
    const bool readable = files.readable();
    const bool in_manifest = component.from_manifest;
    for (auto& copy : files.copies) {
      if (copy.record) {
        if (!counts_more(*copy.record, component)) continue;
        component.record = std::move(copy.record);
        component.from_manifest = false;
        continue;
      }
      // Format 1 had no such copies.
      const bool never_written = !copy.damage && in_manifest && !readable;
      if (never_written) continue;
      component.problems.push_back(fmt::format("{}/{}/{} {}{}", root_, name, copy.pin,
                                               what_is_wrong(copy),
                                               readable ? "; the other copy is used" : ""));
    }
  }

  static bool counts_more(const component_record& copy, const component_state& than) {
    if (!than.record || copy.serial > than.record->serial) return true;
    return copy.serial == than.record->serial && than.from_manifest;
  }

  static std::string what_is_wrong(const record_copy& copy) {
    if (!copy.damage) return "is missing";
    return fmt::format("cannot be read ({})", text_of_damage(*copy.damage));
  }

  // Whether a directory without a readable record has pins that look like ours. Any other directory
  // is somebody else's; and so is one that a manifest in good order does not list, since a
  // component is recorded before it is listed, and leaves its record last.
  result<bool> holds_pins(const std::string& name, const component_files& files) {
    if (files.evident()) return true;
    if (!files.listed) {
      contents_.problems.push_back(files.problems.front() + "; whether it is ours is not known");
      return false;
    }
    if (manifest_read_ && !contents_.journal_damaged) return false;
    for (const auto& pin : *files.listed) {
      if (is_numbered(pin, "link-") || (pin.starts_with("map-") && !pin.ends_with('/'))) {
        return true;
      }
      if (!is_generation(pin)) continue;
      LINCHPIN_TRY(const bool holds, holds_something(name, pin));
      if (holds) return true;
    }
    return false;
  }

  // Whether a generation's directory holds programs or maps; names of others alone do not count.
  result<bool> holds_something(const std::string& name, const std::string& generation) {
    const auto inside = kernel_.list_pins(joined({through_, "/", name, "/", generation}));
    if (!inside) {
      contents_.problems.push_back(
          fmt::format("{}/{}/{} cannot be listed ({}); whether it is ours is not known", root_,
                      name, generation, text_of_damage(inside.error())));
      return false;
    }
    return holds_programs_or_maps(*inside);
  }

  void put_together() {
    if (!manifest_there_ && !journal_there_ && !components_.empty()) {
      contents_.problems.push_back(
          fmt::format("{}/{} is missing; the list of components was rebuilt from their directories",
                      root_, manifest_pin));
    }
    auto& index = contents_.index;
    index.components.clear();
    for (auto& [name, component] : components_) {
      if (component.listed && !component.directory && !component.record) {
        component.problems.push_back(
            fmt::format("{}/{} is missing, and {}/{} lists it", root_, name, root_, manifest_pin));
      }
      if (component.record) index.serial = std::max(index.serial, component.record->serial);
      if (component.from_manifest) contents_.unwritten.push_back(name);
      index.components.push_back(name);
      contents_.found.push_back({name, std::move(component.record), std::move(component.problems),
                                 std::move(component.unfinished), std::move(component.unread),
                                 std::move(component.strays), component.listed});
    }
  }

  kernel& kernel_;
  const std::string& through_;
  const std::string& root_;
  names top_;
  store_contents contents_;
  std::map<std::string, component_state, std::less<>> components_;
  bool manifest_there_ = false;
  bool manifest_read_ = false;
  bool journal_there_ = false;
};

}  // namespace

result<store_contents> read_store(kernel& kernel, const std::string& through,
                                  const std::string& root) {
  return store_reader{kernel, through, root}.read();
}

result<std::optional<store::found_component>> read_component(kernel& kernel,
                                                             const std::string& through,
                                                             const std::string& root,
                                                             const std::string& name, bool listed) {
  return store_reader{kernel, through, root}.read_alone(name, listed);
}

}  // namespace linchpin::detail
