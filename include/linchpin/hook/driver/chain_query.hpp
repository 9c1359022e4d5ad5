// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/bpf_call.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/hook_driver.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

struct chain_ids {
  std::vector<std::uint32_t> programs;
  std::vector<std::uint32_t> links;
  std::uint32_t attach_flags = 0;
  std::uint64_t revision = 0;
};

// One BPF_PROG_QUERY into lists of the given length.
// returns: 0 or errno; the lists are cut to what the kernel filled in
inline int ask_chain(std::uint32_t target, uapi::attach_type type, bool with_links,
                     chain_ids& ids) noexcept {
  query_arguments arguments;
  arguments.target = target;
  arguments.attach_type = static_cast<std::uint32_t>(type);
  arguments.program_ids = address(ids.programs.data());
  arguments.count = static_cast<std::uint32_t>(ids.programs.size());
  if (with_links) arguments.link_ids = address(ids.links.data());
  if (bpf_call(BPF_PROG_QUERY, arguments) != 0) {
    const int cause = errno;
    // More programs than there was room for: the kernel says how many.
    if (cause == ENOSPC) ids.programs.resize(std::max<std::size_t>(arguments.count, 1));
    return cause;
  }
  ids.programs.resize(arguments.count);
  ids.attach_flags = arguments.attach_flags;
  ids.revision = arguments.revision;
  return 0;
}

// Kernels whose queries have no link ids refuse the field (EINVAL, 5.10 and 6.1) or do not fill it
// in.
inline result<chain_ids> ask_whole_chain(std::uint32_t target, const attach_point& at) {
  chain_ids ids;
  std::size_t room = 64;  // as many as any kernel allows in a chain
  bool with_links = true;
  for (int attempt = 0; attempt < 8; ++attempt) {
    ids.programs.assign(room, 0);
    ids.links.assign(room, 0);
    const int cause = ask_chain(target, at.type, with_links, ids);
    if (cause == 0) {
      ids.links.resize(ids.programs.size());
      return ids;
    }
    if (cause == ENOSPC) {
      room = std::max(ids.programs.size(), room * 2);
    } else if (cause == EINVAL && with_links) {
      with_links = false;
    } else if (cause == EINVAL) {
      return kernel_error(cause, "query chain", hook_text(at))
          .as(errc::unsupported)
          .found("a kernel that does not know this kind of hook");
    } else {
      return kernel_error(cause, "query chain", hook_text(at));
    }
  }
  return error{errc::conflict, "query chain", hook_text(at)}.found(
      "a chain that grows faster than it can be read");
}

/// The chain at a hook whose programs BPF_PROG_QUERY lists (tcx, cgroup, netns).
/// errors: not_found; unsupported; permission_denied
[[nodiscard]] inline result<chain> query_bpf_chain(const hook_place& place,
                                                   const attach_point& at) {
  LINCHPIN_TRY(const auto ids, ask_whole_chain(place.number, at));
  chain found;
  found.revision = {ids.revision};
  for (std::size_t position = 0; position < ids.programs.size(); ++position) {
    chain_entry entry;
    entry.program = {ids.programs[position]};
    entry.link = {ids.links[position]};
    found.entries.push_back(entry);
  }
  return found;
}

/// The programs of a hook, with the flags that they were attached with.
struct attached_programs {
  std::vector<program_id> programs;
  /// BPF_F_ALLOW_*: whether a program at a cgroup shares the hook; 0 where there is no program.
  std::uint32_t flags = 0;
};

/// \param number the descriptor of the hook's target
/// \param at     for the attach type, and for messages
/// errors: as `query_bpf_chain`
[[nodiscard]] inline result<attached_programs> query_attached(std::uint32_t number,
                                                              const attach_point& at) {
  LINCHPIN_TRY(const auto ids, ask_whole_chain(number, at));
  attached_programs found;
  found.flags = ids.attach_flags;
  for (const auto id : ids.programs) found.programs.push_back({id});
  return found;
}

/// How many programs a full chain has, in words: "64 programs, as many as the kernel allows there".
[[nodiscard]] inline std::string full_text(const hook_place& place, const attach_point& at) {
  const auto found = query_bpf_chain(place, at);
  if (!found) return "as many programs as the kernel allows there";
  return fmt::format("{} programs, as many as the kernel allows there", found->entries.size());
}

}  // namespace linchpin::detail
