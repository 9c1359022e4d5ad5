// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "vocabulary.hpp"

using namespace linchpin;
using namespace conformance;

namespace {

program_id pinned_at(linchpin::kernel& kernel, const std::string& path) {
  const auto opened = kernel.open_pin(path, pin_kind::program).value();
  return opened ? kernel.describe_program(opened.ref()).value().id : program_id{};
}

}  // namespace

TEST_CASE("a pin makes its directories and keeps its object alive", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto program = any_program(kernel);
  const auto path = ground->pins() + "/deep/er/program";
  CHECK_FALSE(kernel.open_pin(path, pin_kind::program).value());
  kernel.pin(program.program.ref(), path).value();
  CHECK(kernel.list_pins(ground->pins()).value() == std::vector<std::string>{"deep/"});
  CHECK(kernel.list_pins(ground->pins() + "/deep/er").value() ==
        std::vector<std::string>{"program"});
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), path), already_exists);
  program.program.reset();
  CHECK(ground->is_alive(program.info.id));
  CHECK(pinned_at(kernel, path) == program.info.id);
  CHECK(pinned_at(ground->other(), path) == program.info.id);
  kernel.remove_pin(path).value();
  CHECK(ground->ends(program.info.id));
}

TEST_CASE("an object can be pinned more than once and lives until the last", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto program = any_program(kernel);
  kernel.pin(program.program.ref(), ground->pins() + "/one").value();
  kernel.pin(program.program.ref(), ground->pins() + "/two").value();
  program.program.reset();
  kernel.remove_pin(ground->pins() + "/one").value();
  CHECK(ground->is_alive(program.info.id));
  CHECK(pinned_at(kernel, ground->pins() + "/two") == program.info.id);
  kernel.remove_pin(ground->pins() + "/two").value();
  CHECK(ground->ends(program.info.id));
}

TEST_CASE("renaming a pin over another replaces it and ends what it held", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto former = any_program(kernel);
  auto next = any_program(kernel);
  const auto current = ground->pins() + "/current";
  const auto staged = ground->pins() + "/staged";
  kernel.pin(former.program.ref(), current).value();
  kernel.pin(next.program.ref(), staged).value();
  former.program.reset();
  next.program.reset();
  kernel.rename_pin(staged, current).value();
  CHECK(pinned_at(kernel, current) == next.info.id);
  CHECK(ground->ends(former.info.id));
  CHECK(kernel.list_pins(ground->pins()).value() == std::vector<std::string>{"current"});
  CHECK(kernel.rename_pin(current, current));
  CHECK(pinned_at(kernel, current) == next.info.id);
  CONFORMANCE_FAILS(kernel.rename_pin(staged, current), not_found);
  CONFORMANCE_FAILS(kernel.rename_pin(current, ground->pins() + "/nowhere/current"), not_found);
  CHECK(pinned_at(kernel, current) == next.info.id);
}

TEST_CASE("directories are renamed with what is in them", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  const auto root = ground->pins();
  kernel.pin(program.program.ref(), root + "/old/in/side").value();
  kernel.pin(program.program.ref(), root + "/old-neighbour").value();
  kernel.rename_pin(root + "/old", root + "/new").value();
  CHECK(kernel.list_pins(root).value() == std::vector<std::string>{"new/", "old-neighbour"});
  CHECK(pinned_at(kernel, root + "/new/in/side") == program.info.id);
  CHECK_FALSE(kernel.rename_pin(root + "/old-neighbour", root + "/new"));
  CHECK_FALSE(kernel.rename_pin(root + "/new", root + "/old-neighbour"));
  CHECK_FALSE(kernel.rename_pin(root + "/new", root + "/new/in/itself"));
  kernel.pin(program.program.ref(), root + "/third/x").value();
  CHECK_FALSE(kernel.rename_pin(root + "/new", root + "/third"));
  kernel.remove_pin(root + "/third/x").value();
  CHECK(kernel.rename_pin(root + "/new", root + "/third"));
  CHECK(pinned_at(kernel, root + "/third/in/side") == program.info.id);
}

