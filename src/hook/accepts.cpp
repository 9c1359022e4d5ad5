// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/any_hook.hpp>

#include "hook/program_type_name.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// 0 says "none declared", except that it also is the number of cgroup_skb ingress: there only the
// section can tell the two apart. A '?' in front says "not loaded unless asked".
bool declares_attach_type(const program_spec& declared) {
  std::string_view section = declared.section;
  if (section.starts_with('?')) section.remove_prefix(1);
  return declared.expected_attach_type != uapi::attach_type{} ||
         section.starts_with("cgroup_skb/ingress");
}

std::string place_of(const program_spec& declared) {
  for (const auto* family : hook_families()) {
    if (family->program == declared.type && family->attach == declared.expected_attach_type) {
      return std::string{family->name};
    }
  }
  return fmt::format("attach type {}", static_cast<std::uint32_t>(declared.expected_attach_type));
}

}  // namespace

std::optional<std::string> hook_family::accepts(const program_spec& declared) const {
  if (declared.type != program) {
    return fmt::format("a program of type {} (section \"{}\") where {} takes {} programs",
                       hook::program_type_name(declared.type), declared.section, name,
                       hook::program_type_name(program));
  }
  if (declares_attach_type(declared) && declared.expected_attach_type != attach) {
    return fmt::format("a program for {} (section \"{}\") at {}", place_of(declared),
                       declared.section, name);
  }
  return std::nullopt;
}

}  // namespace linchpin
