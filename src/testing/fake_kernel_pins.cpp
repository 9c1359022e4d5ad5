// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_kernel.hpp>

#include "core/try.hpp"
#include "testing/fake/call.hpp"
#include "testing/fake/pin_tree.hpp"
#include "testing/fake/process_state.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::testing {

using fake::call;
using fake::pin_tree;

result<void> fake_kernel::pin(handle_ref what, const std::string& path) {
  const call now{*state_, verb::pin};
  if (!now) return now.dead();
  auto held = state_->find<fake::object>(what.number);
  if (!held || fake::as<fake::lock_hold>(held)) return error::from_errno(EBADF, "pin", path);
  return pin_tree{state_->machine}.add("pin", path,
                                       {false, false, fake::user_ref{std::move(held)}});
}

result<handle> fake_kernel::open_pin(const std::string& path, pin_kind) {
  const call now{*state_, verb::open_pin};
  if (!now) return now.dead();
  const auto* const node = pin_tree{state_->machine}.find(path);
  if (node == nullptr) return handle{};
  if (node->directory) return error::from_errno(EACCES, "open pin", path).found("a directory");
  return handle{*this, state_->open(node->object.get())};
}

result<void> fake_kernel::rename_pin(const std::string& from, const std::string& to) {
  const call now{*state_, verb::rename_pin};
  if (!now) return now.dead();
  return pin_tree{state_->machine}.rename(from, to);
}

result<void> fake_kernel::remove_pin(const std::string& path) {
  const call now{*state_, verb::remove_pin};
  if (!now) return now.dead();
  return pin_tree{state_->machine}.remove(path);
}

result<std::vector<std::string>> fake_kernel::list_pins(const std::string& directory) {
  const call now{*state_, verb::list_pins};
  if (!now) return now.dead();
  return pin_tree{state_->machine}.list(directory);
}

result<void> fake_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  const call now{*state_, verb::write_blob};
  if (!now) return now.dead();
  map_info info;
  info.type = uapi::map_type::array;
  info.key_size = 4;
  info.value_size = static_cast<std::uint32_t>(bytes.size());
  info.max_entries = 1;
  info.name = "linchpin_blob";
  auto blob = state_->machine.make_map(std::move(info));
  fake::initialise(*blob, state_->machine.facts.possible_cpus, bytes);
  return pin_tree{state_->machine}.put("write blob", path,
                                       {false, true, fake::user_ref{std::move(blob)}});
}

result<std::optional<std::vector<std::byte>>> fake_kernel::read_blob(const std::string& path) {
  const call now{*state_, verb::read_blob};
  if (!now) return now.dead();
  const auto* const node = pin_tree{state_->machine}.find(path);
  if (node == nullptr) return std::optional<std::vector<std::byte>>{};
  if (node->directory) return error::from_errno(EACCES, "read blob", path).found("a directory");
  if (!node->blob)
    return error{errc::bad_format, "read blob", path}.expected("a blob").found("another pin");
  return std::optional{fake::as<fake::map>(node->object.get())->entries.begin()->second};
}

result<handle> fake_kernel::lock(const std::string& directory) {
  const call now{*state_, verb::lock};
  if (!now) return now.dead();
  LINCHPIN_CHECK(pin_tree{state_->machine}.make_directories("lock store", directory));
  if (const auto held = state_->machine.locks.find(directory); held != state_->machine.locks.end())
    return error::from_errno(EBUSY, "lock store", directory)
        .found(fmt::format("{} (pid {})",
                           held->second == state_->pid ? "this process" : "another process",
                           held->second))
        .advice("wait until it is done, or end it; the lock goes with the process");
  return handle{*this, state_->open(std::make_shared<fake::lock_hold>(state_->machine, directory,
                                                                      state_->pid))};
}

}  // namespace linchpin::testing