TEST_CASE("removing spares directories that are not empty and does not mind what is not there",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  kernel.pin(program.program.ref(), ground->pins() + "/full/pin").value();
  CHECK_FALSE(kernel.remove_pin(ground->pins() + "/full"));
  CHECK(pinned_at(kernel, ground->pins() + "/full/pin") == program.info.id);
  kernel.remove_pin(ground->pins() + "/full/pin").value();
  CHECK(kernel.remove_pin(ground->pins() + "/full/pin"));
  CHECK(kernel.remove_pin(ground->pins() + "/full"));
  CHECK(kernel.remove_pin(ground->pins() + "/full"));
  CHECK(kernel.list_pins(ground->pins() + "/full").value().empty());
  CHECK(kernel.list_pins(ground->pins()).value().empty());
}

TEST_CASE("a place that is not on a bpffs takes no pins, blobs or locks", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  const std::string outside = "/tmp/linchpin-conformance-nowhere";
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), outside + "/pin"), unsupported);
  CONFORMANCE_FAILS(kernel.write_blob(outside + "/blob", {}), unsupported);
  CONFORMANCE_FAILS(kernel.lock(outside), unsupported);
  CHECK_FALSE(kernel.open_pin(outside + "/pin", pin_kind::program).value());
}

TEST_CASE("a bpffs takes no names with a dot", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  kernel.pin(program.program.ref(), ground->pins() + "/plain").value();
  CONFORMANCE_FAILS(kernel.pin(program.program.ref(), ground->pins() + "/with.dot"),
                    invalid_argument);
  CONFORMANCE_FAILS(kernel.rename_pin(ground->pins() + "/plain", ground->pins() + "/with.dot"),
                    invalid_argument);
  CHECK(kernel.list_pins(ground->pins()).value() == std::vector<std::string>{"plain"});
}

TEST_CASE("a blob is replaced as a whole", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto path = ground->pins() + "/state/manifest";
  CHECK_FALSE(kernel.read_blob(path).value().has_value());
  const auto first = bytes_of(1, 2, 3);
  kernel.write_blob(path, first).value();
  CHECK(kernel.read_blob(path).value() == first);
  const std::vector<std::byte> large(100'000, std::byte{0x5a});
  kernel.write_blob(path, large).value();
  CHECK(ground->other().read_blob(path).value() == large);
  kernel.write_blob(path, {}).value();
  CHECK(kernel.read_blob(path).value() == std::vector<std::byte>{});
  CHECK(kernel.list_pins(ground->pins() + "/state").value() ==
        std::vector<std::string>{"manifest"});
  kernel.rename_pin(path, path + "-former").value();
  CHECK(kernel.read_blob(path + "-former").value() == std::vector<std::byte>{});
  CHECK_FALSE(kernel.read_blob(path).value().has_value());
  kernel.remove_pin(path + "-former").value();
  CHECK_FALSE(kernel.read_blob(path + "-former").value().has_value());
}

TEST_CASE("a pin that is not a blob is not read as one", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  kernel.pin(program.program.ref(), ground->pins() + "/program").value();
  CONFORMANCE_FAILS(kernel.read_blob(ground->pins() + "/program"), bad_format);
}

TEST_CASE("a store is locked by one holder, who is named, until the handle closes",
          "[conformance]") {
  const auto ground = make_ground();
  const auto store = ground->pins() + "/store";
  auto held = ground->kernel().lock(store).value();
  REQUIRE(held);
  for (auto* const kernel : {&ground->kernel(), &ground->other()}) {
    const auto refused = kernel->lock(store);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().is(errc::busy));
    CHECK(refused.error().found().find(std::to_string(ground->pid())) != std::string_view::npos);
  }
  CHECK(ground->other().lock(ground->pins() + "/another"));
  held.reset();
  CHECK(ground->other().lock(store));
}

TEST_CASE("a handle of one kind is not described as another", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto program = any_program(kernel);
  CONFORMANCE_FAILS(kernel.describe_map(program.program.ref()), wrong_type);
  CONFORMANCE_FAILS(kernel.describe_link(program.program.ref()), wrong_type);
  CONFORMANCE_FAILS(kernel.read_layout(program.program.ref()), wrong_type);
  kernel.pin(program.program.ref(), ground->pins() + "/program").value();
  const auto opened = kernel.open_pin(ground->pins() + "/program", pin_kind::link).value();
  REQUIRE(opened);
  CONFORMANCE_FAILS(kernel.describe_link(opened.ref()), wrong_type);
  CHECK(kernel.describe_program(opened.ref()).value().id == program.info.id);
}
