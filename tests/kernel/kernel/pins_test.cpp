// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include <filesystem>
#include <fstream>

#include <sys/mount.h>
#include <unistd.h>

using namespace linchpin;

namespace {

handle small_map(live_kernel& kernel, const char* name) {
  const int fd = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 8, 1, nullptr);
  REQUIRE(fd >= 0);
  return handle{kernel, fd};
}

}  // namespace

TEST_CASE("a pin keeps a map, and missing directories are made", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto path = box.bpffs() + "/edge/maps/blocked";
  map_id id;
  {
    const auto map = small_map(kernel, "lpk_pin");
    id = kernel.describe_map(map.ref()).value().id;
    REQUIRE(kernel.pin(map.ref(), path));
  }
  const auto again = kernel.open_pin(path, pin_kind::map).value();
  REQUIRE(again);
  CHECK(kernel.describe_map(again.ref()).value().id == id);
  CHECK(kernel.list_pins(box.bpffs() + "/edge").value() == std::vector<std::string>{"maps/"});
  CHECK(kernel.list_pins(box.bpffs() + "/edge/maps").value() ==
        std::vector<std::string>{"blocked"});
}

TEST_CASE("absent pins and directories are values and not errors", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  CHECK_FALSE(kernel.open_pin(box.bpffs() + "/no/such", pin_kind::link).value());
  CHECK(kernel.list_pins(box.bpffs() + "/no").value().empty());
  CHECK(kernel.remove_pin(box.bpffs() + "/no/such"));
  CHECK_FALSE(kernel.read_blob(box.bpffs() + "/no/such").value());
}

TEST_CASE("a pin is not overwritten by pinning and is by renaming", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto first = small_map(kernel, "lpk_first");
  const auto second = small_map(kernel, "lpk_second");
  const auto path = box.bpffs() + "/one";
  REQUIRE(kernel.pin(first.ref(), path));
  const auto taken = kernel.pin(second.ref(), path);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().is(errc::already_exists));
  REQUIRE(kernel.pin(second.ref(), path + "-next"));
  REQUIRE(kernel.rename_pin(path + "-next", path));
  const auto found = kernel.open_pin(path, pin_kind::map).value();
  CHECK(kernel.describe_map(found.ref()).value().name == "lpk_second");
  auto names = kernel.list_pins(box.bpffs()).value();
  std::erase_if(names,
                [](const auto& name) { return name.ends_with(".debug"); });  // the kernel's own
  CHECK(names == std::vector<std::string>{"one"});
  const auto absent = kernel.rename_pin(path + "-next", path);
  REQUIRE_FALSE(absent);
  CHECK(absent.error().is(errc::not_found));
}

TEST_CASE("pins and empty directories are removed, and full ones stay", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto map = small_map(kernel, "lpk_gone");
  const auto directory = box.bpffs() + "/edge";
  REQUIRE(kernel.pin(map.ref(), directory + "/one"));
  CHECK_FALSE(kernel.remove_pin(directory));
  REQUIRE(kernel.remove_pin(directory + "/one"));
  REQUIRE(kernel.remove_pin(directory));
  CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("a path that is not on a bpffs is refused and nothing is made", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto map = small_map(kernel, "lpk_lost");
  const auto top = std::filesystem::temp_directory_path() / "lpk-not-a-bpffs";
  for (const auto& path : {top / "one", top / "deeper" / "one"}) {
    const auto pinned = kernel.pin(map.ref(), path.string());
    REQUIRE_FALSE(pinned);
    CHECK(pinned.error().is(errc::unsupported));
    CHECK(pinned.error().advice().find("mount -t bpf") != std::string_view::npos);
  }
  const auto locked = kernel.lock(top.string());
  REQUIRE_FALSE(locked);
  CHECK(locked.error().is(errc::unsupported));
  CHECK_FALSE(kernel.write_blob((top / "blob").string(), {}));
  CHECK_FALSE(std::filesystem::exists(top));
}

TEST_CASE("a name with a dot is refused in words", "[kernel][pin]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto map = small_map(kernel, "lpk_dot");
  for (const auto& path : {box.bpffs() + "/v1.2", box.bpffs() + "/v1.2/map"}) {
    const auto pinned = kernel.pin(map.ref(), path);
    REQUIRE_FALSE(pinned);
    CAPTURE(pinned.error().message());
    CHECK(pinned.error().is(errc::invalid_argument));
  }
  CHECK(kernel.remove_pin(box.bpffs() + "/none"));
}

TEST_CASE("describing what is of another kind is refused", "[kernel][describe]") {
  const auto box = live::enter("kernel");
  auto cgroup_box = live::enter("kernel");
  live_kernel kernel;
  const auto map = small_map(kernel, "lpk_kind");
  const auto skb = live::skb_program(kernel, "lpk_kind");
  const auto cgroup = live::make_cgroup(cgroup_box, "kind");
  const auto held = kernel.attach(live::egress_at(kernel, cgroup), skb.ref(), {}).value();
  CHECK(kernel.describe_map(map.ref()));
  CHECK(kernel.describe_program(skb.ref()));
  CHECK(kernel.describe_link(held.link.ref()));
  const auto wrong = [](const auto& got) { return !got && got.error().is(errc::wrong_type); };
  CHECK(wrong(kernel.describe_link(map.ref())));
  CHECK(wrong(kernel.describe_link(skb.ref())));
  CHECK(wrong(kernel.describe_map(skb.ref())));
  CHECK(wrong(kernel.describe_map(held.link.ref())));
  CHECK(wrong(kernel.describe_program(map.ref())));
  CHECK(wrong(kernel.describe_program(held.link.ref())));
  CHECK_FALSE(kernel.describe_map(handle_ref{}));
}
