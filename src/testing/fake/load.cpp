// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/load.hpp"

#include <linchpin/bpf/detail/elf_programs.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
#include <linchpin/bpf/detail/struct_ops.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/plan_variables.hpp"
#include "kernel/variable_writes.hpp"
#include "testing/fake/map_contents.hpp"

#include <linux/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

class hasher {
 public:
  void add(const void* data, std::size_t size) noexcept {
    const auto* const at = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i != size; ++i) value_ = (value_ ^ at[i]) * 0x100000001b3U;
  }
  [[nodiscard]] program_tag tag() const noexcept {
    program_tag tag;
    for (std::size_t i = 0; i != tag.size(); ++i)
      tag[i] = static_cast<std::uint8_t>(value_ >> (8 * i));
    return tag;
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

/// Equal code, equal tag. What a called function consists of is only known after linking, so a
/// program with calls is taken to change with the object.
program_tag tag_of(const bpf_program& program, std::uint64_t digest) {
  const auto* const first = bpf_program__insns(&program);
  const auto count = bpf_program__insn_cnt(&program);
  hasher hash;
  hash.add(first, count * sizeof *first);
  const bool calls = std::any_of(first, first + count, [](const bpf_insn& instruction) {
    return instruction.code == (BPF_JMP | BPF_CALL) && instruction.src_reg == BPF_PSEUDO_CALL;
  });
  if (calls) hash.add(&digest, sizeof digest);
  return hash.tag();
}

const bpf_map* find_map(const bpf_object& opened, const map_spec& spec) {
  const bpf_map* at = nullptr;
  while ((at = bpf_object__next_map(&opened, at)) != nullptr) {
    const std::string_view name = bpf_map__name(at);
    const bool internal = bpf_map__is_internal(at);
    if (name == spec.name || (internal && spec.internal && name.ends_with(spec.name))) return at;
  }
  return nullptr;
}

const bpf_program* find_program(bpf_object& opened, const std::string& name) {
  return bpf_object__find_program_by_name(&opened, name.c_str());
}

map_info wanted_info(const map_spec& spec, const map_directive* directive) {
  map_info info;
  info.type = spec.type;
  info.key_size = spec.key_size;
  info.value_size = spec.value_size;
  info.max_entries = spec.max_entries;
  info.flags = spec.flags;
  if (directive != nullptr) {
    if (directive->max_entries != 0) info.max_entries = directive->max_entries;
    info.flags = directive->flags;
  }
  return info;
}

result<std::shared_ptr<map>> reuse_map(const map_spec& spec, const map_info& wanted,
                                       const map_directive& directive, const map_finder& finder) {
  auto existing = finder.find_map(directive.reuse.number);
  const auto subject = fmt::format("map {}", spec.name);
  if (!existing) return error::from_errno(EBADF, "load", subject);
  if (directive.compared) return existing;
  const auto& live = existing->info;
  if (live.type != wanted.type || live.key_size != wanted.key_size ||
      live.value_size != wanted.value_size)
    return error{errc::layout_mismatch, "load", subject}
        .expected(fmt::format("type {}, key {}, value {} bytes", static_cast<unsigned>(wanted.type),
                              wanted.key_size, wanted.value_size))
        .found(fmt::format("type {}, key {}, value {} bytes", static_cast<unsigned>(live.type),
                           live.key_size, live.value_size));
  if (!spec.layout.empty() && !finder.may_read_layouts()) {
    return error{errc::layout_mismatch, "load", subject}
        .expected("the layout that the program was compiled with")
        .found("none that can be read");
  }
  return existing;
}

bool is_attached(const load_request& request, const map_spec& spec) {
  const auto& names = request.attached_maps;
  return std::find(names.begin(), names.end(), spec.name) != names.end();
}

result<void> check_attached_maps(const object_image& image, const load_request& request) {
  for (const auto name : request.attached_maps) {
    const auto* const map = image.spec().maps.find(name);
    if (map == nullptr || map->type != uapi::map_type::struct_ops) {
      return error{errc::invalid_argument, "load", image.spec().name}
          .expected(fmt::format("a struct_ops map '{}'", name))
          .found("none of that name");
    }
  }
  return {};
}

result<void> check_creatable(const map_spec& spec, const map_info& wanted) {
  const bool sizeless =
      wanted.type == uapi::map_type::sk_storage || wanted.type == uapi::map_type::inode_storage ||
      wanted.type == uapi::map_type::task_storage || wanted.type == uapi::map_type::cgrp_storage;
  if (wanted.max_entries != 0 || sizeless) return {};
  return error::from_errno(EINVAL, "load", fmt::format("map {}", spec.name))
      .expected("max_entries of at least 1")
      .found("0");
}

template <class Directive>
const Directive* find(const std::vector<Directive>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&name](const Directive& directive) {
    return directive.name == name;
  });
  return found == all.end() ? nullptr : &*found;
}

result<void> check_names(const object_image& image, const load_request& request) {
  for (const auto& map : request.maps) {
    if (image.spec().find_map(map.name) == nullptr)
      return error{errc::not_found, "load", fmt::format("map {}", map.name)}.found("no such map");
  }
  for (const auto& program : request.programs) {
    if (image.spec().find_program(program.name) == nullptr)
      return error{errc::not_found, "load", fmt::format("program {}", program.name)}.found(
          "no such program");
  }
  return {};
}

