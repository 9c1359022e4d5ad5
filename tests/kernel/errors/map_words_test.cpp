// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/error_texts.hpp"
#include "../kernel/ground.hpp"

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/percpu_map.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "many_maps.bpf.hpp"
#include "rejected.bpf.hpp"

// What maps and programs say that were loaded.

namespace map_words_test {

using namespace linchpin;

namespace {

object loaded_maps() {
  object many = object::open(object_source::memory("firewall", bpf_objects::many_maps())).value();
  many.ignore_declared_pins();
  many.load().value();
  return many;
}

}  // namespace

TEST_CASE("texts of maps that are asked wrongly", "[errors][kernel]") {
  if (::geteuid() != 0) SKIP("not root");
  error_texts::area told{"map"};
  const auto many = loaded_maps();
  const auto numbers = many.find_map("numbers").value();
  told.add("a view of another size", typed_map<std::uint32_t, std::uint32_t>::over(numbers));
  told.add("a view of each CPU", percpu_map<std::uint32_t, std::uint64_t>::over(numbers));
  told.add("a ring buffer that is none",
           linchpin::ring_buffer::over(numbers,
                                       [](std::span<const std::byte>) { return result<void>{}; }));
  const auto raw = raw_map::over(numbers).value();
  const std::byte three[3]{};
  const std::byte eight[8]{};
  told.add("a key of another size", raw.erase(three));
  told.add("keys and values that do not go together", raw.write(eight, eight));
  auto smaller = object::open(object_source::memory("firewall", bpf_objects::many_maps())).value();
  smaller.set_max_entries("numbers", 7).value();
  told.add("reused at another size", smaller.reuse_map("numbers", numbers));
  told.add("reused in the place of globals",
           smaller.reuse_map(".rodata", many.find_map(".rodata").value()));
  live_kernel kernel;
  told.add("written with entries of another size", [&] {
    map_entries entries;
    entries.key_size = 4;
    entries.value_size = 4;
    return kernel.write_map(handle_ref{numbers.fd().native()}, entries, false);
  }());
  told.add("written to a trie with fewer values than keys", [&] {
    map_entries entries;
    const auto routes = many.find_map("routes").value();
    const auto info = routes.info().value();
    entries.key_size = info.key_size;
    entries.value_size = info.value_size;
    entries.keys.resize(info.key_size);
    return kernel.write_map(handle_ref{routes.fd().native()}, entries, true);
  }());
  const auto null = unique_fd::adopt(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  told.add("a descriptor that is none of BPF's", map_ref::borrow(null.ref()).info(),
           {{std::to_string(null.native()), "<descriptor>"}});
  map_spec without_entries;
  without_entries.name = "empty";
  without_entries.type = uapi::map_type::array;
  without_entries.key_size = without_entries.value_size = 4;
  told.add("created without entries", create_map(without_entries));
  told.check();
}

TEST_CASE("texts of objects that are loaded, or are not", "[errors][kernel]") {
  if (::geteuid() != 0) SKIP("not root");
  error_texts::area told{"loading"};
  auto many = loaded_maps();
  told.add("once more", many.load());
  told.add("a size afterwards", many.set_max_entries("numbers", 7));
  told.add("a global afterwards", many.set_global("verdict", 1U));
  told.add("a program that was left out", many.find_program("optional"));
  auto refused = object::open(object_source::memory("rejected", bpf_objects::rejected())).value();
  const auto outcome = refused.load();
  REQUIRE_FALSE(outcome);
  std::string log{outcome.error().log()};
  while (log.ends_with('\n')) log.pop_back();
  for (std::size_t at = log.find('\n'); at != std::string::npos; at = log.find('\n', at + 1)) {
    log.replace(at, 1, "\n    ");
  }
  told.add("a program that the verifier refuses", outcome,
           {{log, "<libbpf's and the verifier's words>"}});
  told.check();
}

}  // namespace map_words_test
