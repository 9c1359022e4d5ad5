// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf.hpp>

#include "kconfig.bpf.hpp"
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
  // NOLINTBEGIN(bugprone-use-after-move): that is asked here
  CHECK_FALSE(types.contains("int"));
  CHECK(refused(types.size_of("int")).is(errc::invalid_argument));
  CHECK(refused(types.layout_of("int", "value")).found() == "these were moved from");
  const object held = std::move(many);
  CHECK(refused(btf_types::of_object(many)).found() == "this one was moved from");

  auto image = object_source::memory("many_maps", bpf_objects::many_maps()).read().value();
  auto kept = std::move(image);
  CHECK(refused(object::open(image)).found() == "this one was moved from");
  // NOLINTEND(bugprone-use-after-move)
  CHECK(object::open(kept));
  CHECK(object::open(kept));
}

TEST_CASE("a value of the kernel's configuration is no variable to set", "[kernel][object]") {
  object made = object::open(object_source::memory("kconfig", bpf_objects::kconfig())).value();
  const auto told = refused(made.set_global("LINUX_KERNEL_VERSION", 7));
  CHECK(told.is(errc::not_found));
  CHECK(told.found() == "least_version");
  CHECK(made.set_global("least_version", 7));
}

TEST_CASE("a borrowed bpf_object that is to use a live map is not loaded yet", "[kernel][object]") {
  const object first = loaded_maps();
  auto* const native = opened_natively(bpf_objects::many_maps());
  auto* const flows = bpf_object__find_map_by_name(native, "flows");
  REQUIRE(bpf_map__reuse_fd(flows, first.find_map("flows").value().fd().native()) == 0);
  {
    object borrowed = object::borrow(*native);
    borrowed.ignore_declared_pins();
    CHECK_FALSE(borrowed.is_loaded());
    CHECK(borrowed.set_max_entries("numbers", 77));
    REQUIRE(borrowed.load());
    CHECK(borrowed.find_map("numbers").value().info().value().max_entries == 77);
  }
  CHECK(object::borrow(*native).is_loaded());
  bpf_object__close(native);

  auto* const lonely = opened_natively(bpf_objects::no_programs());
  CHECK_FALSE(object::borrow(*lonely).is_loaded());
  REQUIRE(bpf_object__load(lonely) == 0);
  CHECK(object::borrow(*lonely).is_loaded());
  bpf_object__close(lonely);
}

