// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>

#include <initializer_list>

#include "conformance_maps.bpf.hpp"
#include "every_hook.bpf.hpp"
#include "globals.bpf.hpp"
#include "long_name.bpf.hpp"
#include "telling.hpp"

// A desired state that cannot be had, over a guide that runs.

namespace texts_test {

namespace {

struct with_a_guide : machine {
  with_a_guide() { must(edge.apply({guide()})); }
  linchpin::error plan(std::initializer_list<linchpin::desired_component> desired) {
    return refused(edge.plan(desired));
  }
  linchpin::error plan(const linchpin::desired_component& desired) { return plan({desired}); }

  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge = open(kernel);
};

const linchpin::any_hook at_eth0 = linchpin::hook::tcx_ingress{"eth0"};
const linchpin::any_hook at_web = linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/web"};

linchpin::desired_component at_both_hooks(std::string program, const linchpin::any_hook& first,
                                          const linchpin::any_hook& second) {
  auto made = one_at(program, first);
  made.attach(std::move(program), second);
  return made;
}

linchpin::desired_component named(std::string name) {
  return {std::move(name), elf(bpf_objects::guide())};
}

linchpin::desired_component speaking_of_map(const char* name) {
  auto made = one_at("guard_in", at_eth0);
  made.map(name).carry(linchpin::carry::copy{});
  return made;
}

}  // namespace

TEST_CASE("texts of components that cannot be named so", "[errors]") {
  with_a_guide host;
  error_texts::area told{"name"};
  told.add("empty", host.plan(named("")));
  told.add("with a dot", host.plan(named("edge.web")));
  told.add("a word of the store", host.plan(named("manifest")));
  told.add("twice", host.plan({guide(), guide()}));
  const std::string long_name(251, 'l');
  told.add("a program's is too long for a pin",
           host.plan(one_at(long_name, at_eth0, bpf_objects::long_name())),
           {{long_name, "<251 times l>"}});
  told.check();
}

TEST_CASE("texts of programs and maps that an object does not have", "[errors]") {
  with_a_guide host;
  error_texts::area told{"wanted of an object"};
  told.add("a program, misspelt", host.plan(one_at("gaurd_in", at_eth0)));
  told.add("a program of quite another name", host.plan(one_at("x", at_eth0)));
  told.add("a map, misspelt", host.plan(speaking_of_map("flow")));
  told.add("a map of quite another name", host.plan(speaking_of_map("xyz")));
  linchpin::desired_component missing{"guard",
                                      linchpin::object_source::file("/nowhere/guard.bpf.o")};
  told.add("a file that is missing", host.plan(missing));
  static constexpr std::byte junk[64]{};
  told.add("bytes that are no object", host.plan(one_at("x", at_eth0, junk)));
  auto sized = guard();
  sized.map("flows").max_entries(0);
  told.add("a map without entries", host.plan(sized));
  told.check();
}

TEST_CASE("texts of hooks that are asked for wrongly", "[errors]") {
  with_a_guide host;
  error_texts::area told{"hook asked for"};
  told.add("a program of another type", host.plan(one_at("guard_xdp", at_eth0)));
  told.add("a program for another hook of its type", host.plan(one_at("guard_connect6", at_web)));
  told.add("a relative path",
           host.plan(one_at("guard_connect", linchpin::hook::cgroup_connect4{"./web"})));
  auto family = linchpin::hook::tcx_ingress_family;
  family.name = "tcx_sideways";
  told.add("a family of somebody's own",
           host.plan(one_at("guard_in", linchpin::any_hook{family, "eth0", family.mechanisms})));
  told.add("an interface that is not there",
           host.plan(one_at("guard_in", linchpin::hook::tcx_ingress{"eth7"})));
  told.add(
      "a cgroup that is not there",
      host.plan(one_at("guard_connect", linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/gone"})));
  told.add("a network namespace that is not there",
           host.plan(one_at("at_sk_lookup", linchpin::hook::sk_lookup{"/run/netns/gone"},
                            bpf_objects::every_hook())));
  told.add("one program twice", host.plan(at_both_hooks("guard_in", at_eth0, at_eth0)));
  told.add("one program at two spellings of one cgroup",
           host.plan(at_both_hooks("guard_connect", at_web,
                                   linchpin::hook::cgroup_connect4{"/sys/fs/cgroup/./web"})));
  told.check();
}

TEST_CASE("texts of a global that cannot be set", "[errors]") {
  with_a_guide host;
  error_texts::area told{"global"};
  const auto setting = [](const char* name, auto value) {
    linchpin::desired_component made{"sampler", elf(bpf_objects::globals())};
    made.global(name, value);
    return made;
  };
  told.add("misspelt", host.plan(setting("sample_evry", 1u)));
  told.add("of quite another name", host.plan(setting("backlog_of_the_whole_machine", 1u)));
  told.add("of another size", host.plan(setting("sample_every", std::uint64_t{1})));
  told.add("of another kind", host.plan(setting("sample_every", 1.0F)));
  told.add("a negative number where there is none", host.plan(setting("sample_every", -1)));
  told.add("an address", host.plan(setting("kept", std::uint64_t{1})));
  told.add("that the compiler has put into the instructions", host.plan(setting("folded", 1u)));
  told.check();
}

TEST_CASE("texts of a hook for one program that is taken", "[errors]") {
  with_a_guide host;
  error_texts::area told{"taken hook"};
  linchpin::desired_component left{"left", elf(bpf_objects::guard())};
  left.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
  linchpin::desired_component right{"right", elf(bpf_objects::guard_v2())};
  right.attach("guard_xdp", linchpin::hook::xdp{"eth0"}.generic());
  told.add("two components ask for it", host.plan({left, right}));
  linchpin::desired_component both{"both", elf(bpf_objects::conformance_maps())};
  both.attach("entry", linchpin::hook::xdp{"eth0"});
  both.attach("leaf", linchpin::hook::xdp{"eth0"});
  told.add("one component asks for it with two programs", host.plan(both));
  told.add("by a component that leaves", [&] {
    must(host.edge.apply({guide(), left}));
    return host.plan({guide(), right});
  }());
  must(host.edge.apply({guide()}));
  static_cast<void>(must(host.add_foreign_program(host.xdp("eth0"), "theirs")));
  told.add("by somebody else", host.plan(guard()));
  told.check();
}

TEST_CASE("texts of a desired state as a whole", "[errors]") {
  with_a_guide host;
  error_texts::area told{"desired state"};
  told.add("an empty list over one component",
           host.plan(std::initializer_list<linchpin::desired_component>{}));
  must(host.edge.apply({guide(), guard()}));
  told.add("an empty list over two",
           host.plan(std::initializer_list<linchpin::desired_component>{}));
  struct passing : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  { const auto ended = std::move(host.edge); }
  auto other = open<passing>(host.kernel);
  told.add("another lifetime than before", other.plan({guide(), guard()}));
  told.check();
}

}  // namespace texts_test
