// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "store/names.hpp"

namespace linchpin::inline LINCHPIN_ABI {

using detail::joined;

std::string store::manifest_path() const {
  return joined({through_, "/", detail::manifest_pin});
}

std::string store::component_path(std::string_view component) const {
  return joined({through_, "/", component});
}

std::array<std::string, 2> store::journal_paths() const {
  return {joined({through_, "/", detail::journal_pin}),
          joined({through_, "/", detail::journal_second_pin})};
}

std::array<std::string, 2> store::record_paths(std::string_view component) const {
  return {joined({through_, "/", component, "/", detail::record_pin}),
          joined({through_, "/", component, "/", detail::record_copy_pin})};
}

std::array<std::string, 2> store::unfinished_paths(std::string_view component) const {
  return {joined({through_, "/", component, "/", detail::unfinished_pin}),
          joined({through_, "/", component, "/", detail::unfinished_second_pin})};
}

std::string store::generation_path(std::string_view component, generation number) const {
  return joined({through_, "/", component, "/gen-", std::to_string(number.value)});
}

std::string store::program_path(std::string_view component, generation number,
                                std::string_view program) const {
  return pin_path(component, number, "/prog-", program);
}

std::string store::map_path(std::string_view component, generation number,
                            std::string_view map) const {
  return pin_path(component, number, "/map-", map);
}

std::string store::public_map_path(std::string_view component, generation number,
                                   std::string_view map) const {
  return public_path(map_path(component, number, map));
}

std::string store::pin_path(std::string_view component, generation number, std::string_view kind,
                            std::string_view name) const {
  auto path = joined({through_, "/", component, "/gen-", std::to_string(number.value), kind, name});
  std::replace(path.end() - static_cast<std::ptrdiff_t>(name.size()), path.end(), '.', '-');
  return path;
}

std::string store::link_path(std::string_view component, std::uint32_t slot) const {
  std::string path;
  link_path(component, slot, path);
  return path;
}

void store::link_path(std::string_view component, std::uint32_t slot, std::string& into) const {
  into.assign(through_).append("/").append(component).append("/link-");
  into.append(std::to_string(slot));  // short enough to need no memory
}

}  // namespace linchpin