const variable_spec* find_variable(const object_spec& spec, std::string_view name) {
  const auto found = std::find_if(
      spec.variables.begin(), spec.variables.end(),
      [name](const auto& variable) { return variable.name == name && variable.map != ".kconfig"; });
  return found == spec.variables.end() ? nullptr : &*found;
}

result<void> check_globals(const object_image& image, const load_request& request) {
  for (const auto& global : request.globals) {
    const auto operation = fmt::format("set global '{}'", global.name);
    const auto* const variable = find_variable(image.spec(), global.name);
    if (variable == nullptr)
      return error{errc::not_found, operation, image.spec().name}.found("no such variable");
    if (variable->size == global.value.size()) continue;
    return error{errc::layout_mismatch, operation, image.spec().name}
        .expected(fmt::format("{} bytes, as in the object", variable->size))
        .found(fmt::format("{} bytes", global.value.size()));
  }
  return {};
}

// What a map of variables starts with; nothing for any other map.
bytes initial_value(const bpf_map* declared, const map_spec& spec, const object_image& image,
                    const load_request& request) {
  if (declared == nullptr || !spec.internal) return {};
  std::size_t size = 0;
  const auto* const first =
      static_cast<const std::byte*>(bpf_map__initial_value(const_cast<bpf_map*>(declared), &size));
  if (first == nullptr) return {};
  bytes value{first, first + size};
  for (const auto& global : request.globals) {
    const auto* const variable = find_variable(image.spec(), global.name);
    if (variable->map != spec.name) continue;
    std::copy(global.value.begin(), global.value.end(),
              value.begin() + static_cast<std::ptrdiff_t>(variable->offset));
  }
  return value;
}

result<void> make_maps(machine_state& machine, const bpf_object& opened, const object_image& image,
                       const load_request& request, const map_finder& finder, loaded& made) {
  LINCHPIN_CHECK(check_attached_maps(image, request));
  for (const auto& spec : image.spec().maps) {
    const auto* const directive = find(request.maps, spec.name);
    auto info = wanted_info(spec, directive);
    if (directive != nullptr && directive->reuse) {
      // A live map's flags cannot be changed, to make it one that takes effect by a link.
      if (is_attached(request, spec)) return error::from_errno(EBUSY, "set map flags", spec.name);
      LINCHPIN_TRY(auto existing, reuse_map(spec, info, *directive, finder));
      made.maps.emplace_back(spec.name, std::move(existing));
      continue;
    }
    LINCHPIN_CHECK(check_creatable(spec, info));
    const bpf_map* const declared = find_map(opened, spec);
    info.name = declared != nullptr ? bpf_map__name(declared) : spec.name;
    if (is_attached(request, spec)) info.flags |= linchpin::detail::struct_ops_by_link;
    auto fresh = machine.make_map(std::move(info));
    initialise(*fresh, machine.facts.possible_cpus, initial_value(declared, spec, image, request));
    fresh->layout = spec.layout;
    fresh->mappable =
        (fresh->info.flags & linchpin::detail::may_be_mapped) != 0 && !holds_kernel_objects(spec);
    fresh->frozen = spec.internal && spec.name.starts_with(".rodata");
    made.maps.emplace_back(spec.name, std::move(fresh));
  }
  return {};
}

result<void> make_programs(machine_state& machine, bpf_object& opened, const object_image& image,
                           const load_request& request, loaded& made) {
  const auto uses = linchpin::detail::maps_by_function(image.bytes());
  for (const auto& spec : image.spec().programs) {
    const auto* const directive = find(request.programs, spec.name);
    if (!spec.autoload && directive == nullptr) continue;
    if (const auto refused = machine.rejected.find(spec.name); refused != machine.rejected.end())
      return error::from_errno(EINVAL, "load", fmt::format("program {}", spec.name))
          .as(errc::rejected)
          .log(refused->second);

    const bool typeless = spec.type == uapi::program_type::unspecified;
    auto fresh = machine.make_program(
        spec.name, typeless && directive != nullptr ? directive->type : spec.type,
        directive != nullptr ? directive->expected_attach_type : spec.expected_attach_type);
    const bpf_program* const code = find_program(opened, spec.name);
    if (code != nullptr) fresh->info.tag = tag_of(*code, image.digest());
    const auto used = uses.find(spec.name);
    for (const auto& [name, map] : made.maps) {
      // libbpf binds read-only data to every program.
      const bool bound = name.starts_with(".rodata");
      if (!bound && (used == uses.end() || !used->second.contains(name))) continue;
      fresh->maps.push_back(map);
      fresh->info.maps.push_back(map->info.id);
    }
    made.programs.emplace_back(spec.name, std::move(fresh));
  }
  return {};
}

}  // namespace

result<loaded> load_object(machine_state& machine, const object_image& image,
                           const load_request& request, const map_finder& finder) {
  LINCHPIN_CHECK(check_names(image, request));
  LINCHPIN_CHECK(check_globals(image, request));
  LINCHPIN_TRY(const auto opened, linchpin::detail::open_object(image.spec().name, image.bytes()));
  loaded made;
  LINCHPIN_CHECK(make_maps(machine, *opened, image, request, finder, made));
  LINCHPIN_CHECK(make_programs(machine, *opened, image, request, made));
  return made;
}

}  // namespace linchpin::testing::fake
