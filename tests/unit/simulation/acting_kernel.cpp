// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "acting_kernel.hpp"

#include <string_view>

#include <fmt/format.h>

namespace simulation {

using linchpin::handle_ref;
using linchpin::result;
using linchpin::testing::verb;

namespace {

std::string text(const linchpin::attach_point& at) {
  return fmt::format("attach type {} of target {}", static_cast<unsigned>(at.type), at.identity.id);
}

std::string text(handle_ref what) {
  return fmt::format("handle {}", what.number);
}

std::string nothing() {
  return {};
}

std::string text(const linchpin::attachment_id& id) {
  return id.link ? fmt::format("link {}", id.link.value) : fmt::format("tc {}", id.tc_priority);
}

}  // namespace

template <class Subject, class Call>
auto acting_kernel::pass(verb which, Subject&& subject, Call&& call) -> decltype(call()) {
  listener_.before_call();
  auto outcome = call();
  if (listener_.traced()) {
    auto line = fmt::format("  {} {}", linchpin::testing::verb_name(which), subject());
    if (!outcome) {
      const auto told = outcome.error().message();
      line += " -> " + told.substr(0, told.find('\n'));
    }
    listener_.trace(line);
  }
  listener_.after_call(which);
  return outcome;
}

result<std::vector<std::optional<linchpin::target_identity>>> acting_kernel::resolve(
    std::span<const linchpin::target> targets) {
  return pass(verb::resolve, nothing, [&] { return inner_.resolve(targets); });
}

result<linchpin::loaded_object> acting_kernel::load(const linchpin::object_image& image,
                                                    const linchpin::load_request& request) {
  return pass(verb::load, nothing, [&] {
    auto made = inner_.load(image, request);
    if (made) listener_.note_load(*made);
    return made;
  });
}

result<linchpin::attachment> acting_kernel::attach(const linchpin::attach_point& at,
                                                   handle_ref program,
                                                   const linchpin::anchor& where) {
  std::string made;
  return pass(
      verb::attach, [&] { return fmt::format("{} at {}, {}", text(program), text(at), made); },
      [&] {
        auto attached = inner_.attach(at, program, where);
        if (attached) made = text(attached->id);
        if (attached && attached->id.link) listener_.note_attach(attached->id.link);
        return attached;
      });
}

result<void> acting_kernel::update(const linchpin::update_request& request) {
  return pass(
      verb::update,
      [&] {
        return fmt::format("{} at {} to {}", text(request.id), text(request.at),
                           text(request.program));
      },
      [&] { return inner_.update(request); });
}

result<void> acting_kernel::detach(const linchpin::attach_point& at,
                                   const linchpin::attachment_id& id, handle_ref link,
                                   linchpin::program_id expected) {
  return pass(
      verb::detach,
      [&] { return fmt::format("{} at {}, program {}", text(id), text(at), expected.value); },
      [&] { return inner_.detach(at, id, link, expected); });
}

result<linchpin::chain> acting_kernel::query(const linchpin::attach_point& at) {
  return pass(
      verb::query, [&] { return text(at); }, [&] { return inner_.query(at); });
}

result<std::optional<linchpin::sole_program>> acting_kernel::find_sole_program(
    const linchpin::attach_point& at) {
  return pass(
      verb::find_sole_program, [&] { return text(at); },
      [&] { return inner_.find_sole_program(at); });
}

result<linchpin::program_info> acting_kernel::describe_program(handle_ref program) {
  return pass(
      verb::describe_program, [&] { return text(program); },
      [&] { return inner_.describe_program(program); });
}

result<linchpin::map_info> acting_kernel::describe_map(handle_ref map) {
  return pass(
      verb::describe_map, [&] { return text(map); }, [&] { return inner_.describe_map(map); });
}

result<std::vector<linchpin::layout_field>> acting_kernel::read_layout(handle_ref map) {
  return pass(
      verb::read_layout, [&] { return text(map); }, [&] { return inner_.read_layout(map); });
}

result<linchpin::link_info> acting_kernel::describe_link(handle_ref link) {
  return pass(
      verb::describe_link, [&] { return text(link); }, [&] { return inner_.describe_link(link); });
}

result<void> acting_kernel::pin(handle_ref what, const std::string& path) {
  return pass(
      verb::pin, [&] { return text(what) + " at " + path; },
      [&] { return inner_.pin(what, path); });
}

result<linchpin::handle> acting_kernel::open_pin(const std::string& path, linchpin::pin_kind kind) {
  return pass(
      verb::open_pin, [&] { return path; }, [&] { return inner_.open_pin(path, kind); });
}

result<void> acting_kernel::rename_pin(const std::string& from, const std::string& to) {
  return pass(
      verb::rename_pin, [&] { return from + " to " + to; },
      [&] { return inner_.rename_pin(from, to); });
}

result<void> acting_kernel::remove_pin(const std::string& path) {
  return pass(
      verb::remove_pin, [&] { return path; }, [&] { return inner_.remove_pin(path); });
}

result<std::vector<std::string>> acting_kernel::list_pins(const std::string& directory) {
  return pass(
      verb::list_pins, [&] { return directory; }, [&] { return inner_.list_pins(directory); });
}

result<void> acting_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  return pass(
      verb::write_blob, [&] { return fmt::format("{}, {} bytes", path, bytes.size()); },
      [&] { return inner_.write_blob(path, bytes); });
}

