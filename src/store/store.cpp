// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <algorithm>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "store/component_files.hpp"
#include "store/names.hpp"
#include "store/reading.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Replaces the first part of a path: one directory by another.
std::string moved(std::string_view text, const std::string& from, const std::string& to) {
  std::string made;
  for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    const auto rest = text.substr(at + from.size());
    const bool whole = rest.empty() || rest.front() < '0' || rest.front() > '9';
    made.append(text.substr(0, at)).append(whole ? to : from);
    text = rest;
  }
  return made.append(text);
}

}  // namespace

store::store(linchpin::kernel& kernel, std::string root, handle lock)
    : kernel_(&kernel),
      root_(std::move(root)),
      lock_(std::move(lock)),
      through_(path_through(lock_.ref())) {}

result<store> store::open(linchpin::kernel& kernel, std::string root) {
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  if (root.empty() || root.front() != '/') {
    return error{errc::invalid_argument, "open store", root}
        .expected("an absolute path below a bpffs mount")
        .advice("for example /sys/fs/bpf/edge");
  }
  LINCHPIN_TRY(auto lock, kernel.lock(root));
  store opened{kernel, std::move(root), std::move(lock)};
  LINCHPIN_CHECK(opened.reload());
  return opened;
}

result<void> store::check() {
  return kernel_->check_lock(lock_.ref(), root_);
}

result<void> store::reload() {
  // A directory that was removed lists as empty.
  LINCHPIN_CHECK(check());
  auto read = detail::read_store(*kernel_, through_, root_);
  if (!read) return by_name(read.error());
  index_ = std::move(read->index);
  found_ = std::move(read->found);
  problems_ = std::move(read->problems);
  journal_ = std::move(read->unfinished);
  journal_1_ = std::move(read->unfinished_1);
  has_journal_ = journal_ || journal_1_;
  journal_damaged_ = read->journal_damaged;
  journals_.clear();
  for (const auto pin : read->journals) journals_.push_back(detail::joined({through_, "/", pin}));
  of_first_version_ = read->of_first_version;
  unwritten_ = std::move(read->unwritten);
  leftovers_ = std::move(read->leftovers);
  return {};
}

result<void> store::reload(std::string_view component) {
  // The record of the component may be in a manifest of format 1 alone.
  const bool in_manifest =
      std::find(unwritten_.begin(), unwritten_.end(), component) != unwritten_.end();
  if (in_manifest) return reload();
  LINCHPIN_CHECK(check());
  const auto former = find_found(component);
  const bool listed = former != found_.end() && former->listed;
  auto read = detail::read_component(*kernel_, through_, root_, std::string{component}, listed);
  if (!read) return by_name(read.error());
  if (former != found_.end()) found_.erase(former);
  if (!*read) return {};
  const auto place = std::lower_bound(
      found_.begin(), found_.end(), component,
      [](const found_component& found, std::string_view name) { return found.name < name; });
  found_.insert(place, *std::move(*read));
  return {};
}

result<std::vector<std::string>> store::taken(std::string_view component) {
  auto names = kernel_->list_pins(component_path(component));
  if (!names) return by_name(names.error());
  return names;
}

result<std::vector<std::string>> store::find_strays(const component_record& of) {
  LINCHPIN_TRY(const auto listed, taken(of.name));
  return detail::find_strays(*kernel_, component_path(of.name), of, listed);
}

result<void> store::pin(handle_ref what, const std::string& path) {
  LINCHPIN_CHECK(check());
  return by_name(kernel_->pin(what, path));
}

result<void> store::remove_pin(const std::string& path) {
  LINCHPIN_CHECK(check());
  return by_name(kernel_->remove_pin(path));
}

result<void> store::rename_pin(const std::string& from, const std::string& to) {
  LINCHPIN_CHECK(check());
  return by_name(kernel_->rename_pin(from, to));
}

bool store::reserved(std::string_view name) noexcept {
  return name.starts_with(detail::manifest_pin) || name.starts_with(detail::journal_pin) ||
         name.starts_with(detail::released_prefix);
}

std::string store::public_path(std::string_view path) const {
  if (!path.starts_with(through_)) return std::string{path};
  return detail::joined({root_, path.substr(through_.size())});
}

// Says a path by the name that people have for the directory, and not by the number of a
// descriptor.
error store::by_name(const error& why) const {
  const auto speaks_of_it = [this](std::string_view text) {
    return text.find(through_) != std::string_view::npos;
  };
  if (!speaks_of_it(why.subject()) && !speaks_of_it(why.expected()) && !speaks_of_it(why.found()) &&
      !speaks_of_it(why.advice())) {
    return why;
  }
  const auto subject = moved(why.subject(), through_, root_);
  auto same = why.os_error() != 0 ? error::from_errno(why.os_error(), why.operation(), subject)
                                  : error{why.condition(), why.operation(), subject};
  return std::move(same)
      .as(why.condition())
      .ended(why.outcome())
      .expected(moved(why.expected(), through_, root_))
      .found(moved(why.found(), through_, root_))
      .still_running(why.still_running())
      .advice(moved(why.advice(), through_, root_))
      .log(why.log())
      .and_then(moved(why.and_then(), through_, root_));
}

result<void> store::by_name(result<void> outcome) const {
  if (outcome) return {};
  return by_name(outcome.error());
}

}  // namespace linchpin
