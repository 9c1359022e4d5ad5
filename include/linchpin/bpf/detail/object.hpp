// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/object_parts.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
#include <linchpin/bpf/detail/section.hpp>
#include <linchpin/bpf/detail/struct_ops.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <utility>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

inline object::object(bpf_object* opened, bool owned, const detail::shared_spec& spec)
    : opened_(opened), owned_(owned), stage_(stage::opened), spec_(spec) {
  detail::object_parts::give_types(*opened);
  for (auto* map = bpf_object__next_map(opened, nullptr); map != nullptr;
       map = bpf_object__next_map(opened, map)) {
    maps_.push_back(map);
  }
  for (auto* program = bpf_object__next_program(opened, nullptr); program != nullptr;
       program = bpf_object__next_program(opened, program)) {
    programs_.push_back(program);
  }
  if (detail::object_parts::looks_loaded(programs_, maps_)) stage_ = stage::loaded;
}

inline void object::take(object& other) noexcept {
  opened_ = std::exchange(other.opened_, nullptr);
  owned_ = other.owned_;
  stage_ = std::exchange(other.stage_, stage::moved_from);
  programs_ = std::exchange(other.programs_, {});
  maps_ = std::exchange(other.maps_, {});
  by_link_ = std::exchange(other.by_link_, {});
}

inline object::object(object&& other) noexcept : spec_(other.spec_) {
  take(other);
}

inline object& object::operator=(object&& other) noexcept {
  if (this != &other) {
    if (owned_) const detail::opened_object closing{opened_};
    spec_ = other.spec_;
    take(other);
  }
  return *this;
}

inline object::~object() {
  if (owned_) const detail::opened_object closing{opened_};
}

inline result<object> object::open(const object_source& source) {
  LINCHPIN_TRY(const auto image, source.read());
  return open(image);
}

inline result<object> object::open(const object_image& image) {
  LINCHPIN_CHECK(image.open_ahead());
  return object{image.spare_.take(), true, image.spec_};
}

inline object object::adopt(bpf_object& opened) {
  return object{&opened, true, detail::shared_spec{detail::describe(opened)}};
}
inline object object::borrow(bpf_object& opened) {
  return object{&opened, false, detail::shared_spec{detail::describe(opened)}};
}

inline error object::no_such(std::string_view kind, std::string_view name) const {
  return error{errc::not_found, detail::composed({"find ", kind, " '", name, "'"}), spec_->name}
      .expected(detail::composed({"a ", kind, " of that name"}))
      .found(kind == "map" ? detail::object_parts::names(spec_->maps)
                           : detail::object_parts::names(spec_->programs));
}

inline result<void> object::check_present(std::string_view operation) const {
  if (stage_ != stage::moved_from) return {};
  return error{errc::invalid_argument, operation, spec_->name}
      .expected("an open object")
      .found("this one was moved from");
}

inline std::string_view object::why_not_live() const noexcept {
  return stage_ == stage::failed ? "an earlier load failed; open the object again"
                                 : "the object is not loaded";
}

inline result<void> object::check_not_loaded(std::string_view operation) const {
  LINCHPIN_CHECK(check_present(operation));
  if (stage_ == stage::opened) return {};
  return error{errc::busy, operation, spec_->name}
      .expected("an object that is opened and not yet loaded")
      .found(stage_ == stage::loaded ? "it is loaded already" : why_not_live());
}

inline bpf_program* object::native_program(std::string_view name) const noexcept {
  const program_spec* spec = spec_->find_program(name);
  if (spec == nullptr || stage_ == stage::moved_from) return nullptr;
  return programs_[spec_->programs.index_of(*spec)];
}

inline bpf_map* object::native_map(std::string_view name) const noexcept {
  const map_spec* spec = spec_->find_map(name);
  if (spec == nullptr || stage_ == stage::moved_from) return nullptr;
  return maps_[spec_->maps.index_of(*spec)];
}

inline result<bpf_program*> object::program_before_load(std::string_view name) const {
  LINCHPIN_CHECK(check_not_loaded("change object"));
  auto* found = native_program(name);
  if (found == nullptr) return no_such("program", name);
  return found;
}

inline result<bpf_map*> object::map_before_load(std::string_view name) const {
  LINCHPIN_CHECK(check_not_loaded("change object"));
  auto* found = native_map(name);
  if (found == nullptr) return no_such("map", name);
  return found;
}

inline result<map_spec> object::planned_map(std::string_view name) const {
  LINCHPIN_CHECK(check_present("describe map"));
  const auto* found = native_map(name);
  if (found == nullptr) return no_such("map", name);
  map_spec spec = detail::describe(*opened_, *found);
  spec.name = name;
  return spec;
}

