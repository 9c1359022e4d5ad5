// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/probes.hpp"

#include <linchpin/bpf/detail/memlock_charge.hpp>
#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/driver/table.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

answer probe_map_batch() {
  const auto map =
      unique_fd::adopt(::bpf_map_create(BPF_MAP_TYPE_HASH, "linchpin_probe", 4, 4, 4, nullptr));
  if (!map) return unknown_after("create a scratch map", errno);
  const std::array<std::uint32_t, 2> words{1, 2};
  std::uint32_t count = words.size();
  if (::bpf_map_update_batch(map.native(), words.data(), words.data(), &count, nullptr) == 0) {
    return answer::yes();
  }
  if (errno == EINVAL || errno == 524) {
    return answer::no(fmt::format("batch operations: {}", errno_name(errno)));
  }
  return unknown_after("update a scratch map in a batch", errno);
}

answer probe_memlock() {
  const auto program = unique_fd::adopt(
      ::bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "linchpin_probe", "GPL", coarse_clock_program,
                      std::size(coarse_clock_program), nullptr));
  if (program) return answer::no("maps and programs are charged to the memory of a cgroup");
  if (errno == EINVAL) return answer::yes();
  return unknown_after("load a scratch program", errno);
}

}  // namespace

kernel_facts probe_kernel() {
  kernel_facts facts;
  // Where the file cannot be read, the C library's guess is good enough to plan with; whoever sizes
  // a buffer for the kernel asks possible_cpus() and heeds its error.
  facts.possible_cpus = possible_cpus().value_or(
      static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF))));
  struct sysinfo machine {};
  if (::sysinfo(&machine) == 0) {
    facts.memory_bytes = std::uint64_t{machine.totalram} * machine.mem_unit;
  }
  for_each_driver(every_room{}, [&facts](const hook_driver& driver) {
    const auto& traits = driver.traits();
    // Those that share a chain are there together or not at all.
    if (traits.chain == traits.how) {
      facts.mechanisms.push_back(driver.probe());
    } else {
      auto same = std::as_const(facts).of(traits.chain);
      same.how = traits.how;
      facts.mechanisms.push_back(std::move(same));
    }
  });
  facts.map_batch = probe_map_batch();
  facts.memlock = probe_memlock();
  return facts;
}

}  // namespace linchpin::detail
