// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

result<void> apply_directives(object& opened, const load_request& request) {
  // libbpf must pin nothing by itself: the store decides what is pinned, and where.
  opened.ignore_declared_pins();
  for (const auto& directive : request.globals) {
    LINCHPIN_CHECK(opened.set_global(directive.name, directive.value));
  }
  for (const auto& directive : request.maps) {
    if (directive.max_entries != 0) {
      LINCHPIN_CHECK(opened.set_max_entries(directive.name, directive.max_entries));
    }
    LINCHPIN_CHECK(opened.set_map_flags(directive.name, directive.flags));
    if (directive.reuse) {
      const auto live = map_ref::borrow(fd_ref::borrow(directive.reuse.number));
      LINCHPIN_CHECK(directive.compared ? opened.reuse_compared_map(directive.name, live)
                                        : opened.reuse_map(directive.name, live));
    }
  }
  for (const auto& directive : request.programs) {
    LINCHPIN_CHECK(opened.set_autoload(directive.name, true));
    const auto* const declared = opened.spec().find_program(directive.name);
    if (declared->type == uapi::program_type::unspecified) {
      LINCHPIN_CHECK(opened.set_program_type(directive.name, directive.type));
    }
    LINCHPIN_CHECK(opened.set_expected_attach_type(directive.name, directive.expected_attach_type));
  }
  return {};
}

}  // namespace

result<loaded_object> live_kernel::load(const object_image& image, const load_request& request) {
  LINCHPIN_TRY(auto opened, object::open(image));
  LINCHPIN_CHECK(apply_directives(opened, request));
  for (const auto name : request.attached_maps) LINCHPIN_CHECK(opened.attach_by_link(name));
  LINCHPIN_CHECK(opened.load());

  loaded_object made;
  made.programs.reserve(opened.spec().programs.size());
  made.maps.reserve(opened.spec().maps.size());
  for (const auto& spec : opened.spec().programs) {
    if (!opened.autoload(spec.name)) continue;
    LINCHPIN_TRY(const auto program, opened.find_program(spec.name));
    LINCHPIN_TRY(auto copy, unique_fd::duplicate(program.fd()));
    handle held{*this, std::move(copy).release()};
    LINCHPIN_TRY(auto info, describe_program(held.ref()));
    made.programs.push_back({spec.name, std::move(held), std::move(info)});
  }
  for (const auto& spec : opened.spec().maps) {
    LINCHPIN_TRY(const auto map, opened.find_map(spec.name));
    LINCHPIN_TRY(auto copy, unique_fd::duplicate(map.fd()));
    handle held{*this, std::move(copy).release()};
    LINCHPIN_TRY(auto info, describe_map(held.ref()));
    made.maps.push_back({spec.name, std::move(held), std::move(info)});
  }
  return made;
}

}  // namespace linchpin
