// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// The same entries looked up and written through `typed_map` and through libbpf. run.sh counts the
// instructions of each function below; the kernel's are not among them.
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <bpf/bpf.h>

#include <cstdint>
#include <cstdio>

namespace {

constexpr std::uint32_t entries = 64;
constexpr int rounds = 100;

using counters = linchpin::typed_map<std::uint32_t, std::uint64_t>;

}  // namespace

extern "C" {

[[gnu::noinline]] std::uint64_t typed_lookup(const counters& map) {
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t key = 0; key < entries; ++key) {
      const auto found = map.lookup(key);
      if (found && *found) sum += **found;
    }
  }
  return sum;
}

[[gnu::noinline]] std::uint64_t raw_lookup(int map) {
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t key = 0; key < entries; ++key) {
      std::uint64_t value = 0;
      if (bpf_map_lookup_elem(map, &key, &value) == 0) sum += value;
    }
  }
  return sum;
}

[[gnu::noinline]] int typed_update(const counters& map) {
  int failed = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t key = 0; key < entries; ++key) {
      if (!map.update(key, key + 1)) ++failed;
    }
  }
  return failed;
}

[[gnu::noinline]] int raw_update(int map) {
  int failed = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t key = 0; key < entries; ++key) {
      const std::uint64_t value = key + 1;
      if (bpf_map_update_elem(map, &key, &value, BPF_ANY) != 0) ++failed;
    }
  }
  return failed;
}
}

int main() {
  linchpin::map_spec wanted;
  wanted.name = "bench_counters";
  wanted.type = linchpin::uapi::map_type::hash;
  wanted.key_size = sizeof(std::uint32_t);
  wanted.value_size = sizeof(std::uint64_t);
  wanted.max_entries = entries;
  try {
    const auto live = linchpin::create_map(wanted).value();
    const auto map = counters::over(live).value();
    const int fd = map.ref().fd().native();
    const int failed = typed_update(map) + raw_update(fd);
    const bool same = typed_lookup(map) == raw_lookup(fd);
    if (failed == 0 && same) return 0;
    std::fputs("map_access: both ways should have found the same\n", stderr);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "map_access: %s\n", failure.what());
  }
  return 1;
}
