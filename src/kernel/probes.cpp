// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/probes.hpp"

#include <linchpin/bpf/detail/batch.hpp>
#include <linchpin/bpf/detail/memlock_charge.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/driver/table.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

answer probe_map_batch() {
  const auto map = create_map({.name = "linchpin_probe",
                               .type = uapi::map_type::hash,
                               .key_size = 4,
                               .value_size = 4,
                               .max_entries = 4});
  if (!map) return unknown_after("create a scratch map", map.error().os_error());
  const std::array<std::uint32_t, 2> words{1, 2};
  batch_arguments arguments;
  arguments.map = number((*map)->fd());
  arguments.keys = arguments.values = address(words.data());
  arguments.count = words.size();
  const int got = batch_call(batch_command::update, arguments);
  if (got == 0) return answer::yes();
  if (means_no_batch(-got)) {
    return answer::no(fmt::format("batch operations: {}", errno_name(-got)));
  }
  return unknown_after("update a scratch map in a batch", -got);
}

answer probe_memlock() {
  switch (const int cause = try_coarse_clock()) {
    case 0:
      return answer::no("maps and programs are charged to the memory of a cgroup");
    case EINVAL:
      return answer::yes();
    default:
      return unknown_after("load a scratch program", cause);
  }
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
