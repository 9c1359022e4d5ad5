// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/core/detail/text.hpp>

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

// The verifier's own part, empty when it had nothing to say: a refusal of the whole program type.
inline bool verifier_spoke(std::string_view log) {
  constexpr std::string_view begin = "-- BEGIN PROG LOAD LOG --\n";
  const auto at = log.find(begin);
  return at != std::string_view::npos && !log.substr(at + begin.size()).starts_with("-- END");
}

// On 5.10 that is the comparison with the end of a packet, which every program that reads packets makes.
inline std::string stricter_verifier() {
  const auto missing = detail::missing_capabilities({false, false, true});
  if (!missing || missing->empty()) return {};
  return "; it allows less with pointers to a thread that lacks CAP_PERFMON, as this one does";
}

inline error load_error(int errno_value, std::string_view log, const object& loading) {
  const std::string map = quoted_after(log, "map '", "': failed to create");
  if (!map.empty()) {
    const auto planned = loading.planned_map(map);
    auto failed = error::from_errno(errno_value, "create map",
                                    detail::composed({"map ", map, " of ", loading.spec().name}))
                      .log(log);
    const auto problem = planned && errno_value != EPERM ? shape_problem(*planned) : std::string{};
    if (!problem.empty()) return std::move(failed).found(problem);
    return std::move(failed).advice(planned ? errno_hint(errno_value, *planned)
                                            : errno_hint(errno_value, bpf_request::create_map));
  }
  const std::string program = quoted_after(log, "prog '", "': BPF program load failed");
  const std::string subject =
      program.empty() ? loading.spec().name
                      : detail::composed({"program ", program, " of ", loading.spec().name});
  auto failed =
      error::from_errno(errno_value, program.empty() ? "load object" : "load program", subject)
          .log(log);
  if (verifier_spoke(log) && errno_value != EPERM) {
    return std::move(failed)
        .as(errc::rejected)
        .advice("read the last lines of the verifier's log: they say which instruction and why" +
                stricter_verifier());
  }
  const program_spec* const refused = loading.spec().find_program(program);
  return std::move(failed).advice(refused == nullptr
                                      ? errno_hint(errno_value, bpf_request::load_program)
                                      : errno_hint(errno_value, refused->type));
}

}  // namespace detail::loading

inline result<void> object::load() {
  if (loaded_) {
    return error{errc::busy, "load object", spec_->name}.found("it is loaded already");
  }
  detail::libbpf_log log;
  const int got = bpf_object__load(opened_);
  if (got != 0) return detail::loading::load_error(-got, log.text(), *this);
  loaded_ = true;
  return {};
}

}  // namespace linchpin
