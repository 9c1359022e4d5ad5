// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/driver/table.hpp>

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

using identities = std::vector<std::optional<target_identity>>;

result<std::optional<target_identity>> resolve_one(detail::target_lookup& shared,
                                                   const target& wanted) {
  const auto* driver = detail::driver_at(wanted.kind);
  if (driver == nullptr) {
    return error{errc::invalid_argument, detail::resolving, wanted.name}.found(
        "an unknown kind of target");
  }
  return driver->resolve(shared, wanted.name);
}

bool is_in_named_netns(const target& wanted) {
  return !wanted.netns.empty() && traits_of(wanted.kind).scope == target_scope::in_a_netns;
}

// All targets of one network namespace, which is entered once. They stay absent where it is not there.
result<void> resolve_in(const std::string& netns, std::span<const target> targets,
                        std::span<const std::size_t> indices, identities& into) {
  const auto subject = fmt::format("{} {}", traits_of(targets[indices.front()].kind).noun,
                                   targets[indices.front()].text());
  auto where = detail::find_netns(detail::resolving, subject, netns, {});
  if (!where) {
    if (where.error().is(errc::not_found)) return {};
    return std::move(where).error();
  }
  return detail::visit_netns(detail::resolving, subject, *where, [&]() -> result<void> {
    detail::target_lookup shared;
    for (const auto index : indices) {
      LINCHPIN_TRY(into[index], resolve_one(shared, targets[index]));
    }
    return {};
  });
}

}  // namespace

result<std::vector<std::optional<target_identity>>> live_kernel::resolve(
    std::span<const target> targets) {
  detail::target_lookup shared;
  identities found(targets.size());
  std::map<std::string, std::vector<std::size_t>> elsewhere;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (is_in_named_netns(targets[i])) {
      elsewhere[targets[i].netns].push_back(i);
      continue;
    }
    LINCHPIN_TRY(found[i], resolve_one(shared, targets[i]));
  }
  for (const auto& [netns, indices] : elsewhere) {
    LINCHPIN_CHECK(resolve_in(netns, targets, indices, found));
  }
  return found;
}

result<std::optional<std::string>> live_kernel::name_of(const target_identity& which,
                                                        const std::string& netns) {
  const auto* driver = detail::driver_at(which.kind);
  if (driver == nullptr) return std::optional<std::string>{};
  if (netns.empty()) return driver->name_of(which);
  constexpr std::string_view naming = "name interface";
  const auto subject = fmt::format("netns {}", netns);
  auto where = detail::find_netns(naming, subject, netns, which.netns);
  if (!where) {
    const bool not_there = where.error().is(errc::not_found) || where.error().is(errc::conflict);
    if (not_there) return std::optional<std::string>{};
    return std::move(where).error();
  }
  return detail::visit_netns(naming, subject, *where, [&] { return driver->name_of(which); });
}

result<std::vector<std::string>> live_kernel::list_interfaces() {
  return detail::interface_names();
}

}  // namespace linchpin
