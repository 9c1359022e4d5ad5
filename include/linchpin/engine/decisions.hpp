// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace linchpin {

/// The slots of a policy set, in the order in which their ids are recorded.
enum class slot : std::uint8_t {
  attach_order,
  map_sizing,
  update_strategy,
  map_carry,
  lifetime,
  recovery,
  fallback,
  drift
};
inline constexpr std::size_t slot_count = 8;

/// A policy set behind one table of decisions, so that the engine is compiled once.
class decisions {
 public:
  decisions() = default;
  decisions(const decisions&) = delete;
  decisions& operator=(const decisions&) = delete;
  virtual ~decisions() = default;

  [[nodiscard]] virtual std::string_view id(slot which) const noexcept = 0;
  [[nodiscard]] virtual bool observes_order() const noexcept = 0;
  [[nodiscard]] virtual decision<placement> place(const program_view& self,
                                                  std::span<const chain_member> others,
                                                  std::optional<std::size_t> current) const = 0;
  [[nodiscard]] virtual decision<map_shape> size(const map_view& declared,
                                                 const machine_view& machine) const = 0;
  [[nodiscard]] virtual decision<update_method> update(const hook_view& hook) const = 0;
  [[nodiscard]] virtual decision<carry_method> carry(const carry_view& maps) const = 0;
  [[nodiscard]] virtual decision<lifetime_kind> lifetime(std::string_view component) const = 0;
  [[nodiscard]] virtual recovery_answer recover(const failure_view& failed) const noexcept = 0;
  [[nodiscard]] virtual std::optional<std::size_t> rung(const hook_view& hook,
                                                        std::span<const rung_view> rungs,
                                                        std::size_t from) const noexcept = 0;
  [[nodiscard]] virtual decision<drift_action> drift(const drift_view& found) const = 0;
};

namespace detail {

/// The only place where policies are called.
template <policy_set Policies>
class policy_decisions final : public decisions {
 public:
  explicit policy_decisions(policy_values<Policies> values) : values_(std::move(values)) {}

  std::string_view id(slot which) const noexcept override {
    static constexpr std::array<std::string_view, slot_count> ids{
        Policies::attach_order::policy_id,    Policies::map_sizing::policy_id,
        Policies::update_strategy::policy_id, Policies::map_carry::policy_id,
        Policies::lifetime::policy_id,        Policies::recovery::policy_id,
        Policies::fallback::policy_id,        Policies::drift::policy_id,
    };
    return ids[static_cast<std::size_t>(which)];
  }
  bool observes_order() const noexcept override { return Policies::attach_order::observes; }
  decision<placement> place(const program_view& self, std::span<const chain_member> others,
                            std::optional<std::size_t> current) const override {
    return values_.attach_order.place(self, others, current);
  }
  decision<map_shape> size(const map_view& declared, const machine_view& machine) const override {
    return values_.map_sizing.size(declared, machine);
  }
  decision<update_method> update(const hook_view& hook) const override {
    return values_.update_strategy.choose(hook);
  }
  decision<carry_method> carry(const carry_view& maps) const override {
    return values_.map_carry.choose(maps);
  }
  decision<lifetime_kind> lifetime(std::string_view component) const override {
    return values_.lifetime.choose(component);
  }
  recovery_answer recover(const failure_view& failed) const noexcept override {
    return values_.recovery.choose(failed);
  }
  std::optional<std::size_t> rung(const hook_view& hook, std::span<const rung_view> rungs,
                                  std::size_t from) const noexcept override {
    return values_.fallback.choose(hook, rungs, from);
  }
  decision<drift_action> drift(const drift_view& found) const override {
    return values_.drift.choose(found);
  }

 private:
  policy_values<Policies> values_;
};

}  // namespace detail
}  // namespace linchpin
