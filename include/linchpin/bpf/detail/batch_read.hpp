// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/batch.hpp>
#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/detail/map_walk.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

namespace reading {

/// Reads a map batch by batch, and appends each batch to `entries`.
template <class Map>
class batch_reader {
 public:
  batch_reader(const Map& from, std::uint32_t batch, raw_entries& into)
      : entries(into),
        from_(from),
        batch_(fitting(batch, from.max_entries())),
        // A hash map's position is a bucket number, other maps' a key.
        position_(from.key_size() < sizeof(std::uint32_t) ? sizeof(std::uint32_t)
                                                          : from.key_size()),
        next_position_(position_.size()) {}

  /// returns: as `batch_call`; -ENOENT with the last batch, -ENOSPC where one bucket holds more
  ///   than a batch.
  int read_once() {
    entries.keys.resize((read_ + batch_) * from_.key_size());
    entries.values.resize((read_ + batch_) * from_.value_size());
    batch_arguments arguments;
    arguments.in_position = started_ ? address(position_.data()) : 0;
    arguments.out_position = address(next_position_.data());
    arguments.keys = address(entries.keys.data() + read_ * from_.key_size());
    arguments.values = address(entries.values.data() + read_ * from_.value_size());
    arguments.count = batch_;
    arguments.map = number(from_.ref().fd());
    const int got = batch_call(batch_command::lookup, arguments);
    if (got == 0 || got == -ENOENT) {
      read_ += arguments.count;
      if (arguments.count != 0 || got == 0) {
        started_ = true;
        position_.swap(next_position_);
      }
    }
    return got;
  }

  void grow() { batch_ *= 2; }
  void cut() {
    entries.keys.resize(read_ * from_.key_size());
    entries.values.resize(read_ * from_.value_size());
  }

  raw_entries& entries;

 private:
  // No batch is larger than the map.
  [[nodiscard]] static std::uint32_t fitting(std::uint32_t batch, std::uint32_t most) noexcept {
    if (batch > most) batch = most;
    return batch != 0 ? batch : 1;
  }

  const Map& from_;
  std::uint32_t batch_;
  std::size_t read_ = 0;
  bool started_ = false;
  std::vector<std::byte> position_;
  std::vector<std::byte> next_position_;
};

}  // namespace reading

/// Reads every entry into `entries` by batches.
/// returns: false when this kernel has no batches for the map type.
template <class Map>
result<bool> read_by_batch(const Map& from, std::uint32_t batch, raw_entries& entries) {
  reading::batch_reader<Map> reader{from, batch, entries};
  // A bucket never holds more than the whole map.
  const std::uint64_t largest = std::uint64_t{from.max_entries()} * 2;
  for (std::uint64_t size = batch != 0 ? batch : 1;;) {
    const int got = reader.read_once();
    if (got == -ENOENT) {
      reader.cut();
      return true;
    }
    if (got == -ENOSPC && size <= largest) {
      reader.grow();
      size *= 2;
      continue;
    }
    if (got < 0 && means_no_batch(-got)) return false;
    if (got < 0) return element_error(got, "read map by batches");
  }
}

// In map_walk.hpp.
template <class Map>
result<raw_entries> read_by_walk(const Map& from);

}  // namespace detail

template <class Batch>
result<raw_entries> raw_map::read(std::type_identity_t<Batch> batch) const {
  if (detail::batch_reads_each_once(type_)) {
    raw_entries entries;
    LINCHPIN_TRY(const bool read, detail::read_by_batch(*this, batch, entries));
    if (read) return entries;
  }
  return detail::read_by_walk(*this);
}

}  // namespace linchpin
