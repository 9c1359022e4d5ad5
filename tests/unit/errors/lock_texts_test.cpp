// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "telling.hpp"

// Stores that somebody else has, or that are in no place for one.

namespace texts_test {

namespace {

linchpin::error opened_at(linchpin::kernel& kernel, std::string_view where) {
  const auto opened = loose_orchestrator<ordered>::open(where, {.on = &kernel});
  REQUIRE_FALSE(opened);
  return opened.error();
}

}  // namespace

TEST_CASE("texts of roots that are no place for a store", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"root"};
  told.add("relative", opened_at(kernel, "edge"));
  told.add("empty", opened_at(kernel, ""));
  told.add("no bpffs", opened_at(kernel, "/tmp/edge"));
  told.add("a name with a dot", opened_at(kernel, "/sys/fs/bpf/edge.d"));
  {
    auto edge = open(kernel);
    must(edge.apply({guide()}));
  }
  told.add("inside another store", opened_at(kernel, "/sys/fs/bpf/edge/inner"));
  told.add("around another store", opened_at(kernel, "/sys/fs/bpf"));
  told.check();
}

TEST_CASE("texts of stores that somebody else works on", "[errors]") {
  machine host;
  fake_kernel kernel{host};
  error_texts::area told{"lock"};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  fake_kernel second{host};
  told.add("by another process", opened_at(second, root));
  told.add("by this process", opened_at(kernel, root));
  host.remove_tree(root);
  told.add("its directory was removed", edge.apply({guard()}));
  told.check();
}

}  // namespace texts_test