TEST_CASE("a pin is not removed where another link is pinned by now", "[kernel][link]") {
  const auto box = footing::enter("bpf-unpin");
  const object many = loaded_maps();
  const typed_program xdp{many.find_program("count_and_decide").value(), uapi::attach_type::xdp};
  const auto ends =
      footing::join({.name = "lpu0", .addresses = {}}, {.name = "lpu1", .addresses = {}});
  const std::string path = box.bpffs() + "/attachment";
  auto first = attach_xdp(xdp, ends.near_index(), xdp_mode::generic).value();
  auto second = attach_xdp(xdp, ends.far_index(), xdp_mode::generic).value();
  const auto id_of_first = first->info().value().id.value;
  const auto id_of_second = second->info().value().id.value;
  auto lost = pinned_link::pin(first, path).value();
  REQUIRE(::unlink(path.c_str()) == 0);
  auto other = pinned_link::pin(second, path).value();

  const auto told = refused(std::move(lost).unpin());
  CHECK(told.is(errc::conflict));
  CHECK(told.expected() == "link " + std::to_string(id_of_first));
  CHECK(told.found() == "link " + std::to_string(id_of_second));
  CHECK(::access(path.c_str(), F_OK) == 0);

  auto taken = std::move(other);
  // NOLINTBEGIN(bugprone-use-after-move): each is asked once more on purpose
  CHECK(refused(std::move(other).unpin()).is(errc::invalid_argument));
  CHECK(std::move(taken).unpin());
  // NOLINTEND(bugprone-use-after-move)
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a device that cannot run XDP as asked is told from a full hook", "[kernel][link]") {
  const auto box = footing::enter("bpf-xdp");
  const object many = loaded_maps();
  const typed_program xdp{many.find_program("count_and_decide").value(), uapi::attach_type::xdp};
  const auto ends =
      footing::join({.name = "lpx0", .addresses = {}}, {.name = "lpx1", .addresses = {}});
  set_mtu("lpx1", 60'000);
  const auto large = refused(attach_xdp(xdp, ends.near_index(), xdp_mode::native));
  INFO(large.message());
  CHECK(large.is(errc::unsupported));
  CHECK(says(large.advice(), "MTU"));

  const auto generic = attach_xdp(xdp, ends.near_index(), xdp_mode::generic).value();
  set_mtu("lpx1", 1500);
  const auto both = refused(attach_xdp(xdp, ends.near_index(), xdp_mode::native));
  INFO(both.message());
  CHECK(both.is(errc::busy));
  CHECK(both.os_error() == EEXIST);
  CHECK(says(both.advice(), "in the other mode"));
}

TEST_CASE("a netkit device that is not there is named as an interface", "[kernel][link]") {
  const auto box = footing::enter("bpf-netkit");
  const object many = loaded_maps();
  constexpr auto netkit_primary = uapi::attach_type::netkit_primary;
  const link_request asked{.what = {many.find_program("count_at_ingress").value(), netkit_primary},
                           .target = 4711,
                           .attach_type = netkit_primary};
  const auto told = refused(create_link(asked));
  CHECK(told.is(errc::not_found));
  CHECK(told.subject() == "interface 4711, netkit_primary");
}

TEST_CASE("a link that cannot be detached is told what ends it", "[kernel][link]") {
  const int loaded = footing::load_verdict(BPF_PROG_TYPE_RAW_TRACEPOINT, {}, 0, "lp_raw");
  const auto program = unique_fd::adopt(loaded);
  const int opened = bpf_raw_tracepoint_open("sched_switch", program.native());
  if (opened < 0) SKIP("no raw tracepoints: kernel without CONFIG_BPF_EVENTS");
  const auto traced = linchpin::link::adopt(unique_fd::adopt(opened));
  const auto told = refused(traced->detach());
  CHECK(told.is(errc::unsupported));
  CHECK(says(told.advice(), "ends with its last owner"));
}

TEST_CASE("a map that is mapped writable cannot be frozen", "[kernel][map]") {
  map_spec wanted{.name = "mapped", .type = uapi::map_type::array};
  wanted.key_size = 4;
  wanted.value_size = 8;
  wanted.max_entries = 1;
  wanted.flags = BPF_F_MMAPABLE;
  const map live = create_map(wanted).value();
  void* const at =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, live->fd().native(), 0);
  REQUIRE(at != MAP_FAILED);
  const auto told = refused(live->freeze());
  CHECK(told.is(errc::busy));
  CHECK(says(told.found(), "mapped writable"));
  CHECK(says(told.found(), "writing to it"));
  ::munmap(at, 4096);
  CHECK(live->freeze());
  // The kernel has one errno more for a map that is frozen already.
  REQUIRE(bpf_map_freeze(live->fd().native()) < 0);
  CHECK((errno == EPERM || errno == EBUSY));
}

TEST_CASE("without /proc a pin is there, and cannot be told from one of another kind",
          "[kernel][pin]") {
  const auto box = footing::enter("bpf-proc");
  const object many = loaded_maps();
  const std::string path = box.bpffs() + "/flows";
  REQUIRE(many.find_map("flows").value().pin(path));
  {
    const covered_proc covered;
    const auto told = refused(open_map(path));
    CHECK(told.is(errc::unsupported));
    CHECK(told.expected() == "/proc mounted");
    CHECK(refused(open_program(path)).is(errc::unsupported));
    CHECK(refused(open_map(box.bpffs() + "/absent")).is(errc::not_found));
    CHECK(refused(map_ref{}.info()).is(errc::invalid_argument));
  }
  CHECK(open_map(path));
}
