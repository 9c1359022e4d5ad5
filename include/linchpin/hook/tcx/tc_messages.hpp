// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/route_socket.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <linchpin/bpf/detail/libbpf_log.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Where filters go: an interface and a direction of its clsact qdisc.
struct tc_place {
  std::uint32_t interface = 0;
  std::uint32_t parent = 0;
};

/// One filter, of any kind.
struct tc_filter {
  std::uint16_t priority = 0;
  std::uint32_t handle = 0;
  std::uint32_t chain = 0;  ///< 0 runs by itself, others only when a filter jumps there
  std::string kind;
  program_id program{};
  std::string name;
};

[[nodiscard]] tc_place place_of(std::uint32_t interface, uapi::attach_type direction) noexcept;

// Requests. They return a failure with cause 0 on success.

/// errors: EEXIST where a qdisc stands already, which may be an `ingress` one
/// source: bpf_tc_hook_create
[[nodiscard]] route_failure make_clsact(const tc_place& place);
/// The kind of the qdisc at the place of clsact: "clsact", "ingress", empty for none. An `ingress`
/// qdisc accepts egress filters and runs them on packets that arrive.
[[nodiscard]] route_failure find_qdisc(route_socket& socket, const tc_place& place,
                                       std::string& kind);
/// Lists filters in run order: none where there is no such qdisc.
[[nodiscard]] route_failure list_filters(route_socket& socket, const tc_place& place,
                                         std::vector<tc_filter>& filters);
/// \param found left empty where there is no such filter
[[nodiscard]] route_failure find_filter(route_socket& socket, const tc_place& place,
                                        std::uint16_t priority, std::uint32_t handle,
                                        std::optional<tc_filter>& found);
/// Adds a filter of a priority that no filter has.
/// errors: EEXIST, EINVAL where a filter has it
/// source: bpf_tc_attach
[[nodiscard]] route_failure add_filter(const tc_place& place, std::uint16_t priority,
                                       std::uint32_t handle, int program);
/// Replaces the program of a filter.
/// errors: ENOENT where there is no such filter
[[nodiscard]] route_failure replace_filter(route_socket& socket, const tc_place& place,
                                           std::uint16_t priority, std::uint32_t handle,
                                           int program, const program_info& about);
/// Deletes a filter. Succeeds where it is gone already.
/// source: bpf_tc_detach
[[nodiscard]] route_failure remove_filter(const tc_place& place, std::uint16_t priority,
                                          std::uint32_t handle);

/// The name that libbpf gives to a filter, made of its program's name and id: "fw_ingress:[17]".
[[nodiscard]] inline std::string filter_name(const program_info& about) {
  return fmt::format("{}:[{}]", about.name, about.id.value);
}

inline tcmsg tc_fixed_part(const tc_place& place, std::uint16_t priority,
                           std::uint32_t handle) noexcept {
  tcmsg fixed{};
  fixed.tcm_family = AF_UNSPEC;
  fixed.tcm_ifindex = static_cast<int>(place.interface);
  fixed.tcm_parent = place.parent;
  fixed.tcm_handle = handle;
  if (priority != 0) {
    fixed.tcm_info = TC_H_MAKE(static_cast<std::uint32_t>(priority) << 16, htons(ETH_P_ALL));
  }
  return fixed;
}

inline std::optional<tc_filter> read_filter(const route_reply& reply) {
  tcmsg fixed{};
  std::vector<route_attribute> attributes;
  if (reply.type != RTM_NEWTFILTER || !reply.read(fixed, attributes)) return std::nullopt;
  if (fixed.tcm_handle == 0) return std::nullopt;  // the head of a priority, not a filter
  tc_filter filter;
  filter.priority = static_cast<std::uint16_t>(TC_H_MAJ(fixed.tcm_info) >> 16);
  filter.handle = fixed.tcm_handle;
  for (const auto& attribute : attributes) {
    if (attribute.type == TCA_KIND) filter.kind = attribute.text();
    if (attribute.type == TCA_CHAIN) filter.chain = attribute.u32();
  }
  if (filter.kind != "bpf") return filter;
  for (const auto& attribute : attributes) {
    if (attribute.type != TCA_OPTIONS) continue;
    for (const auto& option : route_attributes(attribute.payload)) {
      if (option.type == TCA_BPF_ID) filter.program = {option.u32()};
      if (option.type == TCA_BPF_NAME) filter.name = option.text();
    }
  }
  return filter;
}

inline tc_place place_of(std::uint32_t interface, uapi::attach_type direction) noexcept {
  const std::uint32_t minor =
      direction == uapi::attach_type::tcx_egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS;
  return {interface, TC_H_MAKE(TC_H_CLSACT, minor)};
}

// libbpf reports the kernel's explanation by its print callback only.
template <class Call>
route_failure by_libbpf(Call&& call) {
  constexpr std::string_view before = "Kernel error message: ";
  const libbpf_log said;
  route_failure failure{-call(), {}};
  auto text = said.text();
  const auto at = text.find(before);
  if (failure.cause == 0 || at == std::string_view::npos) return failure;
  text.remove_prefix(at + before.size());
  failure.text = text.substr(0, text.find('\n'));
  return failure;
}

