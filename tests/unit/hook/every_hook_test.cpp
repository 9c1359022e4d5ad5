// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <iterator>

#include "every_hook.bpf.hpp"

using namespace linchpin;

TEST_CASE("among programs for every hook, each family accepts its own and sections without a place",
          "[hook][accepts]") {
  const auto elf = bpf_objects::every_hook();
  const auto image = object_image::parse("every_hook", {elf.begin(), elf.end()});
  REQUIRE(image);
  const auto attaches_program = [](const hook_family* family) {
    return family->attaches == attached_kind::program;
  };
  const auto expected = std::ranges::count_if(hook_families(), attaches_program);
  REQUIRE(std::ssize(image->spec().programs) == expected);

  for (const auto* family : hook_families()) {
    for (const auto& program : image->spec().programs) {
      INFO(program.name << " (" << program.section << ") at " << family->name);
      // SEC("tc") names no direction: it may stand at either.
      const bool own = program.name == "at_" + std::string{family->name};
      const bool open = program.section == "tc" && family->program == program.type;
      CHECK(why_not(*family, program).has_value() == !(own || open));
    }
  }
}
