// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "vocabulary.hpp"

#include <algorithm>

#include <catch2/generators/catch_generators.hpp>

#include "conformance_tcx.bpf.hpp"

using namespace linchpin;
using namespace conformance;

// Things by what the kernel knows them as, whatever people call them.

namespace {

std::optional<target_identity> meaning(linchpin::kernel& kernel, const std::string& interface) {
  const target asked{hook::interface_target, interface};
  return kernel.resolve({&asked, 1}).value().front();
}

}  // namespace

TEST_CASE("programs, maps and links are opened by their ids, and their end is no error",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  auto object = load(kernel, bpf_objects::conformance_tcx());
  auto map = take_map(object, "seen");
  object = {};
  auto program = program_for(kernel, hook);
  auto attached = kernel.attach(at, program.program.ref(), {}).value();

  {
    const auto by_id = kernel.open_by_id(pin_kind::program, program.info.id.value).value();
    CHECK(kernel.describe_program(by_id.ref()).value() == program.info);
    const auto link = kernel.open_by_id(pin_kind::link, attached.id.link.value).value();
    CHECK(kernel.describe_link(link.ref()).value().program == program.info.id);
    const auto held = kernel.open_by_id(pin_kind::map, map.info.id.value).value();
    CHECK(kernel.describe_map(held.ref()).value() == map.info);
    // What was opened by its id holds as any other handle does.
    attached.link.reset();
    map.map.reset();
    CHECK(chain_at(kernel, at) == std::vector{program.info.id});
    CHECK(ground->is_alive(map.info.id));
  }
  program.program.reset();
  REQUIRE(ground->ends(attached.id.link));
  REQUIRE(ground->ends(program.info.id));
  REQUIRE(ground->ends(map.info.id));
  CHECK_FALSE(kernel.open_by_id(pin_kind::program, program.info.id.value).value());
  CHECK_FALSE(kernel.open_by_id(pin_kind::map, map.info.id.value).value());
  CHECK_FALSE(kernel.open_by_id(pin_kind::link, attached.id.link.value).value());
  CHECK_FALSE(kernel.open_by_id(pin_kind::link, 0).value());
}

TEST_CASE("opening by id takes a privilege that a service need not have", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  const auto next = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  CHECK(ground->holds_without_sys_admin([&](linchpin::kernel& child) {
    const auto refused = child.open_by_id(pin_kind::link, attached.id.link.value);
    return !refused && refused.error().is(errc::permission_denied) &&
           refused.error().advice().find("CAP_SYS_ADMIN") != std::string_view::npos;
  }));
  CHECK(ground->holds_without_sys_admin([&](linchpin::kernel& child) {
    auto update = swap(at, attached, program, next);
    update.expected = {};
    const auto refused = child.update(update);
    return !refused && refused.error().is(errc::permission_denied);
  }));
  CHECK(chain_at(kernel, at) == std::vector{program.info.id});
  CHECK(ground->holds_without_sys_admin([&](linchpin::kernel& child) {
    const auto seen = child.query(at);
    return seen && seen->entries.size() == 1 && seen->entries[0].name.empty() &&
           child.update(swap(at, attached, program, next)).has_value();
  }));
  CHECK(chain_at(kernel, at) == std::vector{next.info.id});
}

TEST_CASE("a renamed interface is found by its identity, with what is attached to it",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = GENERATE(false, true) ? clsact_ingress() : find_hook("tcx ingress");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  CHECK(kernel.name_of(at.identity, {}).value() == at.on.name);
  ground->rename_interface(at.on.name, "conf_renamed");
  CHECK(kernel.name_of(at.identity, {}).value() == "conf_renamed");
  CHECK_FALSE(meaning(kernel, at.on.name));
  CHECK(meaning(kernel, "conf_renamed") == at.identity);
  CHECK(chain_at(kernel, at) == std::vector{program.info.id});
  const auto next = program_for(kernel, hook);
  kernel.update(swap(at, attached, program, next)).value();
  CHECK(chain_at(kernel, at) == std::vector{next.info.id});
}

