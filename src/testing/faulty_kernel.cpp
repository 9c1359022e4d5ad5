// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <cerrno>
#include <csignal>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

error cause_of(const fault& struck, verb which) {
  if (struck.cause) return *struck.cause;
  return error::from_errno(EIO, verb_name(which)).found("an injected fault");
}

}  // namespace

void faulty_kernel::arm(fault wanted) {
  faults_.push_back({std::move(wanted), 0});
}

void faulty_kernel::disarm() noexcept {
  faults_.clear();
  struck_ = false;
}

const fault* faulty_kernel::count(verb which) {
  calls_.count(which);
  const fault* strikes = nullptr;
  for (auto& fault : faults_) {
    if (fault.wanted.only && *fault.wanted.only != which) continue;
    if (fault.wanted.writes_only && !is_write(which)) continue;
    ++fault.seen;
    const bool due = fault.seen == fault.wanted.nth ||
                     (fault.wanted.from_there_on && fault.seen > fault.wanted.nth);
    if (due && strikes == nullptr) strikes = &fault.wanted;
  }
  struck_ = struck_ || strikes != nullptr;
  return strikes;
}

void faulty_kernel::die() {
  if (mortal_ != nullptr) {
    mortal_->kill();
  } else {
    std::raise(SIGKILL);
  }
}

template <class Call>
auto faulty_kernel::pass(verb which, Call&& call) -> decltype(call()) {
  const fault* const strikes = count(which);
  if (strikes == nullptr) return call();
  switch (strikes->what) {
    case fault::kind::fail:
      break;
    case fault::kind::lose_reply:
      // The handles that the call gave out are lost with its reply: they close here.
      if (auto lost = call(); !lost) return lost;
      break;
    case fault::kind::die:
      die();
      return call();  // says that the process is dead
  }
  return cause_of(*strikes, which);
}

result<std::vector<std::optional<target_identity>>> faulty_kernel::resolve(
    std::span<const target> targets) {
  return pass(verb::resolve, [&] { return inner_.resolve(targets); });
}

result<loaded_object> faulty_kernel::load(const object_image& image, const load_request& request) {
  return pass(verb::load, [&] { return inner_.load(image, request); });
}

result<attachment> faulty_kernel::attach(const attach_point& at, handle_ref program,
                                         const anchor& where) {
  return pass(verb::attach, [&] { return inner_.attach(at, program, where); });
}

result<void> faulty_kernel::update(const update_request& request) {
  return pass(verb::update, [&] { return inner_.update(request); });
}

result<void> faulty_kernel::detach(const attach_point& at, const attachment_id& id, handle_ref link,
                                   program_id expected) {
  return pass(verb::detach, [&] { return inner_.detach(at, id, link, expected); });
}

result<chain> faulty_kernel::query(const attach_point& at) {
  return pass(verb::query, [&] { return inner_.query(at); });
}

result<std::optional<sole_program>> faulty_kernel::find_sole_program(const attach_point& at) {
  return pass(verb::find_sole_program, [&] { return inner_.find_sole_program(at); });
}

result<program_info> faulty_kernel::describe_program(handle_ref program) {
  return pass(verb::describe_program, [&] { return inner_.describe_program(program); });
}

result<map_info> faulty_kernel::describe_map(handle_ref map) {
  return pass(verb::describe_map, [&] { return inner_.describe_map(map); });
}
result<std::vector<layout_field>> faulty_kernel::read_layout(handle_ref map) {
  return pass(verb::read_layout, [&] { return inner_.read_layout(map); });
}

result<link_info> faulty_kernel::describe_link(handle_ref link) {
  return pass(verb::describe_link, [&] { return inner_.describe_link(link); });
}

result<void> faulty_kernel::pin(handle_ref what, const std::string& path) {
  return pass(verb::pin, [&] { return inner_.pin(what, path); });
}

result<handle> faulty_kernel::open_pin(const std::string& path, pin_kind kind) {
  return pass(verb::open_pin, [&] { return inner_.open_pin(path, kind); });
}

result<void> faulty_kernel::rename_pin(const std::string& from, const std::string& to) {
  return pass(verb::rename_pin, [&] { return inner_.rename_pin(from, to); });
}

result<void> faulty_kernel::remove_pin(const std::string& path) {
  return pass(verb::remove_pin, [&] { return inner_.remove_pin(path); });
}

result<std::vector<std::string>> faulty_kernel::list_pins(const std::string& directory) {
  return pass(verb::list_pins, [&] { return inner_.list_pins(directory); });
}

result<void> faulty_kernel::write_blob(const std::string& path, std::span<const std::byte> bytes) {
  return pass(verb::write_blob, [&] { return inner_.write_blob(path, bytes); });
}

result<std::optional<std::vector<std::byte>>> faulty_kernel::read_blob(const std::string& path) {
  return pass(verb::read_blob, [&] { return inner_.read_blob(path); });
}

result<map_entries> faulty_kernel::read_map(handle_ref map) {
  return pass(verb::read_map, [&] { return inner_.read_map(map); });
}

result<void> faulty_kernel::write_map(handle_ref map, const map_entries& entries,
                                      bool only_missing) {
  return pass(verb::write_map, [&] { return inner_.write_map(map, entries, only_missing); });
}

result<void> faulty_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  return pass(verb::erase_keys, [&] { return inner_.erase_keys(map, keys); });
}

result<void> faulty_kernel::write_variables(handle_ref map, std::span<const variable_write> writes,
                                            bool in_use) {
  return pass(verb::write_variables, [&] { return inner_.write_variables(map, writes, in_use); });
}

result<handle> faulty_kernel::lock(const std::string& directory) {
  return pass(verb::lock, [&] { return inner_.lock(directory); });
}

result<void> faulty_kernel::check_lock(handle_ref lock, const std::string& directory) {
  return pass(verb::check_lock, [&] { return inner_.check_lock(lock, directory); });
}

result<handle> faulty_kernel::open_by_id(pin_kind kind, std::uint32_t id) {
  return pass(verb::open_by_id, [&] { return inner_.open_by_id(kind, id); });
}

result<std::optional<std::string>> faulty_kernel::name_of(const target_identity& which,
                                                          const std::string& netns) {
  return pass(verb::name_of, [&] { return inner_.name_of(which, netns); });
}

result<std::vector<std::string>> faulty_kernel::list_interfaces() {
  return pass(verb::list_interfaces, [&] { return inner_.list_interfaces(); });
}

result<std::vector<link_id>> faulty_kernel::list_links() {
  return pass(verb::list_links, [&] { return inner_.list_links(); });
}

result<void> faulty_kernel::wait_grace_period() {
  return pass(verb::wait_grace_period, [&] { return inner_.wait_grace_period(); });
}

}  // namespace linchpin::testing
