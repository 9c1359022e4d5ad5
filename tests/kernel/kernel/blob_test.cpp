// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

using namespace linchpin;

namespace {

std::vector<std::byte> pattern(std::size_t length, unsigned char seed) {
  std::vector<std::byte> bytes(length);
  for (std::size_t at = 0; at < length; ++at) {
    bytes[at] = static_cast<std::byte>((at * 31 + seed) & 0xff);
  }
  return bytes;
}

// Where the hidden test below writes, in a process of its own.
constexpr const char* blob_of_fresh_process = "LINCHPIN_BLOB_OF_FRESH_PROCESS";

}  // namespace

TEST_CASE("a fresh process writes a blob where it is told to", "[.][fresh_process]") {
  const char* const path = std::getenv(blob_of_fresh_process);
  REQUIRE(path != nullptr);
  live_kernel kernel;
  REQUIRE(kernel.write_blob(path, pattern(100000, 5)));
}

// Kernels before 5.11 charge maps to this limit. libbpf raises it, once in a process.
TEST_CASE("a fresh process without room for locked memory writes a blob", "[kernel][blob]") {
  const auto box = live::enter("kernel");
  const auto path = box.bpffs() + "/manifest";
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_MEMLOCK, &none);
    ::setenv(blob_of_fresh_process, path.c_str(), 1);
    ::execl("/proc/self/exe", "fresh", "[fresh_process]", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  live_kernel kernel;
  CHECK(kernel.read_blob(path).value() == pattern(100000, 5));
}

TEST_CASE("blobs of any size come back as they were written", "[kernel][blob]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto path = box.bpffs() + "/edge/manifest";
  for (const std::size_t length : {0U, 1U, 4072U, 4096U, 100000U, 3000000U}) {
    const auto bytes = pattern(length, 3);
    REQUIRE(kernel.write_blob(path, bytes));
    CHECK(kernel.read_blob(path).value() == bytes);
  }
  CHECK(kernel.list_pins(box.bpffs() + "/edge").value() == std::vector<std::string>{"manifest"});
}

TEST_CASE("what a dead writer left beside a blob is overwritten", "[kernel][blob]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto path = box.bpffs() + "/manifest";
  const auto old_bytes = pattern(10, 1);
  const auto new_bytes = pattern(20, 2);
  REQUIRE(kernel.write_blob(path, old_bytes));
  REQUIRE(kernel.write_blob(path + "-next", pattern(30, 9)));
  REQUIRE(kernel.write_blob(path, new_bytes));
  CHECK(kernel.read_blob(path).value() == new_bytes);
  CHECK_FALSE(kernel.read_blob(path + "-next").value());
}

TEST_CASE("others' pins beside a blob stay, and the blob is written all the same",
          "[kernel][blob]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto path = box.bpffs() + "/manifest";
  const auto program = live::xdp_program(kernel, "lpk_beside");
  REQUIRE(kernel.pin(program.ref(), path + "-next"));
  REQUIRE(::mkdir((path + "-next-2").c_str(), 0700) == 0);
  for (const unsigned char round : {1, 2}) {
    REQUIRE(kernel.write_blob(path, pattern(20, round)));
    CHECK(kernel.read_blob(path).value() == pattern(20, round));
  }
  CHECK(kernel.describe_program(kernel.open_pin(path + "-next", pin_kind::program).value().ref())
            .value()
            .id == kernel.describe_program(program.ref()).value().id);
  auto names = kernel.list_pins(box.bpffs()).value();
  std::erase_if(names, [](const std::string& name) { return !name.starts_with("manifest"); });
  CHECK(names == std::vector<std::string>{"manifest", "manifest-next", "manifest-next-2/"});
}

TEST_CASE("a reader sees one whole blob or another while they change", "[kernel][blob]") {
  const auto box = live::enter("kernel");
  const auto path = box.bpffs() + "/manifest";
  const auto small = pattern(64, 1);
  const auto large = pattern(20000, 2);
  {
    live_kernel kernel;
    REQUIRE(kernel.write_blob(path, small));
  }
  std::atomic<bool> failed{false};
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    live_kernel kernel;
    for (int round = 0; round < 300; ++round) {
      if (!kernel.write_blob(path, round % 2 == 0 ? large : small)) failed = true;
    }
    done = true;
  }};
  live_kernel kernel;
  std::size_t reads = 0;
  std::size_t torn = 0;
  while (!done) {
    const auto got = kernel.read_blob(path);
    if (!got || !*got || (**got != small && **got != large)) ++torn;
    ++reads;
  }
  writer.join();
  CHECK_FALSE(failed);
  CHECK(torn == 0);
  CHECK(reads > 0);
}

TEST_CASE("a pin that is not a blob is not read as one", "[kernel][blob]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto program = live::xdp_program(kernel, "lpk_blob");
  REQUIRE(kernel.pin(program.ref(), box.bpffs() + "/program"));
  const int hash = ::bpf_map_create(BPF_MAP_TYPE_HASH, "lpk_hash", 4, 64, 1, nullptr);
  bpf_map_create_opts options{};
  options.sz = sizeof options;
  options.map_flags = BPF_F_MMAPABLE;
  const int zeros = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, "lpk_zeros", 4, 64, 1, &options);
  const handle maps[] = {handle{kernel, hash}, handle{kernel, zeros}};
  REQUIRE(kernel.pin(maps[0].ref(), box.bpffs() + "/hash"));
  REQUIRE(kernel.pin(maps[1].ref(), box.bpffs() + "/zeros"));
  for (const auto* name : {"/program", "/hash", "/zeros"}) {
    CAPTURE(name);
    const auto got = kernel.read_blob(box.bpffs() + name);
    REQUIRE_FALSE(got);
    CHECK(got.error().is(errc::bad_format));
    CHECK_FALSE(got.error().found().empty());
  }
}