TEST_CASE("an interface made again under its name is another one", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto name = ground->add_interface();
  const auto former = meaning(kernel, name);
  REQUIRE(former);
  ground->remove_interface(name);
  CHECK_FALSE(kernel.name_of(*former, {}).value());
  const auto next = ground->add_interface();
  ground->rename_interface(next, name);
  CHECK(meaning(kernel, name) != former);
  CHECK_FALSE(kernel.name_of(*former, {}).value());
}

TEST_CASE("only an interface of the calling thread's namespace has a name", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto here = meaning(kernel, ground->add_interface());
  REQUIRE(here);
  CHECK_FALSE(kernel.name_of({hook::interface_target, 0, here->netns}, {}).value());
  // An index counts in one namespace: without it, it identifies nothing.
  CHECK_FALSE(kernel.name_of({hook::interface_target, here->id, {}}, {}).value());
  CHECK_FALSE(
      kernel.name_of({hook::interface_target, here->id, {here->netns.value + 1}}, {}).value());
  CHECK_FALSE(kernel.name_of({hook::netns_target, here->netns.value, {}}, {}).value());
  CHECK_FALSE(kernel.name_of({hook::cgroup_target, here->id, {}}, {}).value());
}

TEST_CASE("an interface that moves to another namespace takes its links along", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("tcx ingress");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  const auto next = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  ground->move_interface_away(at.on.name);
  CHECK_FALSE(meaning(kernel, at.on.name));
  CHECK_FALSE(kernel.name_of(at.identity, {}).value());
  CHECK_FALSE(kernel.describe_link(attached.link.ref()).value().target_gone());
  kernel.update(swap(at, attached, program, next)).value();
  CHECK(kernel.describe_link(attached.link.ref()).value().program == next.info.id);
  CONFORMANCE_FAILS(kernel.query(at), not_found);
  CONFORMANCE_FAILS(kernel.attach(at, program.program.ref(), {}), not_found);
  kernel.detach(at, attached.id, attached.link.ref(), next.info.id).value();
  CHECK(kernel.describe_link(attached.link.ref()).value().target_gone());
}

TEST_CASE("an interface that moves to another namespace loses its filters", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = clsact_ingress();
  const auto at = place_for(*ground, hook);
  auto program = program_for(kernel, hook);
  const auto filter = kernel.attach(at, program.program.ref(), {}).value();
  ground->move_interface_away(at.on.name);
  const auto next = program_for(kernel, hook);
  CONFORMANCE_FAILS(kernel.update(swap(at, filter, program, next)), detached);
  program.program.reset();
  CHECK(ground->ends(program.info.id));
}

TEST_CASE("a cgroup is the same by every spelling of its path", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto path = ground->add_cgroup();
  if (path.empty()) SKIP("no cgroup2");
  const auto slash = path.rfind('/');
  const auto above = path.substr(0, slash);
  const auto last = path.substr(slash);  // with its slash
  const auto means = [&kernel](const std::string& spelled) {
    const target asked{hook::cgroup_target, spelled};
    return kernel.resolve({&asked, 1}).value().front();
  };
  const auto plain = means(path);
  REQUIRE(plain);
  for (const auto& spelled : {path + "/", path + "//", above + "/" + last, above + "/." + last,
                              path + "/.", path + "/.." + last}) {
    CAPTURE(spelled);
    CHECK(means(spelled) == plain);
  }
  CHECK_FALSE(means(above + "/nothing/.." + last));
  CHECK_FALSE(means(path + "x"));
}

TEST_CASE("interfaces and links are listed, whoever made them", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto& hook = find_hook("cgroup connect4");
  require_available(kernel, hook.how);
  const auto at = place_for(*ground, hook);
  const auto program = program_for(kernel, hook);
  const auto attached = kernel.attach(at, program.program.ref(), {}).value();
  const auto links = ground->other().list_links().value();
  CHECK(std::count(links.begin(), links.end(), attached.id.link) == 1);
  CHECK(ground->holds_without_sys_admin([](linchpin::kernel& child) {
    const auto refused = child.list_links();
    return !refused && refused.error().is(errc::permission_denied);
  }));

  const auto name = ground->add_interface();
  const auto listed = [&kernel, &name] {
    const auto names = kernel.list_interfaces().value();
    return std::count(names.begin(), names.end(), name);
  };
  CHECK(listed() == 1);
  ground->move_interface_away(name);
  CHECK(listed() == 0);
}
