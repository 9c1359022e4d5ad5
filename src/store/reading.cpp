// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/reading.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/try.hpp"
#include "store/envelope.hpp"
#include "store/names.hpp"

namespace linchpin::detail {

namespace {

using names = std::vector<std::string>;
using bytes = std::vector<std::byte>;

bool contains(const names& all, std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::string in_one_line(const error& why) {
  const auto* const newer = why.is(errc::newer_format) ? "of a newer linchpin: " : "";
  if (why.expected().empty() && why.found().empty()) return newer + why.code().message();
  if (why.expected().empty()) return fmt::format("{}found {}", newer, why.found());
  return fmt::format("{}expected {}, found {}", newer, why.expected(), why.found());
}

// A pin that should hold a record: absent, its bytes, or why they cannot be had.
struct raw_record {
  std::optional<bytes> content;
  std::optional<error> damage;
};

// One of a component's two copies.
struct record_copy {
  std::string_view pin;
  std::optional<component_record> record;
  std::optional<error> damage;
};

struct component_state {
  bool listed = false;     // in the manifest
  bool directory = false;  // with something of ours in it
  std::optional<component_record> record;
  bool from_manifest = false;  // the record; of format 1
  std::vector<std::string> problems;
};

class reader {
 public:
  reader(kernel& acting, const std::string& through, const std::string& root)
      : kernel_(acting), through_(through), root_(root) {}

  result<store_contents> read() {
    LINCHPIN_TRY(top_, kernel_.list_pins(through_));
    LINCHPIN_CHECK(read_manifest());
    LINCHPIN_CHECK(read_journal());
    for (const auto& name : top_) {
      if (name.ends_with('/') && !store::reserved(name)) {
        LINCHPIN_CHECK(read_component(name.substr(0, name.size() - 1)));
      } else if (store::reserved(name) && name.ends_with(unpublished_suffix)) {
        contents_.leftovers.push_back(joined({through_, "/", name}));
      }
    }
    put_together();
    return std::move(contents_);
  }

 private:
  // \param directory relative to the root, with a '/' at its end unless it is empty
  result<raw_record> read_raw(const names& listed, std::string_view directory,
                              std::string_view pin) {
    raw_record read;
    if (contains(listed, joined({pin, "/"}))) {
      read.damage =
          error{errc::bad_format, "read record"}.expected("a record").found("a directory");
      return read;
    }
    if (!contains(listed, pin)) return read;
    auto content = kernel_.read_blob(joined({through_, "/", directory, pin}));
    if (content) {
      read.content = *std::move(content);
      return read;
    }
    const auto& why = content.error();
    const bool damaged = why.is(errc::bad_format) || why.is(errc::newer_format) ||
                         why.is(errc::wrong_type) ||
                         (why.is(errc::permission_denied) && !directory.empty());
    if (!damaged) return why;
    read.damage = why;
    return read;
  }

  result<void> read_manifest() {
    LINCHPIN_TRY(auto raw, read_raw(top_, "", manifest_pin));
    manifest_there_ = raw.content || raw.damage;
    if (raw.content) {
      raw.damage = claims_to_be(manifest_kind_1, *raw.content) ? take_manifest_1(*raw.content)
                                                               : take_manifest(*raw.content);
    }
    if (!raw.damage) return {};
    LINCHPIN_CHECK(refuse_newer(*raw.damage, manifest_pin));
    contents_.problems.push_back(fmt::format(
        "{}/{} cannot be read ({}); the list of components was rebuilt from their directories",
        root_, manifest_pin, in_one_line(*raw.damage)));
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
                                                 in_one_line(carried.error())));
      }
    }
    return {};
  }

  result<void> read_journal() {
    LINCHPIN_TRY(auto raw, read_raw(top_, "", journal_pin));
    journal_there_ = raw.content || raw.damage;
    if (raw.content) {
      raw.damage = claims_to_be(journal_kind_1, *raw.content)
                       ? take(decode_journal_1(*raw.content), contents_.unfinished_1)
                       : take(decode_journal(*raw.content), contents_.unfinished);
    }
    if (!raw.damage) return {};
    LINCHPIN_CHECK(refuse_newer(*raw.damage, journal_pin));
    contents_.journal_damaged = true;
    contents_.problems.push_back(fmt::format(
        "{}/{} cannot be read ({}); a transaction was cut short, and nothing tells which one",
        root_, journal_pin, in_one_line(*raw.damage)));
    return {};
  }

  template <class Record>
  static std::optional<error> take(result<Record> decoded, std::optional<Record>& into) {
    if (!decoded) return std::move(decoded).error();
    into = *std::move(decoded);
    return {};
  }

  result<void> refuse_newer(const error& why, std::string_view pin) const {
    if (!why.is(errc::newer_format)) return {};
    return error{why}
        .about(joined({root_, "/", pin}))
        .still_running("whatever is pinned there; nothing was touched");
  }

  result<void> read_component(const std::string& name) {
    const auto directory = joined({name, "/"});
    LINCHPIN_TRY(const auto listed, kernel_.list_pins(joined({through_, "/", name})));
    std::vector<record_copy> copies;
    for (const auto pin : {record_pin, record_copy_pin}) {
      LINCHPIN_TRY(auto raw, read_raw(listed, directory, pin));
      auto& copy = copies.emplace_back(record_copy{pin, {}, std::move(raw.damage)});
      if (!raw.content) continue;
      copy.damage = take(decode_component(*raw.content), copy.record);
      if (!copy.record || copy.record->name == name) continue;
      copy.damage = error{errc::bad_format, "read component record"}
                        .expected("the record of " + name)
                        .found("that of " + copy.record->name);
      copy.record.reset();
    }
    for (const auto& pin : listed) {
      if (is_unpublished_record(pin)) {
        contents_.leftovers.push_back(joined({through_, "/", directory, pin}));
      }
    }
    return judge(name, listed, std::move(copies));
  }

  // Which of the copies counts, and what to say about the other one.
  result<void> judge(const std::string& name, const names& listed,
                     std::vector<record_copy> copies) {
    const auto known = components_.find(name);
    const bool listed_above = known != components_.end();
    const bool readable = std::any_of(copies.begin(), copies.end(),
                                      [](const auto& copy) { return copy.record.has_value(); });
    if (!readable && !listed_above) {
      LINCHPIN_TRY(const bool ours, holds_pins(name, listed));
      if (!ours) return {};
    }
    auto& component = components_[name];
    component.directory = true;
    const bool elsewhere = component.from_manifest;
    for (auto& copy : copies) {
      if (!copy.record) {
        // Format 1 had no such copies.
        if (!copy.damage && elsewhere && !readable) continue;
        component.problems.push_back(
            fmt::format("{}/{}/{} {}{}", root_, name, copy.pin,
                        copy.damage ? fmt::format("cannot be read ({})", in_one_line(*copy.damage))
                                    : "is missing",
                        readable ? "; the other copy is used" : ""));
        continue;
      }
      const bool later =
          !component.record || copy.record->serial > component.record->serial ||
          (copy.record->serial == component.record->serial && component.from_manifest);
      if (!later) continue;
      component.record = std::move(copy.record);
      component.from_manifest = false;
    }
    return {};
  }

  // Whether a directory without a readable record has pins that look like ours. Any other directory
  // is somebody else's. A generation's directory in which only others' names are left is no pin.
  result<bool> holds_pins(const std::string& name, const names& listed) {
    for (const auto& pin : listed) {
      if (is_record(pin) || is_numbered(pin, "link-") ||
          (pin.starts_with("map-") && !pin.ends_with('/'))) {
        return true;
      }
      if (!is_generation(pin)) continue;
      LINCHPIN_TRY(const auto inside, kernel_.list_pins(joined({through_, "/", name, "/", pin})));
      if (std::any_of(inside.begin(), inside.end(), [](const std::string& one) {
            return one.starts_with("prog-") || one.starts_with("map-");
          })) {
        return true;
      }
    }
    return false;
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
      contents_.found.push_back({name, std::move(component.record), std::move(component.problems)});
    }
  }

  kernel& kernel_;
  const std::string& through_;
  const std::string& root_;
  names top_;
  store_contents contents_;
  std::map<std::string, component_state, std::less<>> components_;
  bool manifest_there_ = false;
  bool journal_there_ = false;
};

}  // namespace

result<store_contents> read_store(kernel& acting, const std::string& through,
                                  const std::string& root) {
  return reader{acting, through, root}.read();
}

}  // namespace linchpin::detail
