// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/info.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// Something the kernel counts references to. Shared pointers are the references; `users` counts
/// those that user space has (handles and pins), which matters to prog arrays.
struct object {
  object() = default;
  object(const object&) = delete;
  object& operator=(const object&) = delete;
  virtual ~object() = default;
  virtual void last_user_left() noexcept {}
  unsigned users = 0;
};

/// A reference from user space.
class user_ref {
 public:
  user_ref() = default;
  explicit user_ref(std::shared_ptr<object> to) : to_(std::move(to)) {
    if (to_) ++to_->users;
  }
  user_ref(user_ref&& other) noexcept = default;
  user_ref& operator=(user_ref&& other) noexcept {
    if (this != &other) {
      reset();
      to_ = std::move(other.to_);
    }
    return *this;
  }
  ~user_ref() { reset(); }

  void reset() noexcept {
    const auto leaving = std::move(to_);
    if (leaving && --leaving->users == 0) leaving->last_user_left();
  }
  [[nodiscard]] const std::shared_ptr<object>& get() const noexcept { return to_; }

 private:
  std::shared_ptr<object> to_;
};

using bytes = std::vector<std::byte>;
struct program;

struct map final : object {
  map_info info;
  std::vector<layout_field> layout;  ///< what the BTF says that it was created with
  bool frozen = false;               ///< .rodata once loaded
  bool mappable = false;             ///< has BPF_F_MMAPABLE, and nothing of the kernel's in it
  /// Key to value, per-CPU slots included. Arrays hold every index from the start.
  std::map<bytes, bytes> entries;
  std::vector<bytes> arrival;  ///< keys in order of insertion, for LRU maps
  /// Slot to program, in prog arrays.
  std::map<std::uint32_t, std::shared_ptr<program>> programs;

  /// A prog array that nobody can fill any more is emptied, even while a program uses it.
  void last_user_left() noexcept override;
};

struct program final : object {
  program_info info;
  uapi::attach_type expected_attach_type{};
  std::vector<std::shared_ptr<map>> maps;
};

/// Which chain: the mechanism that it belongs to, the attach type and the target's identity.
struct hook_key {
  mechanism how{};
  uapi::attach_type type{};
  std::uint64_t target = 0;

  friend auto operator<=>(const hook_key&, const hook_key&) = default;
};

struct machine_state;

struct link final : object {
  link_id id{};
  hook_key at;
  std::shared_ptr<fake::program> program;
  std::shared_ptr<map> on;  ///< the map that it is attached at; null for other targets
  bool attached = false;
  machine_state* machine = nullptr;

  ~link() override;
  [[nodiscard]] link_info info() const;
};

/// One place in a chain: a link, which holds its program, or a filter, which the chain holds.
struct slot {
  fake::link* link = nullptr;
  std::shared_ptr<fake::program> filter;
  std::uint16_t tc_priority = 0;
  std::uint32_t tc_handle = 0;

  [[nodiscard]] const std::shared_ptr<fake::program>& program() const noexcept {
    return link != nullptr ? link->program : filter;
  }
};

/// Whether a program lets others attach at its cgroup, and below. source: the flags of
/// BPF_PROG_ATTACH
enum class sharing : std::uint8_t {
  with_all,  ///< BPF_F_ALLOW_MULTI, as every link
  below,     ///< BPF_F_ALLOW_OVERRIDE
  nobody,    ///< neither
};

struct chain_state {
  std::vector<slot> slots;
  /// At a cgroup, of all that stand there. One that was attached without a link stands like a
  /// filter.
  fake::sharing sharing = sharing::with_all;
  std::uint64_t revision = 1;
  std::vector<std::uint16_t> other_priorities;  ///< as in `chain`
};

/// A shared pointer to the object behind as one kind, or null.
template <class Kind>
std::shared_ptr<Kind> as(const std::shared_ptr<object>& any) {
  return std::dynamic_pointer_cast<Kind>(any);
}

}  // namespace linchpin::testing::fake
