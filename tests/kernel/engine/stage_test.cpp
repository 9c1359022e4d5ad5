// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>
#include <unistd.h>

#include "stage.hpp"

using namespace live_engine;

namespace {

linchpin::handle make_map(linchpin::kernel& kernel, const char* name) {
  const int fd = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, 4, 1, nullptr);
  REQUIRE(fd >= 0);
  return {kernel, fd};
}

}  // namespace

TEST_CASE("a census counts what was made on its stage, not what was left before", "[kernel]") {
  linchpin::live_kernel kernel;
  auto left = make_map(kernel, "ts_left");
  stage here;
  const auto before = here.take_census();
  CHECK(before.maps.empty());
  {
    const auto leak = make_map(kernel, "ts_leak");
    CHECK(here.take_census().maps.size() == 1);
    left = {};
    CHECK(here.take_census().maps.size() == 1);
  }
  CHECK(wait_until(here.kernel, [&] { return here.take_census() == before; }));
}

TEST_CASE("a narrow run takes CAP_SYS_ADMIN from the library, and from nothing else",
          "[kernel][engine][privilege]") {
  if (::geteuid() != 0) SKIP("not root");
  linchpin::live_kernel kernel;
  {
    const lowered_capabilities held{true};
    const auto told = refused(kernel.list_links());
    CHECK(told.is(linchpin::errc::permission_denied));
    CHECK(kernel.privileges().bpf.is_yes());
    CHECK(kernel.privileges().net_admin.is_yes());
    CHECK(kernel.privileges().perfmon.is_no());
  }
  CHECK(kernel.list_links());
  service_kernel of_a_service;
  CHECK(of_a_service.list_links().has_value() == !narrow_run());
}
