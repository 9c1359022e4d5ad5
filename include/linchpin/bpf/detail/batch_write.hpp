// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/batch.hpp>
#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::bulk_writing {

/// What is left to write to or erase from a map, and what has been done.
template <class Map>
struct bulk {
  const Map& map;
  std::span<const std::byte> keys;
  std::span<const std::byte> values;
  std::size_t total;
  std::uint32_t batch;
  std::size_t at = 0;    ///< entries passed
  std::size_t done = 0;  ///< entries written or erased

  [[nodiscard]] std::span<const std::byte> key() const {
    return {keys.data() + at * map.key_size(), map.key_size()};
  }
  [[nodiscard]] std::span<const std::byte> value() const {
    return {values.data() + at * map.value_size(), map.value_size()};
  }
};

template <class Map>
error stopped(error cause, std::string_view done_word, const bulk<Map>& run) {
  return std::move(cause).found(detail::composed(
      {run.done, " of ", run.total, " entries ", done_word, ", then entry ", run.at, " refused"}));
}

/// The errno for a key that the mode passes over, which is no failure: EEXIST or ENOENT; 0 for a
/// mode that passes over none.
inline int passes_over(write_mode mode) {
  switch (mode) {
    case write_mode::only_missing:
      return EEXIST;
    case write_mode::only_existing:
      return ENOENT;
    default:
      return 0;
  }
}

/// returns: false when this kernel has no such batches for the map type; go on with single calls.
/// The errno of an entry that the kernel stopped at, other than `skipped`, is in `failed`.
template <class Map>
bool run_batches(bulk<Map>& run, detail::batch_command command, std::uint64_t element_flags,
                 int skipped, int& failed) {
  failed = 0;
  while (run.at < run.total) {
    detail::batch_arguments arguments;
    const auto most = run.total - run.at < run.batch ? run.total - run.at : run.batch;
    arguments.keys = detail::address(run.keys.data() + run.at * run.map.key_size());
    if (!run.values.empty()) {
      arguments.values = detail::address(run.values.data() + run.at * run.map.value_size());
    }
    arguments.count = static_cast<std::uint32_t>(most);
    arguments.map = detail::number(run.map.ref().fd());
    arguments.element_flags = element_flags;
    const int got = detail::batch_call(command, arguments);
    // A failure at an entry leaves fewer than were asked for; a failure before the first entry
    // (frozen map, no memory, no batches) leaves the count as it was.
    if (got < 0 && arguments.count == most) arguments.count = 0;
    run.at += arguments.count;
    run.done += arguments.count;
    if (got == 0) continue;
    if (detail::means_no_batch(-got)) return false;
    if (-got != skipped) {
      failed = got;
      return true;
    }
    ++run.at;
  }
  return true;
}

}  // namespace detail::bulk_writing

template <class Batch>
result<std::size_t> raw_map::write(std::span<const std::byte> keys,
                                   std::span<const std::byte> values, write_mode mode,
                                   std::type_identity_t<Batch> batch) const {
  const std::size_t total = key_size_ == 0 ? 0 : keys.size() / key_size_;
  if (total * key_size_ != keys.size() || total * value_size_ != values.size()) {
    return error{errc::invalid_argument, "write map"}
        .expected(detail::composed(
            {"whole keys of ", key_size_, " bytes and as many values of ", value_size_}))
        .found(detail::composed({keys.size(), " and ", values.size(), " bytes"}));
  }
  detail::bulk_writing::bulk<raw_map> run{*this, keys, values, total, batch != 0 ? batch : 1};
  int failed = 0;
  const int skipped = detail::bulk_writing::passes_over(mode);
  if (detail::bulk_writing::run_batches(run, detail::batch_command::update,
                                        static_cast<std::uint64_t>(mode), skipped, failed)) {
    if (failed != 0)
      return detail::bulk_writing::stopped(detail::element_error(failed, "write map"), "written",
                                           run);
    return run.done;
  }
  for (; run.at < total; ++run.at) {
    auto written = update(run.key(), run.value(), mode);
    if (written) {
      ++run.done;
    } else if (written.error().os_error() != skipped) {
      return detail::bulk_writing::stopped(std::move(written).error(), "written", run);
    }
  }
  return run.done;
}

template <class Batch>
result<std::size_t> raw_map::erase_many(std::span<const std::byte> keys,
                                        std::type_identity_t<Batch> batch) const {
  const std::size_t total = key_size_ == 0 ? 0 : keys.size() / key_size_;
  if (total * key_size_ != keys.size()) {
    return error{errc::invalid_argument, "erase from map"}
        .expected(detail::composed({"whole keys of ", key_size_, " bytes"}))
        .found(detail::composed({keys.size(), " bytes"}));
  }
  detail::bulk_writing::bulk<raw_map> run{*this, keys, {}, total, batch != 0 ? batch : 1};
  int failed = 0;
  if (detail::bulk_writing::run_batches(run, detail::batch_command::erase, 0, ENOENT, failed)) {
    if (failed != 0)
      return detail::bulk_writing::stopped(detail::element_error(failed, "erase from map"),
                                           "erased", run);
    return run.done;
  }
  for (; run.at < total; ++run.at) {
    auto erased = erase(run.key());
    if (!erased) return detail::bulk_writing::stopped(std::move(erased).error(), "erased", run);
    if (*erased) ++run.done;
  }
  return run.done;
}

}  // namespace linchpin