result<std::optional<std::vector<std::byte>>> acting_kernel::read_blob(const std::string& path) {
  return pass(
      verb::read_blob, [&] { return path; }, [&] { return inner_.read_blob(path); });
}

result<linchpin::map_entries> acting_kernel::read_map(handle_ref map) {
  return pass(
      verb::read_map, [&] { return text(map); }, [&] { return inner_.read_map(map); });
}

result<void> acting_kernel::write_map(handle_ref map, const linchpin::map_entries& entries,
                                      bool only_missing) {
  return pass(
      verb::write_map, [&] { return text(map); },
      [&] { return inner_.write_map(map, entries, only_missing); });
}

result<void> acting_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  return pass(
      verb::erase_keys, [&] { return text(map); }, [&] { return inner_.erase_keys(map, keys); });
}

result<void> acting_kernel::write_variables(handle_ref map,
                                            std::span<const linchpin::variable_write> writes,
                                            bool in_use) {
  return pass(
      verb::write_variables, [&] { return text(map); },
      [&] { return inner_.write_variables(map, writes, in_use); });
}

result<linchpin::handle> acting_kernel::lock(const std::string& directory) {
  return pass(
      verb::lock, [&] { return directory; }, [&] { return inner_.lock(directory); });
}

result<void> acting_kernel::check_lock(handle_ref lock, const std::string& directory) {
  return pass(
      verb::check_lock, [&] { return directory; },
      [&] { return inner_.check_lock(lock, directory); });
}

result<linchpin::handle> acting_kernel::open_by_id(linchpin::pin_kind kind, std::uint32_t id) {
  return pass(
      verb::open_by_id, [&] { return fmt::format("{} {}", static_cast<unsigned>(kind), id); },
      [&] { return inner_.open_by_id(kind, id); });
}

result<std::optional<std::string>> acting_kernel::name_of(const linchpin::target_identity& which,
                                                          const std::string& netns) {
  return pass(
      verb::name_of, [&] { return std::to_string(which.id); },
      [&] { return inner_.name_of(which, netns); });
}

result<std::vector<std::string>> acting_kernel::list_interfaces() {
  return pass(verb::list_interfaces, nothing, [&] { return inner_.list_interfaces(); });
}

result<std::vector<linchpin::link_id>> acting_kernel::list_links() {
  return pass(verb::list_links, nothing, [&] { return inner_.list_links(); });
}

result<void> acting_kernel::wait_grace_period() {
  return pass(verb::wait_grace_period, nothing, [&] { return inner_.wait_grace_period(); });
}

void acting_kernel::pause(std::uint32_t microseconds) noexcept {
  listener_.before_call();
  inner_.pause(microseconds);
}

}  // namespace simulation
