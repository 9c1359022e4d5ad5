// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf.hpp>

#include "many_maps.bpf.hpp"
#include "no_programs.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

// More of what a caller is told who uses linchpin::bpf in a way that cannot work.

using namespace linchpin;

namespace {

object many_maps() {
  object made = object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
  made.ignore_declared_pins();
  return made;
}

object loaded_maps() {
  object made = many_maps();
  made.load().value();
  return made;
}

bpf_object* opened_natively(std::span<const std::byte> bytes) {
  auto* const made = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  REQUIRE(made != nullptr);
  return made;
}

bool says(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

template <class T>
error refused(const result<T>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

void set_mtu(const char* device, int bytes) {
  ifreq asked{};
  std::strncpy(asked.ifr_name, device, sizeof asked.ifr_name - 1);
  asked.ifr_mtu = bytes;
  const auto socket = unique_fd::adopt(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  REQUIRE(::ioctl(socket.native(), SIOCSIFMTU, &asked) == 0);
}

// Something else over /proc, while it lives.
class covered_proc {
 public:
  covered_proc() { REQUIRE(::mount("none", "/proc", "tmpfs", 0, "size=4k") == 0); }
  covered_proc(const covered_proc&) = delete;
  covered_proc& operator=(const covered_proc&) = delete;
  ~covered_proc() { ::umount2("/proc", MNT_DETACH); }
};

}  // namespace

TEST_CASE("moved-from types and images refuse what is asked of them", "[kernel][object]") {
  object many = many_maps();
  auto types = btf_types::of_object(many).value();
  REQUIRE(types.size_of("int"));
  const auto taken = std::move(types);
  CHECK(taken.contains("int"));
  CHECK_FALSE(types.contains("int"));
  CHECK(refused(types.size_of("int")).is(errc::invalid_argument));
  CHECK(refused(types.layout_of("int", "value")).found() == "these were moved from");
  const object held = std::move(many);
  CHECK(refused(btf_types::of_object(many)).found() == "this one was moved from");

  auto image = object_source::memory("many_maps", bpf_objects::many_maps()).read().value();
  auto kept = std::move(image);
  CHECK(refused(object::open(image)).found() == "this one was moved from");
  CHECK(object::open(kept));
  CHECK(object::open(kept));
}
