// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include <linchpin/core/detail/try.hpp>
#include "store/names.hpp"
#include "store/place.hpp"

namespace linchpin::inline LINCHPIN_ABI {

using detail::joined;

const store::found_component* store::find(std::string_view component) const noexcept {
  // They stand in the order of their names.
  const auto at = std::lower_bound(
      found_.begin(), found_.end(), component,
      [](const found_component& found, std::string_view name) { return found.name < name; });
  return at != found_.end() && at->name == component ? &*at : nullptr;
}

std::vector<store::found_component>::iterator store::find_found(std::string_view component) {
  const auto* found = find(component);
  return found == nullptr ? found_.end() : found_.begin() + (found - found_.data());
}

result<bool> store::remove_component(std::string_view component) {
  LINCHPIN_CHECK(check());
  const auto directory = component_path(component);
  auto names = kernel_->list_pins(directory);
  // A pin in the place of our directory.
  if (!names && names.error().os_error() == ENOTDIR) return false;
  if (!names) return by_name(names.error());
  // The journal of an unfinished change goes last: a record without it would pass for a component
  // that runs.
  std::stable_partition(names->begin(), names->end(),
                        [](const std::string& name) { return !detail::is_unfinished(name); });
  bool left = false;
  for (const auto& name : *names) {
    const auto path = joined({directory, "/", name});
    if (detail::is_bookkeeping(name) || detail::is_unpublished(name)) {
      LINCHPIN_TRY(const bool foreign, is_foreign(path));
      if (!foreign) {
        LINCHPIN_CHECK(by_name(kernel_->remove_pin(path)));
        continue;
      }
    }
    left = true;
  }
  std::erase(unwritten_, component);
  if (left) return false;
  LINCHPIN_CHECK(by_name(kernel_->remove_pin(directory)));
  return true;
}

result<void> store::unlist(std::string_view component) {
  const auto found = find_found(component);
  if (found == found_.end() || !found->listed) return {};
  return write_index_without(component);
}

result<void> store::write_index_without(std::string_view component) {
  auto without = index_;
  std::erase(without.components, component);
  return write_index(without);
}

result<std::vector<std::string>> store::remove_generation(std::string_view component,
                                                          const generation_record& which) {
  LINCHPIN_CHECK(check());
  const auto directory = generation_path(component, which.number);
  auto listed = kernel_->list_pins(directory);
  // A pin in the place of our directory.
  if (!listed && listed.error().os_error() == ENOTDIR) return std::vector{public_path(directory)};
  if (!listed) return by_name(listed.error());
  const auto names = *std::move(listed);  // in their order
  std::vector<bool> removed(names.size());

  const auto remove = [&](const std::string& path, pin_kind kind,
                          std::uint32_t id) -> result<void> {
    const auto name = std::string_view{path}.substr(directory.size() + 1);
    const auto here = std::lower_bound(names.begin(), names.end(), name);
    if (here == names.end() || *here != name) return {};
    const auto there = detail::look_at(*kernel_, path, kind, id);
    if (!there) return by_name(there.error());
    if (*there != detail::place::ours) return {};
    LINCHPIN_CHECK(by_name(kernel_->remove_pin(path)));
    removed[static_cast<std::size_t>(here - names.begin())] = true;
    return {};
  };
  for (const auto& program : which.programs) {
    LINCHPIN_CHECK(remove(program_path(component, which.number, program.name), pin_kind::program,
                          program.id.value));
  }
  for (const auto& map : which.maps) {
    LINCHPIN_CHECK(
        remove(map_path(component, which.number, map.spec.name), pin_kind::map, map.id.value));
  }

  std::vector<std::string> foreign;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!removed[i]) foreign.push_back(public_path(joined({directory, "/", names[i]})));
  }
  if (foreign.empty()) LINCHPIN_CHECK(by_name(kernel_->remove_pin(directory)));
  return foreign;
}

result<std::string> store::release(std::string_view component) {
  constexpr std::string_view operation = "release";
  if (component.empty() || reserved(component) || component.find('/') != std::string_view::npos) {
    return error{errc::invalid_argument, operation, component}
        .expected("the name of a component")
        .found(component.empty()     ? "no name"
               : reserved(component) ? "a name that the store uses itself"
                                     : "a path");
  }
  LINCHPIN_CHECK(check());
  const auto top = kernel_->list_pins(through_);
  if (!top) return by_name(top.error());
  const auto stands = [&top](const std::string& name) {
    return std::binary_search(top->begin(), top->end(), name);
  };
  const bool directory = stands(joined({component, "/"}));
  const auto listed = std::find(index_.components.begin(), index_.components.end(), component);
  if (!directory && listed == index_.components.end()) {
    return error{errc::not_found, operation, joined({"component ", component})}
        .expected(joined({"a directory ", root_, "/", component, ", or its name in the manifest"}))
        .found("neither");
  }

  // The name in the manifest goes first: after a death in between, the component is found by its
  // directory.
  const auto carried = write_carried_record(component);
  // Where no place is left for the manifest, the name is lost with it; what runs is pinned all the
  // same.
  if (!carried && !carried.error().is(errc::conflict)) return carried.error();
  LINCHPIN_CHECK(write_index_without(component));
  std::string place;
  if (directory) {
    for (std::uint64_t number = 1;; ++number) {
      const auto name =
          joined({detail::released_prefix, "-", component, "-", std::to_string(number)});
      if (stands(name) || stands(name + '/')) continue;
      LINCHPIN_CHECK(
          by_name(kernel_->rename_pin(component_path(component), joined({through_, "/", name}))));
      place = joined({root_, "/", name});
      break;
    }
  }
  std::erase_if(found_, [component](const auto& found) { return found.name == component; });
  return place;
}

}  // namespace linchpin