inline result<void> object::set_max_entries(std::string_view map, std::uint32_t entries) {
  LINCHPIN_TRY(auto* found, map_before_load(map));
  LINCHPIN_CHECK(detail::object_parts::check_not_reused(*found, "set max_entries", map));
  // libbpf would unmap as many pages as the new size has, and not those that it mapped.
  if (bpf_map__is_internal(found) && entries != bpf_map__max_entries(found)) {
    return error{errc::invalid_argument, "set max_entries", map}
        .expected("a map of the object's own")
        .found("global variables, which are one entry");
  }
  const int got = bpf_map__set_max_entries(found, entries);
  return got == 0 ? result<void>{} : detail::object_parts::refused(got, "set max_entries", map);
}

inline result<void> object::set_map_flags(std::string_view map, std::uint32_t flags) {
  LINCHPIN_TRY(auto* found, map_before_load(map));
  LINCHPIN_CHECK(detail::object_parts::check_not_reused(*found, "set map flags", map));
  const int got = bpf_map__set_map_flags(found, flags);
  return got == 0 ? result<void>{} : detail::object_parts::refused(got, "set map flags", map);
}

inline result<void> object::attach_by_link(std::string_view struct_ops_map) {
  LINCHPIN_TRY(auto* found, map_before_load(struct_ops_map));
  const auto type = uapi::map_type{static_cast<std::uint32_t>(bpf_map__type(found))};
  if (type != uapi::map_type::struct_ops) {
    return error{errc::invalid_argument, "attach by link", struct_ops_map}
        .expected("a struct_ops map")
        .found(detail::composed({"a map of type ", name_of(type)}));
  }
  by_link_.push_back(found);
  return {};
}

inline result<void> object::reuse_map(std::string_view map, map_ref live) {
  LINCHPIN_CHECK(map_before_load(map));
  LINCHPIN_TRY(const auto planned, planned_map(map));
  if (planned.internal) {
    return error{errc::invalid_argument, "reuse map", map}
        .expected("a map declared in .maps")
        .found("global variables, which belong to one generation");
  }
  LINCHPIN_CHECK(check_layout(live, planned));
  return reuse_compared_map(map, live);
}

inline result<void> object::reuse_compared_map(std::string_view map, map_ref live) {
  LINCHPIN_TRY(auto* found, map_before_load(map));
  LINCHPIN_CHECK(detail::object_parts::check_size_of_globals(*found, live, map));
  const int got = bpf_map__reuse_fd(found, live.fd().native());
  if (got == 0) return {};
  return detail::object_parts::refused(got, "reuse map", map)
      .advice(errno_hint(-got, bpf_request::read_info));
}

inline result<void> object::set_autoload(std::string_view program, bool load) {
  LINCHPIN_TRY(auto* found, program_before_load(program));
  const int got = bpf_program__set_autoload(found, load);
  return got == 0 ? result<void>{} : detail::object_parts::refused(got, "set autoload", program);
}

inline bool object::autoload(std::string_view program) const noexcept {
  const auto* found = native_program(program);
  return found != nullptr && bpf_program__autoload(found);
}

inline result<void> object::set_program_type(std::string_view program, uapi::program_type type) {
  LINCHPIN_TRY(auto* found, program_before_load(program));
  const int got = bpf_program__set_type(found, static_cast<bpf_prog_type>(type));
  return got == 0 ? result<void>{}
                  : detail::object_parts::refused(got, "set program type", program);
}

inline result<void> object::set_expected_attach_type(std::string_view program,
                                                     uapi::attach_type type) {
  LINCHPIN_TRY(auto* found, program_before_load(program));
  const int got = bpf_program__set_expected_attach_type(found, static_cast<bpf_attach_type>(type));
  return got == 0 ? result<void>{}
                  : detail::object_parts::refused(got, "set expected attach type", program);
}

inline void object::ignore_declared_pins() {
  for (auto* map : maps_) bpf_map__set_pin_path(map, nullptr);
}

inline result<program_ref> object::find_program(std::string_view name) const {
  LINCHPIN_CHECK(check_present("find program"));
  const auto* found = native_program(name);
  if (found == nullptr) return no_such("program", name);
  const int fd = bpf_program__fd(found);
  if (fd < 0) {
    return error{errc::not_found, detail::composed({"find program '", name, "'"}), spec_->name}
        .expected("a loaded program")
        .found(is_loaded() ? "its autoload is off" : why_not_live());
  }
  return program_ref::borrow(fd_ref::borrow(fd));
}

inline result<map_ref> object::find_map(std::string_view name) const {
  LINCHPIN_CHECK(check_present("find map"));
  const auto* found = native_map(name);
  if (found == nullptr) return no_such("map", name);
  const int fd = bpf_map__fd(found);
  if (fd < 0) {
    return error{errc::not_found, detail::composed({"find map '", name, "'"}), spec_->name}
        .expected("a live map")
        .found(why_not_live());
  }
  return map_ref::borrow(fd_ref::borrow(fd));
}

}  // namespace linchpin
