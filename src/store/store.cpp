// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/store/store.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>

#include "core/try.hpp"

namespace linchpin {

namespace {

constexpr std::string_view manifest_pin = "manifest";
constexpr std::string_view journal_pin = "journal";

// Paths are put together at every step of a change, and formatting costs more than the step's call.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t length = 0;
  for (const auto part : parts) length += part.size();
  std::string whole;
  whole.reserve(length);
  for (const auto part : parts) whole += part;
  return whole;
}

error unreadable(error why, const std::string& root) {
  return std::move(why).about(root).still_running("whatever is pinned there; nothing was touched");
}

}  // namespace

result<store> store::open(kernel& acting, std::string root) {
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  if (root.empty() || root.front() != '/') {
    return error{errc::invalid_argument, "open store", root}
        .expected("an absolute path below a bpffs mount")
        .advice("for example /sys/fs/bpf/edge");
  }
  LINCHPIN_TRY(auto lock, acting.lock(root));
  store opened{acting, std::move(root), std::move(lock)};

  LINCHPIN_CHECK(opened.reload());
  return opened;
}

result<void> store::reload() {
  const auto manifest_read = kernel_->read_blob(joined({root_, "/", manifest_pin}));
  if (!manifest_read) return unreadable(manifest_read.error(), root_);
  const auto journal_read = kernel_->read_blob(joined({root_, "/", journal_pin}));
  if (!journal_read) return unreadable(journal_read.error(), root_);
  const auto& manifest_bytes = *manifest_read;
  const auto& journal_bytes = *journal_read;
  manifest found;
  std::optional<journal> cut_short;
  if (manifest_bytes) {
    auto decoded = decode_manifest(*manifest_bytes);
    if (!decoded) return unreadable(std::move(decoded).error(), root_);
    found = *std::move(decoded);
  }
  if (journal_bytes) {
    auto decoded = decode_journal(*journal_bytes);
    if (!decoded) return unreadable(std::move(decoded).error(), root_);
    cut_short = *std::move(decoded);
  }
  manifest_ = std::move(found);
  journal_ = std::move(cut_short);
  return {};
}

result<void> store::publish(const manifest_parts& next) {
  const auto path = joined({root_, "/", manifest_pin});
  encode(next, record_);
  if (auto written = kernel_->write_blob(path, record_); !written) {
    // It may have been published all the same; only looking tells.
    const auto there = kernel_->read_blob(path);
    if (!there) return std::move(written).error().as(errc::in_doubt);
    const auto decoded = *there ? decode_manifest(**there) : result<manifest>{manifest{}};
    if (!decoded) return std::move(written).error().as(errc::in_doubt);
    if (!*there || **there != record_) return written;
  }
  manifest_.serial = next.serial;
  manifest_.policies.assign(next.policies.begin(), next.policies.end());
  manifest_.components.clear();
  return {};
}

result<void> store::remove_unpublished() {
  LINCHPIN_TRY(const auto names, kernel_->list_pins(root_));
  for (const auto& name : names) {
    if (!reserved(name) || !name.ends_with("-next")) continue;
    LINCHPIN_CHECK(kernel_->remove_pin(joined({root_, "/", name})));
  }
  return {};
}

result<void> store::write_journal(journal intent) {
  encode(intent, record_);
  LINCHPIN_CHECK(kernel_->write_blob(joined({root_, "/", journal_pin}), record_));
  journal_ = std::move(intent);
  return {};
}

result<void> store::clear_journal() {
  LINCHPIN_CHECK(kernel_->remove_pin(joined({root_, "/", journal_pin})));
  journal_.reset();
  return {};
}

std::string store::component_path(std::string_view component) const {
  return joined({root_, "/", component});
}

std::string store::generation_path(std::string_view component, generation number) const {
  return joined({root_, "/", component, "/gen-", std::to_string(number.value)});
}

std::string store::program_path(std::string_view component, generation number,
                                std::string_view program) const {
  return pin_path(component, number, "/prog-", program);
}

std::string store::map_path(std::string_view component, generation number,
                            std::string_view map) const {
  return pin_path(component, number, "/map-", map);
}

std::string store::pin_path(std::string_view component, generation number, std::string_view kind,
                            std::string_view name) const {
  auto path = joined({root_, "/", component, "/gen-", std::to_string(number.value), kind, name});
  std::replace(path.end() - static_cast<std::ptrdiff_t>(name.size()), path.end(), '.', '-');
  return path;
}

std::string store::link_path(std::string_view component, std::uint32_t slot) const {
  std::string path;
  link_path(component, slot, path);
  return path;
}

void store::link_path(std::string_view component, std::uint32_t slot, std::string& into) const {
  // Asked for at every hook of every change, so put together by hand.
  constexpr std::string_view prefix = "/link-";
  std::array<char, std::numeric_limits<std::uint32_t>::digits10 + 1> digits{};
  const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), slot).ptr;
  const std::string_view number{digits.data(), static_cast<std::size_t>(end - digits.data())};
  into.resize(root_.size() + 1 + component.size() + prefix.size() + number.size());
  char* to = std::copy(root_.begin(), root_.end(), into.data());
  *to++ = '/';
  to = std::copy(component.begin(), component.end(), to);
  to = std::copy(prefix.begin(), prefix.end(), to);
  std::copy(number.begin(), number.end(), to);
}

result<void> store::remove_generation(std::string_view component, generation number) {
  const std::string directory = generation_path(component, number);
  LINCHPIN_TRY(const auto names, kernel_->list_pins(directory));
  for (const auto& name : names) {
    if (!name.starts_with("prog-") && !name.starts_with("map-")) continue;
    LINCHPIN_CHECK(kernel_->remove_pin(joined({directory, "/", name})));
  }
  return kernel_->remove_pin(directory);
}

result<bool> store::remove_component(std::string_view component) {
  const std::string directory = component_path(component);
  LINCHPIN_TRY(const auto names, kernel_->list_pins(directory));
  if (!names.empty()) return false;
  LINCHPIN_CHECK(kernel_->remove_pin(directory));
  return true;
}

result<void> store::remove_records() {
  LINCHPIN_CHECK(kernel_->remove_pin(joined({root_, "/", manifest_pin})));
  manifest_ = {};
  return {};
}

bool store::reserved(std::string_view name) noexcept {
  return name.starts_with(manifest_pin) || name.starts_with(journal_pin);
}

}  // namespace linchpin
