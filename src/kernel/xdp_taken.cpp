// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/xdp_taken.hpp"

#include "kernel/bpf_call.hpp"
#include "kernel/object_info.hpp"
#include "kernel/owned_fd.hpp"
#include "kernel/route_socket.hpp"
#include "kernel/xdp_query.hpp"

#include <optional>
#include <thread>

#include <fmt/format.h>

namespace linchpin::detail {

namespace {

using namespace std::chrono_literals;

// The live XDP link on an interface. Needs CAP_SYS_ADMIN; nothing without.
std::optional<link_info> find_xdp_link(std::uint32_t interface, program_id program) {
  id_arguments walk;
  while (bpf_call(BPF_LINK_GET_NEXT_ID, walk) == 0) {
    walk.id = walk.next;
    id_arguments open{walk.next};
    const owned_fd link{bpf_call(BPF_LINK_GET_FD_BY_ID, open)};
    if (!link) continue;  // gone since
    auto info = read_link_info(link.number());
    // The index alone does not identify an interface across network namespaces.
    if (info && info->type == uapi::link_type::xdp && info->target == interface &&
        info->program == program) {
      return *info;
    }
  }
  return std::nullopt;
}

}  // namespace

bool xdp_patience::until_free() {
  const auto start = std::chrono::steady_clock::now();
  if (deadline_ == decltype(deadline_){}) deadline_ = start + 500ms;
  for (bool first = true;; first = false) {
    auto programs = query_xdp(interface_);
    if (!programs) {
      holder_ = programs.error().message();
      return false;
    }
    if (programs->empty()) return std::chrono::steady_clock::now() < deadline_;
    const program_id program = programs->front();
    const std::string name = program_name(program);
    if (first) {
      if (const auto link = find_xdp_link(interface_, program)) {
        holder_ = fmt::format("program {} ({}) by link {}", program.value, name, link->id.value);
        return false;
      }
    }
    if (std::chrono::steady_clock::now() >= deadline_) {
      holder_ = fmt::format("program {} ({})", program.value, name);
      return false;
    }
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace linchpin::detail
