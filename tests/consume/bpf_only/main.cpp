// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// What linchpin::bpf alone is good for: argv[1] is sample.bpf.c, compiled.
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

int main(int count, char** arguments) try {
  if (count != 2) return 2;
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
