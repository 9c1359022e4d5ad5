// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/bpf/detail/struct_ops.hpp>
#include <linchpin/bpf/detail/verifier_logs.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <string>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::loading {

// libbpf names what failed in quotes: "prog 'drop': BPF program load failed", "map 'flows': failed
// to create".
inline std::string quoted_after(std::string_view log, std::string_view before,
                                std::string_view after) {
  for (auto at = log.find(before); at != std::string_view::npos; at = log.find(before, at + 1)) {
    const auto rest = log.substr(at + before.size());
    const auto end = rest.find('\'');
    if (end != std::string_view::npos && rest.substr(end).starts_with(after)) {
      return std::string{rest.substr(0, end)};
    }
  }
  return {};
}

// On 5.10 the verifier then refuses to compare with the end of a packet, as every program does that
// reads packets.
inline std::string stricter_verifier() {
  const auto missing =
      detail::missing_capabilities(detail::capabilities_of_thread(), {false, false, true});
  if (missing.empty()) return {};
  return "; it allows less with pointers to a thread that lacks CAP_PERFMON, as this one does";
}

// What is known of a load that failed.
struct failed_load {
  int errno_value;
  std::string
      program;  // that could not be loaded; empty when it was something else, or nobody can tell
  std::string_view said;      // what libbpf printed
  std::string_view verifier;  // its log; empty when it refused the whole program type
};

inline std::string whole_log(const failed_load& failed) {
  if (failed.verifier.empty()) return std::string{failed.said};
  const bool ended = failed.verifier.ends_with('\n');
  return composed({failed.said, "-- BEGIN PROG LOAD LOG --\n", failed.verifier, ended ? "" : "\n",
                   "-- END PROG LOAD LOG --\n"});
}

inline error map_error(const failed_load& failed, const std::string& map, const object& loading) {
  const auto planned = loading.planned_map(map);
  auto made = error::from_errno(failed.errno_value, "create map",
                                composed({"map ", map, " of ", loading.spec().name}))
                  .log(failed.said);
  if (!planned) {
    return std::move(made).advice(errno_hint(failed.errno_value, bpf_request::create_map));
  }
  const auto problem = failed.errno_value != EPERM ? shape_problem(*planned) : std::string{};
  if (!problem.empty()) return std::move(made).found(problem);
  return std::move(made).advice(errno_hint(failed.errno_value, *planned));
}

inline error load_error(const failed_load& failed, const object& loading) {
  const std::string map = quoted_after(failed.said, "map '", "': failed to create");
  if (!map.empty()) return map_error(failed, map, loading);
  const auto& program = failed.program;
  auto made = error::from_errno(
                  failed.errno_value, program.empty() ? "load object" : "load program",
                  program.empty() ? loading.spec().name
                                  : composed({"program ", program, " of ", loading.spec().name}))
                  .log(whole_log(failed));
  if (!failed.verifier.empty() && failed.errno_value != EPERM) {
    return std::move(made)
        .as(errc::rejected)
        .advice("read the last lines of the verifier's log: they say which instruction and why" +
                stricter_verifier());
  }
  const program_spec* const refused = loading.spec().find_program(program);
  return std::move(made).advice(refused == nullptr
                                    ? errno_hint(failed.errno_value, bpf_request::load_program)
                                    : errno_hint(failed.errno_value, refused->type));
}

}  // namespace detail::loading

inline result<void> object::check_types() const {
  for (std::size_t i = 0; i < programs_.size(); ++i) {
    if (!bpf_program__autoload(programs_[i])) continue;
    if (bpf_program__type(programs_[i]) != BPF_PROG_TYPE_UNSPEC) continue;
    const auto& spec = spec_->programs[i];
    return error{errc::wrong_type, "load program",
                 detail::composed({"program ", spec.name, " of ", spec_->name})}
        .expected("a program type")
        .found(detail::composed({"section \"", spec.section, "\", which tells none"}))
        .advice(
            "attach it to a hook, set its type before loading (object::set_program_type), switch "
            "its "
            "autoload off, or give it a section that libbpf or linchpin knows");
  }
  return {};
}

inline result<void> object::load() {
  LINCHPIN_CHECK(check_not_loaded("load object"));
  LINCHPIN_CHECK(check_types());
  for (auto* const map : by_link_) LINCHPIN_CHECK(detail::make_struct_ops_linkable(*map));
  detail::libbpf_log log;
  const detail::verifier_logs logs{programs_};
  const int got = bpf_object__load(opened_);
  stage_ = got == 0 ? stage::loaded : stage::failed;
  if (got == 0) {
    stage_ = stage::failed;
    for (auto* const map : by_link_) LINCHPIN_CHECK(detail::write_struct_ops(*map));
    stage_ = stage::loaded;
    return {};
  }
  std::size_t at = 0;
  auto name = detail::loading::quoted_after(log.text(), "prog '", "': BPF program load failed");
  if (const auto* spec = spec_->find_program(name)) {
    at = spec_->programs.index_of(*spec);
  } else if (at = logs.first_written(); at != programs_.size()) {
    name = spec_->programs[at].name;  // another print callback took libbpf's text
  }
  const auto verifier = at == programs_.size() ? std::string_view{} : logs.of(at);
  return detail::loading::load_error({-got, name, log.text(), verifier}, *this);
}

}  // namespace linchpin
