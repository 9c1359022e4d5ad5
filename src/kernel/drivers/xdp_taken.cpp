// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/drivers/xdp_taken.hpp"

#include <linchpin/bpf/fd.hpp>

#include "core/heuristics.hpp"
#include "kernel/bpf_call.hpp"
#include "kernel/drivers/xdp_query.hpp"
#include "kernel/object_info.hpp"
#include "kernel/route_socket.hpp"

#include <optional>
#include <thread>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest_wait_for_link{longest_wait_for_xdp_link_ms};
constexpr std::chrono::milliseconds longest_wait{longest_wait_for_xdp_place_ms};

// The live XDP link on an interface. Needs CAP_SYS_ADMIN; nothing without.
std::optional<link_info> find_xdp_link(std::uint32_t interface, program_id program) {
  id_arguments walk;
  while (bpf_call(BPF_LINK_GET_NEXT_ID, walk) == 0) {
    walk.id = walk.next;
    id_arguments open{walk.next};
    const auto link = unique_fd::adopt(bpf_call(BPF_LINK_GET_FD_BY_ID, open));
    if (!link) continue;  // gone since
    auto info = read_link_info(link.native());
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
  if (start_ == decltype(start_){}) start_ = start;
  for (;;) {
    auto programs = query_xdp(interface_);
    if (!programs) {
      holder_ = programs.error().message();
      return false;
    }
    const auto waited = std::chrono::steady_clock::now() - start_;
    if (programs->empty()) return waited < longest_wait;
    // Some kernels (5.10.223, 6.16.12) end an unpinned link only after a grace period, so that a
    // live link proves that the interface is taken only when it stays.
    const auto link = find_xdp_link(interface_, programs->front());
    if (waited >= (link ? longest_wait_for_link : longest_wait)) {
      const program_id program = programs->front();
      holder_ = fmt::format("program {} ({})", program.value, program_name(program).value_or(""));
      if (link) holder_ += fmt::format(" by link {}", link->id.value);
      return false;
    }
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace linchpin::detail
