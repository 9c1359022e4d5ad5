// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "timed_kernel.hpp"

#include "outside.hpp"

namespace growth {

using namespace linchpin;

const kernel_facts& timed_kernel::facts() {
  const outside here;
  return inner_.facts();
}

thread_privileges timed_kernel::privileges() {
  const outside here;
  return inner_.privileges();
}

result<std::optional<sole_program>> timed_kernel::find_sole_program(const attach_point& at) {
  const outside here;
  return inner_.find_sole_program(at);
}

result<std::vector<std::optional<target_identity>>> timed_kernel::resolve(
    std::span<const target> targets) {
  const outside here;
  return inner_.resolve(targets);
}

result<loaded_object> timed_kernel::load(const object_image& image, const load_request& request) {
  const outside here;
  return inner_.load(image, request);
}

result<attachment> timed_kernel::attach(const attach_point& at, handle_ref program,
                                        const anchor& where) {
  const outside here;
  return inner_.attach(at, program, where);
}

result<void> timed_kernel::update(const update_request& request) {
  const outside here;
  return inner_.update(request);
}

result<void> timed_kernel::detach(const attach_point& at, const attachment_id& id, handle_ref link,
                                  program_id expected) {
  const outside here;
  return inner_.detach(at, id, link, expected);
}

result<chain> timed_kernel::query(const attach_point& at) {
  const outside here;
  return inner_.query(at);
}

result<program_info> timed_kernel::describe_program(handle_ref program) {
  const outside here;
  return inner_.describe_program(program);
}

result<map_info> timed_kernel::describe_map(handle_ref map) {
  const outside here;
  return inner_.describe_map(map);
}

result<std::vector<layout_field>> timed_kernel::read_layout(handle_ref map) {
  const outside here;
  return inner_.read_layout(map);
}

result<link_info> timed_kernel::describe_link(handle_ref link) {
  const outside here;
  return inner_.describe_link(link);
}

result<void> timed_kernel::pin(handle_ref what, const std::string& path) {
  const outside here;
  return inner_.pin(what, path);
}

result<handle> timed_kernel::open_pin(const std::string& path, pin_kind kind) {
  const outside here;
  return inner_.open_pin(path, kind);
}

result<void> timed_kernel::rename_pin(const std::string& from, const std::string& to) {
  const outside here;
  return inner_.rename_pin(from, to);
}

result<void> timed_kernel::remove_pin(const std::string& path) {
  const outside here;
  return inner_.remove_pin(path);
}

result<std::vector<std::string>> timed_kernel::list_pins(const std::string& directory) {
  const outside here;
  return inner_.list_pins(directory);
}

result<void> timed_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  const outside here;
  return inner_.write_blob(path, bytes);
}

result<std::optional<std::vector<std::byte>>> timed_kernel::read_blob(const std::string& path) {
  const outside here;
  return inner_.read_blob(path);
}

result<map_entries> timed_kernel::read_map(handle_ref map) {
  const outside here;
  return inner_.read_map(map);
}

result<void> timed_kernel::write_map(handle_ref map, const map_entries& entries,
                                     bool only_missing) {
  const outside here;
  return inner_.write_map(map, entries, only_missing);
}

result<void> timed_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  const outside here;
  return inner_.erase_keys(map, keys);
}

result<void> timed_kernel::write_variables(handle_ref map, std::span<const variable_write> writes,
                                           bool in_use) {
  const outside here;
  return inner_.write_variables(map, writes, in_use);
}

result<handle> timed_kernel::lock(const std::string& directory) {
  const outside here;
  return inner_.lock(directory);
}

result<void> timed_kernel::check_lock(handle_ref lock, const std::string& directory) {
  const outside here;
  return inner_.check_lock(lock, directory);
}

result<handle> timed_kernel::open_by_id(pin_kind kind, std::uint32_t id) {
  const outside here;
  return inner_.open_by_id(kind, id);
}

result<std::optional<std::string>> timed_kernel::name_of(const target_identity& which,
                                                         const std::string& netns) {
  const outside here;
  return inner_.name_of(which, netns);
}

result<std::vector<std::string>> timed_kernel::list_interfaces() {
  const outside here;
  return inner_.list_interfaces();
}

result<std::vector<link_id>> timed_kernel::list_links() {
  const outside here;
  return inner_.list_links();
}

result<void> timed_kernel::wait_grace_period() {
  const outside here;
  return inner_.wait_grace_period();
}

void timed_kernel::close(int number) noexcept {
  const outside here;
  inner_.close(number);
}

}  // namespace growth
