// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "store/component_files.hpp"
#include "store/names.hpp"
#include "store/place.hpp"
#include "store/record_bytes.hpp"

namespace linchpin::inline LINCHPIN_ABI {

using detail::joined;
using detail::place;

// Publishes `record_`. After an error, looks whether it was published all the same.
result<void> store::write_bytes(const std::string& path) {
  const auto written = kernel_->write_blob(path, record_);
  if (written) return {};
  const auto there = kernel_->read_blob(path);
  if (there && *there && **there == record_) return {};
  const bool known = there || there.error().is(errc::bad_format);
  if (known) return by_name(written.error());
  return by_name(error{written.error()}.as(errc::in_doubt));
}

result<bool> store::is_foreign(const std::string& path) {
  const auto there = detail::look_at(*kernel_, path);
  if (!there) return by_name(there.error());
  return *there == place::foreign;
}

result<bool> store::is_foreign(const std::string& path, pin_kind kind, std::uint32_t id) {
  const auto there = detail::look_at(*kernel_, path, kind, id);
  if (!there) return by_name(there.error());
  return *there == place::foreign;
}

// The first of the places of a journal where nobody else's pin is.
result<std::string> store::free_place(std::string_view operation,
                                      std::span<const std::string> places) {
  for (const auto& place : places) {
    LINCHPIN_TRY(const bool foreign, is_foreign(place));
    if (!foreign) return place;
  }
  const auto last = places.size() > 1 ? joined({", there or at ", public_path(places.back())}) : "";
  return error{errc::conflict, operation, public_path(places.front())}
      .expected(joined({"a journal of linchpin's, or nothing", last}))
      .found("somebody else's pin")
      .advice("move it away; nothing was changed");
}

template <class Journal>
result<void> store::publish_journal(const Journal& what) {
  LINCHPIN_CHECK(check());
  constexpr std::string_view operation = "write journal";
  // A journal that is there is replaced in its place.
  LINCHPIN_TRY(const auto path, journals_.empty()
                                    ? free_place(operation, journal_paths())
                                    : free_place(operation, std::span{&journals_.back(), 1}));
  if (journal_damaged_) {
    return error{errc::conflict, operation, public_path(path)}
        .expected("a journal that can be read, or none")
        .found("a damaged one, of a transaction that was cut short")
        .advice("release the components that it may concern, or adopt them again");
  }
  encode(what, record_);
  // It counts as written until it is known not to be there.
  const bool had = std::exchange(has_journal_, true);
  if (journals_.empty()) journals_.push_back(path);
  if (auto written = write_bytes(path); !written) {
    if (written.error().is(errc::in_doubt) || had) return written;
    has_journal_ = false;
    journals_.clear();
    return written;
  }
  journal_.reset();
  journal_1_.reset();
  return {};
}

result<void> store::write_journal(const journal& what) {
  return publish_journal(what);
}

result<void> store::write_journal(const journal_draft& what) {
  return publish_journal(what);
}

result<void> store::clear_journal() {
  LINCHPIN_CHECK(check());
  // The journal that counts is removed last.
  while (!journals_.empty()) {
    const auto& path = journals_.front();
    LINCHPIN_TRY(const bool foreign, is_foreign(path));
    if (!foreign) {
      if (const auto removed = kernel_->remove_pin(path); !removed) {
        const auto left = kernel_->read_blob(path);
        if (!left) return by_name(error{removed.error()}.as(errc::in_doubt));
        if (*left) return by_name(removed.error());
      }
    }
    if (journal_damaged_) {
      std::erase_if(problems_, [line_start = public_path(path) + " "](const std::string& line) {
        return line.starts_with(line_start);
      });
    }
    journals_.erase(journals_.begin());
  }
  journal_.reset();
  journal_1_.reset();
  has_journal_ = false;
  journal_damaged_ = false;
  return {};
}

result<std::vector<std::string>> store::write_record(const component_record& what) {
  LINCHPIN_CHECK(check());
  encode(what, record_);
  std::vector<std::string> left_out;
  std::size_t written = 0;
  for (const auto& path : record_paths(what.name)) {
    auto foreign = is_foreign(path);
    if (!foreign && foreign.error().is(errc::permission_denied)) foreign = is_foreign(path);
    // A pin that this process may not look at may be anybody's.
    const bool closed = !foreign && foreign.error().is(errc::permission_denied);
    if (!foreign && !closed) return foreign.error();
    if (closed || *foreign) {
      left_out.push_back(public_path(path));
      continue;
    }
    LINCHPIN_CHECK(write_bytes(path));
    ++written;
  }
  if (written == 0) {
    // A manifest of format 1 has an older record of the component inside, which no longer counts.
    std::erase(unwritten_, what.name);
    return error{errc::conflict, "write component record", joined({"component ", what.name})}
        .expected(joined({"a free place at ", root_, "/", what.name, "/", detail::record_pin,
                          " or ", detail::record_copy_pin}))
        .found("at both a pin of somebody else's, or one that this process may not open")
        .advice("move one of them away, or release the component");
  }
  std::erase(unwritten_, what.name);
  index_.serial = std::max(index_.serial, what.serial);
  return left_out;
}

result<void> store::write_unfinished(const journal& part) {
  constexpr std::string_view operation = "write what is unfinished";
  if (part.changes.size() != 1) {
    return error{errc::invalid_argument, operation, root_}
        .expected("the change of one component")
        .found(joined({std::to_string(part.changes.size()), " changes"}));
  }
  LINCHPIN_CHECK(check());
  const auto& name = part.changes.front().name;
  LINCHPIN_CHECK(write_carried_record(name));
  // Where pins cannot be opened for the moment, the names in the directory may be enough.
  const auto names = taken(name);
  const bool free = names && std::none_of(names->begin(), names->end(), [](std::string_view pin) {
                      return pin.starts_with(detail::unfinished_pin);
                    });
  const auto places = unfinished_paths(name);
  auto place = free ? result<std::string>{places.front()} : free_place(operation, places);
  if (!place) return std::move(place).error();
  encode(part, record_);
  LINCHPIN_CHECK(write_bytes(*place));
  if (const auto found = find_found(name); found != found_.end()) found->unfinished = part;
  return {};
}

result<void> store::remove_unfinished(std::string_view component) {
  LINCHPIN_CHECK(check());
  // The later one is removed last.
  const auto places = unfinished_paths(component);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    LINCHPIN_TRY(const bool foreign, is_foreign(*place));
    if (!foreign) LINCHPIN_CHECK(by_name(kernel_->remove_pin(*place)));
  }
  if (const auto found = find_found(component); found != found_.end()) found->unfinished.reset();
  return {};
}

