// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include "testing/fake/call.hpp"
#include "testing/fake/pin_tree.hpp"
#include "testing/fake/process_state.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

using fake::call;
using fake::pin_tree;

namespace {

// The error of every write once the directory of its path was removed.
error removed(std::string_view operation, const std::string& path) {
  return error::from_errno(ENOENT, operation, path)
      .found("a directory that was removed since this process locked it");
}

}  // namespace

result<void> fake_kernel::pin(handle_ref what, const std::string& path) {
  const call now{*state_, verb::pin};
  if (!now) return now.dead();
  auto held = state_->find<fake::object>(what.number);
  if (!held || fake::as<fake::lock_hold>(held)) return error::from_errno(EBADF, "pin", path);
  const auto real = state_->real_path(path);
  if (!real) return removed("pin", path);
  return pin_tree{state_->machine}.add("pin", *real,
                                       {false, false, fake::user_ref{std::move(held)}, 0});
}

result<handle> fake_kernel::open_pin(const std::string& path, pin_kind) {
  const call now{*state_, verb::open_pin};
  if (!now) return now.dead();
  const auto real = state_->real_path(path);
  const auto* const node = real ? pin_tree{state_->machine}.find(*real) : nullptr;
  if (node == nullptr) return handle{};
  if (node->directory) return error::from_errno(EACCES, "open pin", path).found("a directory");
  return handle{*this, state_->open(node->object.get())};
}

result<void> fake_kernel::rename_pin(const std::string& from, const std::string& to) {
  const call now{*state_, verb::rename_pin};
  if (!now) return now.dead();
  const auto source = state_->real_path(from);
  const auto goal = state_->real_path(to);
  if (!source || !goal) return removed("rename pin", from);
  return pin_tree{state_->machine}.rename(*source, *goal);
}

result<void> fake_kernel::remove_pin(const std::string& path) {
  const call now{*state_, verb::remove_pin};
  if (!now) return now.dead();
  const auto real = state_->real_path(path);
  return real ? pin_tree{state_->machine}.remove(*real) : result<void>{};
}

result<std::vector<std::string>> fake_kernel::list_pins(const std::string& directory) {
  const call now{*state_, verb::list_pins};
  if (!now) return now.dead();
  const auto real = state_->real_path(directory);
  return real ? pin_tree{state_->machine}.list(*real) : std::vector<std::string>{};
}

result<void> fake_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  const call now{*state_, verb::write_blob};
  if (!now) return now.dead();
  const auto real = state_->real_path(path);
  if (!real) return removed("write blob", path);
  LINCHPIN_CHECK(state_->check_privileges(
      "write blob", path,
      linchpin::detail::needs_to_create(uapi::map_type::array, state_->privileges.bpf_for_all)));
  map_info info;
  info.type = uapi::map_type::array;
  info.key_size = 4;
  info.value_size = static_cast<std::uint32_t>(bytes.size());
  info.max_entries = 1;
  info.name = "linchpin_blob";
  auto blob = state_->machine.make_map(std::move(info));
  fake::initialise(*blob, state_->machine.facts.possible_cpus, bytes);
  return pin_tree{state_->machine}.put("write blob", *real,
                                       {false, true, fake::user_ref{std::move(blob)}, 0});
}

result<std::optional<std::vector<std::byte>>> fake_kernel::read_blob(const std::string& path) {
  const call now{*state_, verb::read_blob};
  if (!now) return now.dead();
  const auto real = state_->real_path(path);
  const auto* const node = real ? pin_tree{state_->machine}.find(*real) : nullptr;
  if (node == nullptr) return std::optional<std::vector<std::byte>>{};
  if (node->directory) return error::from_errno(EACCES, "read blob", path).found("a directory");
  if (!node->blob)
    return error{errc::bad_format, "read blob", path}.expected("a blob").found("another pin");
  return std::optional{fake::as<fake::map>(node->object.get())->entries.begin()->second};
}

result<handle> fake_kernel::lock(const std::string& directory) {
  constexpr std::string_view operation = "lock store";
  const call now{*state_, verb::lock};
  if (!now) return now.dead();
  auto& machine = state_->machine;
  pin_tree tree{machine};
  if (tree.find(directory) == nullptr)
    LINCHPIN_CHECK(tree.refuse_store_above(operation, directory));
  LINCHPIN_CHECK(tree.make_directories(operation, directory));
  const auto inode = tree.find(directory)->inode;
  if (const auto held = machine.locks.find(inode); held != machine.locks.end())
    return error::from_errno(EBUSY, operation, directory)
        .found(fmt::format("{} (pid {})",
                           held->second == state_->pid ? "this process" : "another process",
                           held->second))
        .advice(held->second == state_->pid
                    ? "use the orchestrator that has it, or end that one first"
                    : "wait until it is done, or end it; the lock goes with the process");
  const auto path = machine.directories.at(inode);  // without a slash at the end
  LINCHPIN_CHECK(tree.refuse_store_above(operation, path));
  LINCHPIN_CHECK(tree.refuse_store_below(operation, path));
  return handle{*this,
                state_->open(std::make_shared<fake::lock_hold>(machine, inode, state_->pid))};
}

result<void> fake_kernel::check_lock(handle_ref lock, const std::string& directory) {
  constexpr std::string_view operation = "check store lock";
  const call now{*state_, verb::check_lock};
  if (!now) return now.dead();
  const auto held = state_->find<fake::lock_hold>(lock.number);
  if (!held) return error::from_errno(EBADF, operation, directory).expected("the lock of a store");
  if (held->holder != state_->pid)
    return error{errc::busy, operation, directory}
        .expected(fmt::format("the process that locked the store, pid {}", held->holder))
        .found(fmt::format("pid {}, forked from it", state_->pid))
        .advice("let one process work on a store; open it in the child when the parent is done");
  const auto* const named = pin_tree{state_->machine}.find(directory);
  if (named != nullptr && named->inode == held->inode) return {};
  const auto own = state_->machine.directories.find(held->inode);
  return error{errc::conflict, operation, directory}
      .expected("the directory that this process locked")
      .found(fmt::format("{}; {}", named == nullptr ? "nothing there" : "another directory",
                         own == state_->machine.directories.end()
                             ? std::string{"the locked directory was removed"}
                             : "the locked directory stands at " + own->second))
      .advice(
          "open the store again: somebody removed or renamed it while it was in use; nothing more "
          "is written, and what is attached goes on running");
}

}  // namespace linchpin::testing
