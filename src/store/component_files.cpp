// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/component_files.hpp"

#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include <fmt/format.h>

#include "store/names.hpp"
#include "store/place.hpp"
#include "store/record_bytes.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

bool contains(const names& all, std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::string text_of_damage(const error& why) {
  const auto* const newer = why.is(errc::newer_format) ? "of a newer linchpin: " : "";
  if (why.expected().empty() && why.found().empty()) return newer + why.code().message();
  if (why.expected().empty()) return fmt::format("{}found {}", newer, why.found());
  return fmt::format("{}expected {}, found {}", newer, why.expected(), why.found());
}

raw_record read_raw(kernel& kernel, const std::string& path, const std::optional<names>& listed,
                    std::string_view pin) {
  raw_record read;
  if (listed && contains(*listed, joined({pin, "/"}))) {
    read.damage = error{errc::bad_format, "read record"}.expected("a record").found("a directory");
    return read;
  }
  if (listed && !contains(*listed, pin)) return read;
  auto content = kernel.read_blob(path);
  if (content) {
    read.content = *std::move(content);
    return read;
  }
  const auto& why = content.error();
  read.for_now = !why.is(errc::bad_format) && !why.is(errc::newer_format) &&
                 !why.is(errc::wrong_type) && why.os_error() != ELOOP;
  read.damage = why;
  return read;
}

bool holds_programs_or_maps(const names& inside) {
  return std::any_of(inside.begin(), inside.end(), [](const std::string& pin) {
    return pin.starts_with("prog-") || pin.starts_with("map-");
  });
}

names find_strays(kernel& kernel, const std::string& directory, const component_record& record,
                  const names& listed) {
  std::unordered_set<std::string> recorded;
  for (const auto& attachment : record.attachments) {
    recorded.insert(fmt::format("link-{}", attachment.slot));
  }
  for (const auto& version : record.generations) {
    recorded.insert(fmt::format("gen-{}/", version.number.value));
  }
  names strays;
  for (const auto& pin : listed) {
    const bool ours = is_numbered(pin, "link-") || is_generation(pin);
    if (!ours || recorded.contains(pin)) continue;
    if (is_generation(pin)) {
      const auto inside = kernel.list_pins(joined({directory, "/", pin}));
      if (inside && !holds_programs_or_maps(*inside)) continue;
    }
    strays.push_back(pin);
  }
  return strays;
}

bool component_files::readable() const {
  return std::any_of(copies.begin(), copies.end(),
                     [](const record_copy& copy) { return copy.record.has_value(); });
}

bool component_files::evident() const {
  // When the directory cannot be listed, an unreadable pin may as well not be there.
  return unfinished || (listed && unfinished_there) ||
         std::any_of(copies.begin(), copies.end(), [this](const record_copy& copy) {
           return copy.record || (listed && copy.damage);
         });
}

namespace {

class component_reader {
 public:
  component_reader(kernel& kernel, const std::string& directory, const std::string& shown,
                   const std::string& name)
      : kernel_(kernel), directory_(directory), shown_(shown), name_(name) {}

  component_files read() {
    auto listed = kernel_.list_pins(directory_);
    if (listed) files_.listed = *listed;
    for (const auto pin : {record_pin, record_copy_pin}) read_copy(pin);
    for (const auto& copy : files_.copies) {
      if (copy.for_now && !files_.readable()) files_.unread = copy.damage;
    }
    for (const auto pin : {unfinished_pin, unfinished_second_pin}) read_unfinished(pin);
    if (!listed) {
      files_.problems.push_back(
          fmt::format("{} cannot be listed ({})", shown_, text_of_damage(listed.error())));
      files_.unread = std::move(listed).error();
    }
    return std::move(files_);
  }

 private:
  void read_copy(std::string_view pin) {
    auto raw = read_raw(kernel_, joined({directory_, "/", pin}), files_.listed, pin);
    auto& copy =
        files_.copies.emplace_back(record_copy{pin, {}, std::move(raw.damage), raw.for_now});
    if (!raw.content) return;
    copy.damage = take(decode_component(*raw.content), copy.record);
    if (!copy.record || copy.record->name == name_) return;
    copy.damage = error{errc::bad_format, "read component record"}
                      .expected("the record of " + name_)
                      .found("that of " + copy.record->name);
    copy.record.reset();
  }

  // A death may leave two of them: the later one counts.
  void read_unfinished(std::string_view pin) {
    const auto path = joined({directory_, "/", pin});
    auto raw = read_raw(kernel_, path, files_.listed, pin);
    if (raw.content) {
      std::optional<journal> read;
      raw.damage = take(decode_journal(*raw.content), read);
      if (read && (read->changes.size() != 1 || read->changes.front().name != name_)) {
        raw.damage = error{errc::bad_format, "read journal"}
                         .expected("one of the component's own")
                         .found("that of others");
        read.reset();
      }
      if (read && (!files_.unfinished || files_.unfinished->serial < read->serial)) {
        files_.unfinished = std::move(read);
      }
    }
    if (!raw.damage) return;
    files_.problems.push_back(
        fmt::format("{}/{} cannot be read ({})", shown_, pin, text_of_damage(*raw.damage)));
    // Somebody else's pin in the place of a record says nothing about the component.
    const auto there = look_at(kernel_, path);
    if (there && *there != place::ours) return;
    files_.unfinished_there = true;
    files_.unread = std::move(raw.damage);
  }

  kernel& kernel_;
  const std::string& directory_;
  const std::string& shown_;
  const std::string& name_;
  component_files files_;
};

}  // namespace

component_files read_files(kernel& kernel, const std::string& through, const std::string& root,
                           const std::string& name) {
  const auto directory = joined({through, "/", name});
  const auto shown = joined({root, "/", name});
  return component_reader{kernel, directory, shown, name}.read();
}

}  // namespace linchpin::detail