// Writes the record of a component that is in a manifest of format 1.
result<void> store::write_carried_record(std::string_view component) {
  if (std::find(unwritten_.begin(), unwritten_.end(), component) == unwritten_.end()) return {};
  const auto found = find_found(component);
  if (found == found_.end() || !found->record) return {};
  LINCHPIN_CHECK(write_record(*found->record));
  return {};
}

result<void> store::write_index(const manifest& next) {
  LINCHPIN_CHECK(check());
  if (!unwritten_.empty()) {
    for (const auto& name : next.components) {
      const auto carried = write_carried_record(name);
      // A record that finds no place is lost. Its component waits until somebody says what becomes
      // of it.
      if (!carried && !carried.error().is(errc::conflict)) return carried.error();
    }
  }
  const auto path = manifest_path();
  LINCHPIN_TRY(const bool foreign, is_foreign(path));
  if (!foreign) {
    encode(next, record_);
    LINCHPIN_CHECK(write_bytes(path));
    of_first_version_ = false;
  }
  index_ = next;
  const std::unordered_set<std::string_view> listed{next.components.begin(), next.components.end()};
  for (auto& component : found_) component.listed = listed.contains(component.name);
  return {};
}

result<void> store::remove_records() {
  LINCHPIN_CHECK(check());
  const auto path = manifest_path();
  LINCHPIN_TRY(const bool foreign, is_foreign(path));
  if (!foreign) LINCHPIN_CHECK(by_name(kernel_->remove_pin(path)));
  index_ = {};
  of_first_version_ = false;
  return {};
}

result<void> store::remove_unpublished() {
  LINCHPIN_CHECK(check());
  for (const auto& path : leftovers_) {
    const auto foreign = is_foreign(path);
    const auto removed = !foreign   ? result<void>{foreign.error()}
                         : *foreign ? result<void>{}
                                    : by_name(kernel_->remove_pin(path));
    if (removed) continue;
    problems_.push_back(
        joined({public_path(path), " was left by a write that was cut short, and ",
                "cannot be removed (", detail::text_of_damage(removed.error()), ")"}));
  }
  leftovers_.clear();
  return {};
}

}  // namespace linchpin
