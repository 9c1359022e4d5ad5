// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/probes.hpp"

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/possible_cpus.hpp>

#include "kernel/bpf_call.hpp"
#include "kernel/kernel_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/if_link.h>
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

namespace linchpin::detail {

namespace {

constexpr std::uint32_t no_descriptor = ~0U;
constexpr std::uint32_t loopback = 1;  // the first interface of every netns

answer unknown(std::string_view step, int cause) {
  return answer::unknown(fmt::format("{}: {}", step, errno_name(cause)));
}

// "return verdict"
unique_fd load_scratch(bpf_prog_type type, uapi::attach_type attach, int verdict) {
  const std::array<bpf_insn, 2> code{
      bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, verdict},
      bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = static_cast<bpf_attach_type>(attach);
  return unique_fd::adopt(
      ::bpf_prog_load(type, "linchpin_probe", "Dual BSD/GPL", code.data(), code.size(), &options));
}

// Asks for a link, and lets go of it should the kernel make one.
// returns: 0 or errno
int try_link(const unique_fd& program, uapi::attach_type attach, std::uint32_t target,
             std::uint32_t flags) noexcept {
  link_create_arguments arguments;
  arguments.program_fd = fd_argument(program.native());
  arguments.target = target;
  arguments.attach_type = static_cast<std::uint32_t>(attach);
  arguments.flags = flags;
  const auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
  return link ? 0 : errno;
}

// What a failed load of a scratch program tells.
answer not_loaded(std::string_view type, int cause) {
  if (cause == EINVAL) return answer::no(fmt::format("no program type {}", type));
  return unknown(fmt::format("load a scratch {} program", type), cause);
}

// A kernel with XDP links looks at the device and finds that the loopback cannot offload programs
// (EOPNOTSUPP), or is taken (EBUSY, EEXIST); a kernel without them does not look (EINVAL).
answer probe_xdp_link() {
  const auto program = load_scratch(BPF_PROG_TYPE_XDP, uapi::attach_type::xdp, XDP_PASS);
  if (!program) return not_loaded("xdp", errno);
  switch (const int cause =
              try_link(program, uapi::attach_type::xdp, loopback, XDP_FLAGS_HW_MODE)) {
    case 0:
    case EOPNOTSUPP:
    case EBUSY:
    case EEXIST:
      return answer::yes();
    case EINVAL:
      return answer::no("XDP links: BPF_LINK_CREATE says EINVAL");
    default:
      return unknown("create an XDP link", cause);
  }
}

answer probe_tcx() {
  query_arguments arguments;
  arguments.target = loopback;
  arguments.attach_type = static_cast<std::uint32_t>(uapi::attach_type::tcx_ingress);
  if (bpf_call(BPF_PROG_QUERY, arguments) == 0) return answer::yes();
  switch (errno) {
    case ENOSPC:  // programs are there, and we gave no room for their ids
      return answer::yes();
    case EINVAL:
      return answer::no("tcx: BPF_PROG_QUERY does not know the attach type (EINVAL)");
    default:
      return unknown("query tcx_ingress of the loopback", errno);
  }
}

// A kernel that knows the kind of link, and the flags, goes on to look for the target (EBADF).
answer probe_link(bpf_prog_type type, std::string_view type_name, uapi::attach_type attach,
                  std::uint32_t flags, std::string_view what) {
  const auto program = load_scratch(type, attach, 1);
  if (!program) return not_loaded(type_name, errno);
  switch (const int cause = try_link(program, attach, no_descriptor, flags)) {
    case EBADF:
      return answer::yes();
    case EINVAL:
      return answer::no(fmt::format("{}: BPF_LINK_CREATE says EINVAL", what));
    default:
      return unknown(fmt::format("create {}", what), cause);
  }
}

answer probe_netns_link() {
  auto lookup = probe_link(BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup", uapi::attach_type::sk_lookup, 0,
                           "sk_lookup links");
  if (!lookup.is_yes()) return lookup;
  return probe_link(BPF_PROG_TYPE_FLOW_DISSECTOR, "flow_dissector",
                    uapi::attach_type::flow_dissector, 0, "flow_dissector links");
}

answer probe_map_batch() {
  const auto map =
      unique_fd::adopt(::bpf_map_create(BPF_MAP_TYPE_HASH, "linchpin_probe", 4, 4, 4, nullptr));
  if (!map) return unknown("create a scratch map", errno);
  const std::array<std::uint32_t, 2> words{1, 2};
  std::uint32_t count = words.size();
  if (::bpf_map_update_batch(map.native(), words.data(), words.data(), &count, nullptr) == 0) {
    return answer::yes();
  }
  if (errno == EINVAL || errno == 524) {
    return answer::no(fmt::format("batch operations: {}", errno_name(errno)));
  }
  return unknown("update a scratch map in a batch", errno);
}

}  // namespace

kernel_facts probe_kernel() {
  kernel_facts facts;
  // Where the file cannot be read, the C library's guess is good enough to plan with; whoever sizes a
  // buffer for the kernel asks possible_cpus() and heeds its error.
  facts.possible_cpus = possible_cpus().value_or(
      static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF))));
  facts.xdp_link = probe_xdp_link();
  facts.tcx = probe_tcx();
  facts.cgroup_link = probe_link(BPF_PROG_TYPE_CGROUP_SKB, "cgroup_skb",
                                 uapi::attach_type::cgroup_inet_egress, 0, "cgroup links");
  facts.cgroup_order =
      probe_link(BPF_PROG_TYPE_CGROUP_SKB, "cgroup_skb", uapi::attach_type::cgroup_inet_egress,
                 flag_before, "ordered cgroup links");
  facts.netns_link = probe_netns_link();
  facts.map_batch = probe_map_batch();
  return facts;
}

}  // namespace linchpin::detail
