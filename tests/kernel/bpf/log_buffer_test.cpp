// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf/object.hpp>

#include "many_maps.bpf.hpp"
#include "rejected.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bpf/libbpf.h>
#include <sys/mman.h>

// What libbpf keeps of the log buffers that a load gave to the programs.

using namespace linchpin;

namespace {

bpf_object* opened_natively(std::span<const std::byte> bytes) {
  auto* const made = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  REQUIRE(made != nullptr);
  return made;
}

// Reads the ends of every program's buffer: what is not mapped ends the process.
void check_buffers_are_there(const bpf_object& loaded) {
  for (auto* program = bpf_object__next_program(&loaded, nullptr); program != nullptr;
       program = bpf_object__next_program(&loaded, program)) {
    std::size_t size = 0;
    const volatile char* const text = bpf_program__log_buf(program, &size);
    if (text == nullptr) continue;
    REQUIRE(size > 0);
    CHECK(text[0] == '\0');
    CHECK(text[size / 2] == '\0');
    CHECK(text[size - 1] == '\0');
  }
}

bool any_buffer(const bpf_object& loaded) {
  std::size_t size = 0;
  return bpf_program__log_buf(bpf_object__next_program(&loaded, nullptr), &size) != nullptr;
}

// What this process has of address space ("VmSize:") or memory ("VmRSS:"). unit: KiB
std::size_t size_of_process(std::string_view which) {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;) {
    std::size_t size = 0;
    if (word == which && status >> size) return size;
  }
  return 0;
}

void load_one(std::vector<object>& kept) {
  auto& added = kept.emplace_back(
      object::open(object_source::memory("kept", bpf_objects::rejected())).value());
  const auto loaded = added.load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().log().find("processed ") != std::string_view::npos);
}

}  // namespace

TEST_CASE("the log buffer that libbpf keeps of a program is there after the load",
          "[kernel][object][log]") {
  object many = object::open(object_source::memory("kept", bpf_objects::many_maps())).value();
  many.ignore_declared_pins();
  REQUIRE(many.load());
  check_buffers_are_there(*many.native());

  object rejected = object::open(object_source::memory("kept", bpf_objects::rejected())).value();
  REQUIRE_FALSE(rejected.load());
  check_buffers_are_there(*rejected.native());
  check_buffers_are_there(*many.native());
}

TEST_CASE("the log buffers of a borrowed bpf_object outlive the object that loaded it",
          "[kernel][object][log]") {
  auto* const loaded = opened_natively(bpf_objects::many_maps());
  auto* const failed = opened_natively(bpf_objects::rejected());
  {
    object many = object::borrow(*loaded);
    many.ignore_declared_pins();
    REQUIRE(many.load());
    REQUIRE_FALSE(object::borrow(*failed).load());
  }
  REQUIRE(any_buffer(*loaded));
  REQUIRE(any_buffer(*failed));
  check_buffers_are_there(*loaded);
  check_buffers_are_there(*failed);
  bpf_object__close(loaded);
  bpf_object__close(failed);
}

TEST_CASE("any number of objects share the address space of their log buffers",
          "[kernel][object][log]") {
  std::vector<object> kept;
  load_one(kept);
  const auto before = size_of_process("VmSize:");
  REQUIRE(before > 0);
  for (int i = 0; i < 8; ++i) load_one(kept);
  CHECK(size_of_process("VmSize:") < before + (std::size_t{1} << 20));
  for (const auto& object : kept) check_buffers_are_there(*object.native());
}

TEST_CASE("a process that locks its memory keeps no log buffers in it", "[kernel][object][log]") {
  std::vector<object> kept;
  load_one(kept);
  REQUIRE(::mlockall(MCL_CURRENT) == 0);
  load_one(kept);
  const auto memory = size_of_process("VmRSS:");
  ::munlockall();
  REQUIRE(memory > 0);
  CHECK(memory < std::size_t{512} << 10);
}
