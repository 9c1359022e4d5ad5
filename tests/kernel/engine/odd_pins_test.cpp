// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include <catch2/generators/catch_generators.hpp>

#include "stage.hpp"

// Things at a store's paths that only a real bpffs has, and links that the kernel keeps for others.

using namespace live_engine;

namespace {

linchpin::desired_component other(stage& here,
                                  std::span<const std::byte> object = bpf_objects::turnstile()) {
  return stage::one("other", "ts_connect4", here.connect4(), object);
}

}  // namespace

TEST_CASE("a symbolic link that leads nowhere costs one item at every path of a store",
          "[kernel][engine][damage]") {
  const std::string at = GENERATE(
      "manifest", "journal", "journal-second", "turnstile/record", "turnstile/record-copy",
      "turnstile/link-0", "turnstile/unfinished", "turnstile/gen-1/prog-ts_in", "turnstile/gen-2");
  CAPTURE(at);
  stage here;
  must(here.open().apply({here.three_hooks(), other(here)}));
  const std::filesystem::path path{here.root() + "/" + at};
  std::filesystem::remove(path);
  std::filesystem::create_symlink(path.filename(), path);
  auto edge = here.open();
  static_cast<void>(must(edge.status()));
  const auto before = here.chain(here.connect4());
  must(edge.apply({here.three_hooks(), other(here, bpf_objects::turnstile_v2())}));
  CHECK(here.chain(here.connect4()) != before);
  must(edge.apply(
      {here.three_hooks(bpf_objects::turnstile_v2()), other(here, bpf_objects::turnstile_v2())}));
  CHECK(here.chain(here.ingress()).size() == 1);
  CHECK(here.chain(here.skb()).size() == 1);
  CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2()),
                        other(here, bpf_objects::turnstile_v2())}))
            .empty());
  CHECK(std::filesystem::is_symlink(path));
}
