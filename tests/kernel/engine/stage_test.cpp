// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <bpf/bpf.h>

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