inline bpf_tc_hook libbpf_hook(const tc_place& place) noexcept {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = static_cast<int>(place.interface);
  hook.attach_point =
      (place.parent & TC_H_MIN_MASK) == TC_H_MIN_EGRESS ? BPF_TC_EGRESS : BPF_TC_INGRESS;
  return hook;
}

inline bpf_tc_opts libbpf_filter(std::uint16_t priority, std::uint32_t handle) noexcept {
  bpf_tc_opts options{};
  options.sz = sizeof options;
  options.priority = priority;
  options.handle = handle;
  return options;
}

inline route_failure make_clsact(const tc_place& place) {
  auto hook = libbpf_hook(place);
  return by_libbpf([&] { return ::bpf_tc_hook_create(&hook); });
}

inline route_failure find_qdisc(route_socket& socket, const tc_place& place, std::string& kind) {
  kind.clear();
  tcmsg fixed{};
  fixed.tcm_family = AF_UNSPEC;
  fixed.tcm_ifindex = static_cast<int>(place.interface);
  fixed.tcm_parent = TC_H_CLSACT;
  std::vector<route_reply> replies;
  // Without the echo only those who listen for changes are told.
  auto failure = socket.ask(route_message{RTM_GETQDISC, NLM_F_ECHO, fixed}, replies);
  if (failure.cause == ENOENT) return {};
  for (const auto& reply : replies) {
    std::vector<route_attribute> attributes;
    if (reply.type != RTM_NEWQDISC || !reply.read(fixed, attributes)) continue;
    for (const auto& attribute : attributes) {
      if (attribute.type == TCA_KIND) kind = attribute.text();
    }
  }
  return failure;
}

inline route_failure list_filters(route_socket& socket, const tc_place& place,
                                  std::vector<tc_filter>& filters) {
  route_failure failure;
  for (int attempt = 0; attempt < 8; ++attempt) {
    filters.clear();
    std::vector<route_reply> replies;
    failure =
        socket.ask(route_message{RTM_GETTFILTER, NLM_F_DUMP, tc_fixed_part(place, 0, 0)}, replies);
    if (failure.cause == EAGAIN) continue;
    for (const auto& reply : replies) {
      auto filter = read_filter(reply);
      if (filter && filter->chain == 0) filters.push_back(*std::move(filter));
    }
    break;
  }
  return failure;
}

inline route_failure find_filter(route_socket& socket, const tc_place& place,
                                 std::uint16_t priority, std::uint32_t handle,
                                 std::optional<tc_filter>& found) {
  found.reset();
  route_message message{RTM_GETTFILTER, 0, tc_fixed_part(place, priority, handle)};
  message.add_text(TCA_KIND, "bpf");
  std::vector<route_reply> replies;
  auto failure = socket.ask(message, replies);
  // No filter (ENOENT), no qdisc (EINVAL), or a filter of another kind at that priority (EINVAL):
  // in each case there is no such filter.
  if (failure.cause == ENOENT || failure.cause == EINVAL) return {};
  for (const auto& reply : replies) {
    if (auto filter = read_filter(reply)) found = std::move(filter);
  }
  return failure;
}

inline route_failure add_filter(const tc_place& place, std::uint16_t priority, std::uint32_t handle,
                                int program) {
  const auto hook = libbpf_hook(place);
  auto filter = libbpf_filter(priority, handle);
  filter.prog_fd = program;
  return by_libbpf([&] { return ::bpf_tc_attach(&hook, &filter); });
}

// libbpf's BPF_TC_F_REPLACE also creates (NLM_F_CREATE): a filter that somebody removed since it
// was looked at would come back. This request replaces or fails.
inline route_failure replace_filter(route_socket& socket, const tc_place& place,
                                    std::uint16_t priority, std::uint32_t handle, int program,
                                    const program_info& about) {
  route_message message{RTM_NEWTFILTER, NLM_F_REPLACE, tc_fixed_part(place, priority, handle)};
  message.add_text(TCA_KIND, "bpf");
  const std::size_t options = message.begin_nest(TCA_OPTIONS);
  message.add_u32(TCA_BPF_FD, static_cast<std::uint32_t>(program));
  message.add_text(TCA_BPF_NAME, filter_name(about));
  message.add_u32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
  message.end_nest(options);
  std::vector<route_reply> replies;
  return socket.ask(message, replies);
}

inline route_failure remove_filter(const tc_place& place, std::uint16_t priority,
                                   std::uint32_t handle) {
  const auto hook = libbpf_hook(place);
  const auto filter = libbpf_filter(priority, handle);
  auto failure = by_libbpf([&] { return ::bpf_tc_detach(&hook, &filter); });
  if (failure.cause == ENOENT) return {};
  return failure;
}

}  // namespace linchpin::detail
