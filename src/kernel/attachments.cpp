// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include "core/try.hpp"
#include "kernel/chain_query.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/links.hpp"
#include "kernel/object_info.hpp"
#include "kernel/targets.hpp"
#include "kernel/tc_filters.hpp"
#include "kernel/xdp_query.hpp"

namespace linchpin {

namespace {

result<chain> query_xdp_chain(const attach_point& at) {
  LINCHPIN_TRY(const std::uint32_t index,
               detail::interface_of("query chain", detail::hook_text(at), at));
  auto programs = detail::query_xdp(index);
  if (!programs) return std::move(programs).error().about(detail::hook_text(at));
  chain found;
  for (const program_id id : *programs) {
    chain_entry entry;
    entry.program = id;
    found.entries.push_back(entry);
  }
  return found;
}

}  // namespace

result<attachment> live_kernel::attach(const attach_point& at, handle_ref program,
                                       const anchor& where) {
  if (at.how == mechanism::clsact) {
    LINCHPIN_TRY(const attachment_id id, detail::create_filter(at, program.number, where));
    return attachment{{}, id};
  }
  LINCHPIN_TRY(auto made, detail::create_link(at, program.number, where, facts()));
  attachment fresh{handle{*this, std::move(made).release()}, {}};
  LINCHPIN_TRY(const auto info, detail::read_link_info(fresh.link.ref().number));
  fresh.id.link = info.id;
  return fresh;
}

result<void> live_kernel::update(const update_request& request) {
  if (request.at.how == mechanism::clsact) return detail::replace_filter(request);
  return detail::update_link(request);
}

result<void> live_kernel::detach(const attach_point& at, const attachment_id& id, handle_ref link,
                                 program_id expected) {
  if (at.how == mechanism::clsact) return detail::delete_filter(at, id, expected);
  return detail::detach_link(at, link.number, expected);
}

result<chain> live_kernel::query(const attach_point& at) {
  auto found = [&at]() -> result<chain> {
    switch (at.how) {
      case mechanism::xdp_native:
      case mechanism::xdp_generic:
        return query_xdp_chain(at);
      case mechanism::clsact:
        return detail::query_filters(at);
      case mechanism::tcx:
      case mechanism::cgroup:
      case mechanism::netns:
        return detail::query_bpf_chain(at);
    }
    return error{errc::invalid_argument, "query chain", at.on.name}.found("an unknown mechanism");
  }();
  if (!found) return found;
  for (auto& entry : found->entries) entry.name = detail::program_name(entry.program);
  return found;
}

}  // namespace linchpin
