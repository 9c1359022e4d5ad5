// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/map_contents.hpp"

#include <algorithm>
#include <cerrno>

#include <bpf/bpf.h>
#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::uint32_t batch_entries = 1024;

// In batches, from entry `done` on, which is moved along. Stops at the first batch that fails: how
// much of it went in cannot be told for every errno, so it is for the caller to write it again.
void write_in_batches(const open_map_contents& to, const map_entries& entries, std::size_t& done) {
  while (done < entries.size()) {
    auto count =
        static_cast<std::uint32_t>(std::min<std::size_t>(entries.size() - done, batch_entries));
    const std::size_t after = done + count;
    const auto* keys = entries.keys.data() + done * entries.key_size;
    const auto* values = entries.values.data() + done * entries.value_size;
    if (::bpf_map_update_batch(to.fd, keys, values, &count, nullptr) != 0) return;
    done = after;
  }
}

// returns: 0 or errno
int write_singly(const open_map_contents& to, const map_entries& entries, bool only_missing,
                 std::size_t& done) {
  const std::uint64_t flags = only_missing ? BPF_NOEXIST : BPF_ANY;
  for (; done < entries.size(); ++done) {
    const auto* key = entries.keys.data() + done * entries.key_size;
    const auto* value = entries.values.data() + done * entries.value_size;
    if (::bpf_map_update_elem(to.fd, key, value, flags) == 0) continue;
    if (only_missing && errno == EEXIST) continue;
    return errno;
  }
  return 0;
}

}  // namespace

result<void> write_contents(const open_map_contents& to, const map_entries& entries,
                            bool only_missing) {
  std::size_t done = 0;
  // Batches know no flags, so what must not overwrite goes one by one.
  if (!only_missing) write_in_batches(to, entries, done);
  const int cause = write_singly(to, entries, only_missing, done);
  if (cause == 0) return {};
  return kernel_error(cause, "write map", fmt::format("map {}", to.info.name))
      .found(fmt::format("{} of {} entries written to a map of {}", done, entries.size(),
                         to.info.max_entries));
}

result<void> erase_contents(const open_map_contents& in, std::span<const std::byte> keys) {
  const std::size_t size = in.info.key_size;
  const std::size_t total = keys.size() / size;
  for (std::size_t done = 0; done < total;) {
    const std::size_t part = std::min<std::size_t>(total - done, batch_entries);
    auto count = static_cast<std::uint32_t>(part);
    // A batch ends at the first key that is not there, and some kernels know none.
    if (::bpf_map_delete_batch(in.fd, keys.data() + done * size, &count, nullptr) != 0) {
      for (std::size_t at = done; at < done + part; ++at) {
        if (::bpf_map_delete_elem(in.fd, keys.data() + at * size) == 0 || errno == ENOENT) continue;
        return kernel_error(errno, "erase keys", fmt::format("map {}", in.info.name))
            .found(fmt::format("{} of {} done", at, total));
      }
    }
    done += part;
  }
  return {};
}

}  // namespace linchpin::detail
