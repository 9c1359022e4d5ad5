// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/linchpin.hpp>
#include <linchpin/testing/netns.hpp>
#include <linchpin/testing/policy_conformance.hpp>
#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/veth.hpp>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf.h>

/// What the policy examples stand on: the running kernel, and what it says of a chain.
namespace example {

using linchpin::uapi::attach_type;

namespace detail {

/// A /tmp of the process's own, so that what the sandbox makes there goes with the process.
class private_tmp {
 public:
  private_tmp() {
    if (::unshare(CLONE_NEWNS) != 0) refuse("make a mount namespace");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      refuse("make mounts private");
    if (::mount("tmpfs", "/tmp", "tmpfs", 0, nullptr) != 0) refuse("mount a tmpfs at /tmp");
  }

 private:
  [[noreturn]] static void refuse(const char* what) {
    throw linchpin::failure{linchpin::error::from_errno(errno, what)};
  }
};

inline int tell(const linchpin::failure& failed) {
  std::fprintf(stderr, "%s\n", failed.error().message().c_str());
  return 1;
}

}  // namespace detail

/// An interface "uplink" in a network namespace of the example's own, and a store on a bpffs of its own.
/// The kernel takes all of it away when the process ends, however it ends.
class stage {
 public:
  static constexpr const char* interface = "uplink";
  static constexpr const char* address = "10.77.0.1";
  static constexpr const char* peer_address = "10.77.0.2";

  [[nodiscard]] std::string store() const { return box_.bpffs() + "/edge"; }
  [[nodiscard]] linchpin::ifindex index() const noexcept { return cable_.near_index(); }
  /// The network namespace at the other end of the interface.
  [[nodiscard]] const linchpin::testing::netns& peer() const noexcept { return peer_; }

  /// The programs in a tcx chain, by the names that the kernel has for them, in run order.
  [[nodiscard]] std::string chain(attach_type direction) const {
    std::uint32_t ids[64];
    std::uint32_t count = std::size(ids);
    if (::bpf_prog_query(static_cast<int>(index().value), static_cast<bpf_attach_type>(direction),
                         0, nullptr, ids, &count) != 0)
      throw linchpin::failure{linchpin::error::from_errno(errno, "query", "chain")};
    std::string names;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto program = linchpin::open_program(linchpin::program_id{ids[i]}).value();
      names += (i == 0 ? "" : ", ") + program->info().value().name;
    }
    return names.empty() ? "nothing" : names;
  }
  [[nodiscard]] std::string ingress() const { return chain(attach_type::tcx_ingress); }
  [[nodiscard]] std::string egress() const { return chain(attach_type::tcx_egress); }

 private:
  detail::private_tmp tmp_;
  linchpin::testing::sandbox box_ = linchpin::testing::sandbox::enter("example").value();
  linchpin::testing::netns peer_ = linchpin::testing::netns::make().value();
  linchpin::testing::veth_pair cable_ =
      linchpin::testing::veth_pair::make({interface, {std::string{address} + "/24"}},
                                         {"peer", {std::string{peer_address} + "/24"}, &peer_})
          .value();
};

/// A program of somebody else, which lets every packet go on to the next one in the chain.
[[nodiscard]] inline linchpin::program load_stranger(const char* name) {
  const bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, TC_ACT_UNSPEC},
                           {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  const int fd = ::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, name, "Dual BSD/GPL", code,
                                 std::size(code), nullptr);
  if (fd < 0) throw linchpin::failure{linchpin::error::from_errno(errno, "load", name)};
  return linchpin::program::adopt(linchpin::unique_fd::adopt(fd));
}

/// Somebody else's program behind all others at tcx ingress, until destruction.
class stranger {
 public:
  stranger(const stage& on, const char* name)
      : program_(load_stranger(name)),
        link_(linchpin::attach_tcx({program_.ref(), attach_type::tcx_ingress}, on.index(),
                                   attach_type::tcx_ingress)
                  .value()) {}

 private:
  linchpin::program program_;
  linchpin::link link_;
};

/// Runs an example where it can be run, after a look for the usual mistakes in its policies.
/// returns: what main returns; 4 where something is missing that the example cannot do without.
template <linchpin::policy_set Policies>
int run(void (*show)(const stage&)) {
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  const auto mistakes = linchpin::testing::check_policies<Policies>();
  for (const auto& mistake : mistakes) std::fprintf(stderr, "%s\n", mistake.c_str());
  if (!mistakes.empty()) return 1;

  std::optional<stage> own;
  try {
    own.emplace();
    static_cast<void>(load_stranger("probe"));
  } catch (const linchpin::failure& failed) {
    if (!failed.error().is(linchpin::errc::permission_denied)) return detail::tell(failed);
    std::fputs("This example needs root, to load BPF programs in namespaces of its own.\n", stderr);
    return 4;
  }
  if (const auto tcx = linchpin::live_kernel{}.facts().of(linchpin::hook::tcx_link).available;
      tcx.is_no()) {
    std::fprintf(stderr, "This example needs tcx links: %s.\n", tcx.reason().c_str());
    return 4;
  }
  try {
    show(*own);
    return 0;
  } catch (const linchpin::failure& failed) {
    return detail::tell(failed);
  }
}

}  // namespace example
