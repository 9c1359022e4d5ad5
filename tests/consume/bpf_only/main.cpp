// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// What linchpin::bpf alone is good for: argv[1] is sample.bpf.c, compiled. Hook values and policies come with it; a
// function of theirs that is compiled into liblinchpin would be missing here.
#include <linchpin/bpf.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/sockmap.hpp>
#include <linchpin/hook/tcp_congestion.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/policy/lift.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace hook = linchpin::hook;

// A hook of each family, in their order.
std::vector<linchpin::any_hook> every_hook() {
  const std::string web = "/sys/fs/cgroup/web";
  return {hook::xdp{"eth0"},
          hook::tcx_ingress{"eth0"},
          hook::tcx_egress{"eth0"},
          hook::cgroup_skb_ingress{web},
          hook::cgroup_skb_egress{web},
          hook::cgroup_bind4{web},
          hook::cgroup_bind6{web},
          hook::cgroup_connect4{web},
          hook::cgroup_connect6{web},
          hook::cgroup_sendmsg4{web},
          hook::cgroup_sendmsg6{web},
          hook::cgroup_recvmsg4{web},
          hook::cgroup_recvmsg6{web},
          hook::cgroup_sock_create{web},
          hook::cgroup_sock_release{web},
          hook::cgroup_sock_ops{web},
          hook::cgroup_getsockopt{web},
          hook::cgroup_setsockopt{web},
          hook::cgroup_device{web},
          hook::cgroup_sysctl{web},
          hook::sk_lookup{},
          hook::flow_dissector{},
          hook::sk_msg{"sockets"},
          hook::sk_skb_verdict{"sockets"},
          hook::tcp_congestion{}};
}

// What there is to know of hooks without a kernel.
bool knows_hooks() {
  const auto hooks = every_hook();
  const linchpin::kernel_facts facts;
  std::set<std::string_view> met;
  for (const auto& at : hooks) {
    const auto* family = linchpin::find_hook_family(at.family().name);
    if (family == nullptr || !met.insert(family->name).second || !(at == at.by(family->mechanisms)))
      return false;
    if (at.text().find(family->name) != 0) return false;
    for (const auto how : at.mechanisms()) {
      if (linchpin::mechanism_name(how).empty()) return false;
      const bool untested = !at.available(how, facts).is_yes();
      if (!untested || linchpin::chain_of(how) == linchpin::mechanism{}) return false;
      static_cast<void>(at.abilities(how, facts));
    }
    linchpin::program_spec declared;
    declared.type = family->program;
    declared.expected_attach_type = family->attach;
    if (linchpin::why_not(*family, declared)) return false;
    declared.type = linchpin::uapi::program_type::kprobe;
    if (!linchpin::why_not(*family, declared)) return false;
  }
  return met.size() == linchpin::hook_families().size();
}

struct own_policies : linchpin::default_policies {
  using attach_order = linchpin::order::priority;
  using map_sizing = linchpin::sizing::per_cpu;
  using update_strategy = linchpin::update::make_before_break;
  using map_carry = linchpin::carry::copy;
  using recovery = linchpin::recovery::retry;
  using drift = linchpin::drift::report;
};
static_assert(linchpin::policy_set<own_policies>);

// Asks each policy of a set, as the engine does.
template <class Policies>
bool decides() {
  const linchpin::policy_values<Policies> policies;
  const linchpin::program_view self{.component = "edge", .program = "guard_in"};
  const std::array chain{linchpin::chain_member{.program = {7}, .link = {70}, .name = "gateway"}};
  const std::array maps{
      linchpin::map_view{.component = "edge", .name = "flows", .max_entries = 64}};
  const std::array hooks{
      linchpin::hook_view{.component = "edge", .family = "tcx_ingress", .target = "eth0"}};
  const auto available = linchpin::answer::yes();
  const std::array rungs{linchpin::rung_view{.mechanism = "tcx link", .available = &available}};
  const linchpin::failure_view failed{.component = "edge", .step = "attach", .os_error = 16};
  static_cast<void>(policies.attach_order.place(self, chain, std::nullopt));
  static_cast<void>(policies.recovery.choose(failed));
  static_cast<void>(policies.drift.choose({.component = "edge", .family = "tcx_ingress"}));
  static_cast<void>(policies.map_carry.choose({.running = maps.front(), .next = maps.front()}));
  static_cast<void>(policies.lifetime.choose("edge"));
  return linchpin::lift(policies.attach_order).arrange({}) &&
         linchpin::lift(policies.map_sizing).sizes({.maps = maps}) &&
         linchpin::lift(policies.update_strategy)
             .choose_all({.component = "edge", .hooks = hooks}) &&
         policies.fallback.choose(hooks.front(), rungs, 0) == 0U;
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) return 2;
  if (!knows_hooks()) {
    std::fprintf(stderr, "a hook family is missing, or says something wrong\n");
    return 1;
  }
  if (!decides<linchpin::default_policies>() || !decides<own_policies>()) {
    std::fprintf(stderr, "a policy refuses what it should decide\n");
    return 1;
  }
  auto sample = linchpin::object::open(linchpin::object_source::file(arguments[1])).value();
  if (auto loaded = sample.load(); !loaded) {
    if (loaded.error().is(linchpin::errc::permission_denied)) {
      std::printf("skipped: a program uses linchpin::bpf alone: may not load BPF programs\n");
      return 4;
    }
    std::fprintf(stderr, "%s\n", loaded.error().message().c_str());
    return 1;
  }
  const auto packets =
      linchpin::typed_map<std::uint32_t, std::uint64_t>::over(sample.find_map("packets").value())
          .value();
  packets.update(7, 40).value();
  std::size_t told = 0;
  auto seen =
      linchpin::ring_buffer::over(sample.find_map("seen").value(), [&told](
                                                                       std::span<const std::byte>) {
        ++told;
      }).value();
  const std::byte packet[64]{std::byte{7}};
  linchpin::test_run_request request;
  request.packet = packet;
  request.repeat = 2;
  const auto ran = linchpin::test_run(sample.find_program("count_and_tell").value(), request);
  if (ran.value().verdict != 1) return 1;  // XDP_DROP
  seen.consume().value();
  const auto counted = packets.lookup(7).value();
  std::printf("counted %llu, told %zu\n", static_cast<unsigned long long>(counted.value_or(0)),
              told);
  return counted == 42U && told == 2 && packets.read().value().size() == 1 ? 0 : 1;
} catch (const linchpin::failure& why) {
  std::fprintf(stderr, "%s\n", why.what());
  return 1;
}
