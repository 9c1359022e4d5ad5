// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include "scene.hpp"

// One damaged item costs one item: whatever lies about in a store, is missing from it or has a bit
// flipped, everything else opens, plans and applies, and traffic goes on.

using namespace engine_test;

namespace {

using linchpin::desired_component;

const std::string gate_root = std::string{root} + "/gate";

// "gate", which gets the damage, and "other", which must not notice.
struct two_components : scene {
  two_components() {
    fake_kernel kernel{*this};
    auto edge = open(kernel);
    must(edge.apply(desired()));
  }

  [[nodiscard]] std::vector<desired_component> desired(
      std::span<const std::byte> object = bpf_objects::guard()) const {
    desired_component gate{"gate", elf(object)};
    gate.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
    gate.attach("guard_xdp", linchpin::hook::xdp{"eth0"});
    desired_component other{"other", elf(object)};
    other.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(2);
    other.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    return {gate, other};
  }
  [[nodiscard]] std::string generation_directory(linchpin::kernel& kernel,
                                                 const std::string& component) const {
    const auto directory = std::string{root}.append("/").append(component);
    for (const auto& name : must(kernel.list_pins(directory))) {
      if (name.starts_with("gen-")) return std::string{directory}.append("/").append(name);
    }
    FAIL("no generation of " << component);
    return {};
  }
  /// What no damage may stop.
  void check_traffic() const {
    CHECK(run(ingress("eth0")).size() == 2);
    CHECK(run(xdp("eth0")).size() == 1);
    CHECK(run(connect4()).size() == 1);
  }
};

// The other component is as good as new: it is known, planned, upgraded, removed.
void check_other(two_components& host, linchpin::orchestrator_core& edge) {
  const auto other = status_of(edge, "other");
  for (const auto& attachment : other.attachments)
    CHECK(attachment.state == linchpin::attachment_state::live);
  host.check_traffic();
}

}  // namespace

TEST_CASE("a foreign pin or directory below a generation stops nothing", "[engine][damage]") {
  const char* name =
      GENERATE("theirs", "map-theirs", "prog-theirs", "theirs/", "theirs/deeper", "link-0");
  CAPTURE(name);
  two_components host;
  fake_kernel kernel{host};
  other_service other{host};
  auto path = host.generation_directory(kernel, "gate") + name;
  if (path.ends_with('/')) {
    // A directory alone: what was in it is gone.
    other.pin_map(path + "map");
    must(kernel.remove_pin(path + "map"));
    path.pop_back();
  } else {
    other.pin_map(path);
  }
  for (int round = 0; round < 2; ++round) {
    auto edge = open(kernel);
    check_other(host, edge);
    const auto next = host.desired(round == 0 ? bpf_objects::guard_v2() : bpf_objects::guard());
    must(edge.apply(next));
    check_other(host, edge);
    CHECK(must(edge.plan(next)).empty());
  }
  const bool empty_directory = std::string_view{name} == "theirs/";
  if (!empty_directory) CHECK(has_pin(host, path));
  auto edge = open(kernel);
  const auto report = must(edge.remove("gate"));
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(host.run(host.xdp("eth0")).empty());
  must(edge.remove_all());
  CHECK(host.links().empty());
}

TEST_CASE("a map pinned where a link of ours was stops neither status nor removal of the rest",
          "[engine][damage]") {
  const bool whole_store = GENERATE(false, true);
  CAPTURE(whole_store);
  two_components host;
  fake_kernel kernel{host};
  other_service other{host};
  must(kernel.remove_pin(gate_root + "/link-1"));
  other.pin_map(gate_root + "/link-1");
  auto edge = open(kernel);
  CHECK_FALSE(must(edge.status()).healthy());
  const auto report = whole_store ? edge.remove_all() : edge.remove("gate");
  INFO((report ? std::string{} : report.error().message()));
  CHECK(report);
  CHECK(has_pin(host, gate_root + "/link-1"));
  CHECK(host.run(host.ingress("eth0")).size() == (whole_store ? 0U : 1U));
  if (!whole_store) {
    const std::vector rest{host.desired()[1]};
    CHECK(must(edge.plan(rest)).empty());
    must(edge.apply(rest));
    CHECK(must(edge.status()).healthy());
  }
}

TEST_CASE("a program pinned where a link of ours was does not stop an upgrade of the others",
          "[engine][damage]") {
  two_components host;
  fake_kernel kernel{host};
  other_service other{host};
  must(kernel.remove_pin(gate_root + "/link-0"));
  other.pin_program(gate_root + "/link-0");
  auto edge = open(kernel);
  const auto before = host.run(host.connect4());
  auto desired = host.desired();
  desired[1] = host.desired(bpf_objects::guard_v2())[1];
  const auto outcome = edge.apply(desired);
  INFO((outcome ? std::string{} : outcome.error().message()));
  CHECK(outcome);
  CHECK(host.run(host.connect4()) != before);
  CHECK(host.run(host.connect4()).size() == 1);
  CHECK(has_pin(host, gate_root + "/link-0"));
}

TEST_CASE("missing pins of what runs cost nothing: they are pinned again or told of",
          "[engine][damage]") {
  const char* missing =
      GENERATE("prog-guard_in", "prog-guard_out", "map-flows", "map-totals", "map--rodata", "all");
  CAPTURE(missing);
  two_components host;
  fake_kernel kernel{host};
  const auto directory = host.generation_directory(kernel, "gate");
  for (const auto& name : must(kernel.list_pins(directory))) {
    if (std::string_view{missing} == "all" || name == missing)
      must(kernel.remove_pin(directory + name));
  }
  {
    auto edge = open(kernel);
    check_other(host, edge);
    const auto told = must(edge.plan(host.desired()));
    INFO(told.text());
    must(edge.apply(host.desired()));
    host.check_traffic();
    must(edge.apply(host.desired(bpf_objects::guard_v2())));
    host.check_traffic();
    CHECK(must(edge.plan(host.desired(bpf_objects::guard_v2()))).empty());
    CHECK(must(edge.status()).healthy());
  }
  auto edge = open(kernel);
  CHECK(must(edge.status()).healthy());
  must(edge.remove_all());
  CHECK(host.links().empty());
  CHECK(host.programs().empty());
}

TEST_CASE("a program or map of others in the place of ours concerns one component",
          "[engine][damage]") {
  const bool program = GENERATE(false, true);
  CAPTURE(program);
  two_components host;
  fake_kernel kernel{host};
  other_service other{host};
  const auto path =
      host.generation_directory(kernel, "gate") + (program ? "prog-guard_in" : "map-flows");
  must(kernel.remove_pin(path));
  program ? other.pin_program(path) : other.pin_map(path);
  auto edge = open(kernel);
  check_other(host, edge);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  auto desired = host.desired();
  desired[1] = host.desired(bpf_objects::guard_v2())[1];
  must(edge.apply(desired));
  host.check_traffic();
  CHECK(has_pin(host, path));
}

TEST_CASE("a damaged journal does not keep a store from opening", "[engine][damage]") {
  const int damage = GENERATE(0, 1, 2, 3);
  CAPTURE(damage);
  bool met = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    two_components host;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(host.desired(bpf_objects::guard_v2()), 1).has_value());
      struck = faulty.struck();
    }
    if (!struck) break;
    other_service other{host};
    const auto path = std::string{root} + "/journal";
    fake_kernel next{host};
    const auto written = next.read_blob(path);
    if (!written || !*written) continue;
    met = true;
    auto bytes = **written;
    must(next.remove_pin(path));
    switch (damage) {
      case 0:
        bytes[bytes.size() / 2] ^= std::byte{1};
        must(next.write_blob(path, bytes));
        break;
      case 1:
        bytes.resize(bytes.size() - 1);
        must(next.write_blob(path, bytes));
        break;
      case 2:
        other.pin_map(path);
        break;
      case 3:
        break;  // it is gone
    }
    const auto opened = loose_orchestrator<ordered>::open(root, {.on = &next});
    INFO((opened ? std::string{} : opened.error().message()));
    REQUIRE(opened);
    // Every hook runs one generation of each, whichever.
    host.check_traffic();
  }
  CHECK(met);
}

TEST_CASE("a store whose journal was damaged is put in order by the next apply",
          "[engine][damage]") {
  bool told = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    two_components host;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(host.desired(bpf_objects::guard_v2()), 1).has_value());
      struck = faulty.struck();
    }
    if (!struck) break;
    const auto path = std::string{root} + "/journal";
    fake_kernel next{host};
    const auto written = next.read_blob(path);
    if (!written || !*written) continue;
    auto bytes = **written;
    bytes[bytes.size() / 3] ^= std::byte{0x20};
    must(next.write_blob(path, bytes));
    auto edge = open(next);
    const auto wanted = host.desired(bpf_objects::guard_v2());
    must(edge.apply(wanted));
    host.check_traffic();
    CHECK(must(edge.plan(wanted)).empty());
    auto status = must(edge.status());
    INFO(status.text());
    // What it made that is on no record stays and is told of; nobody knows whose it is.
    for (auto& component : status.components) {
      for (const auto& line : component.problems) {
        const auto path = line.substr(0, line.find(':'));
        CHECK(
            line ==
            path +
                ": not on record; a transaction was cut short and its journal cannot be read; what "
                "it holds runs on until somebody removes it");
        CHECK((has_pin(host, path) || has_pin(host, path + "/")));
        told = true;
      }
      component.problems.clear();
    }
    CHECK(status.healthy());
  }
  CHECK(told);
}

TEST_CASE("a flipped bit anywhere below a component concerns that component", "[engine][damage]") {
  const char* which = GENERATE("record", "record-copy", "both");
  CAPTURE(which);
  two_components host;
  fake_kernel kernel{host};
  const auto flip = [&](const std::string& name) {
    auto bytes = *must(kernel.read_blob(gate_root + "/" + name));
    bytes[bytes.size() / 2] ^= std::byte{2};
    must(kernel.write_blob(gate_root + "/" + name, bytes));
  };
  const bool both = std::string_view{which} == "both";
  if (both) {
    flip("record");
    flip("record-copy");
  } else {
    flip(which);
  }
  auto edge = open(kernel);
  check_other(host, edge);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  CHECK(status_of(edge, "other").problems.empty());
  auto desired = host.desired();
  desired[1] = host.desired(bpf_objects::guard_v2())[1];
  if (both) {
    // It is left as it is, and the other one is upgraded all the same.
    const auto report = must(edge.apply(desired));
    REQUIRE(report.held_back.size() == 1);
    CHECK(report.held_back.front().find("adopt_again()") != std::string::npos);
    CHECK(report.loaded == 1);
    CHECK(status_of(edge, "gate").attachments.empty());
    host.check_traffic();
    must(edge.adopt_again("gate"));
  }
  must(edge.apply(desired));
  host.check_traffic();
  CHECK(must(edge.plan(desired)).empty());
  INFO(must(edge.status()).text());
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("giving up one component touches no traffic and leaves the others in order",
          "[engine][damage]") {
  two_components host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto before = host.run(host.ingress("eth0"));
  const auto links = host.links();
  const auto path = must(edge.release("gate"));
  CHECK(host.run(host.ingress("eth0")) == before);
  CHECK(host.links() == links);
  CHECK_FALSE(must(kernel.list_pins(path)).empty());
  const std::vector rest{host.desired()[1]};
  CHECK(must(edge.plan(rest)).empty());
  CHECK(must(edge.status()).components.size() == 1);
  must(edge.remove_all());
  CHECK(host.run(host.xdp("eth0")).size() == 1);
  CHECK_FALSE(edge.release("gate"));
}

TEST_CASE("a snapshot is equal to the next one while nothing changes, and tells what does",
          "[engine][decide]") {
  two_components host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto before = must(edge.observe());
  CHECK(must(edge.observe()) == before);
  CHECK_FALSE(before.text().empty());
  host.stranger("s1", host.ingress("eth0"));
  const auto after = must(edge.observe());
  CHECK_FALSE(after == before);
  CHECK(after.text() != before.text());
}

TEST_CASE("a component that lost a link, a program's pin and a map's pin is mended by one apply",
          "[engine][damage]") {
  two_components host;
  fake_kernel kernel{host};
  const auto directory = host.generation_directory(kernel, "gate");
  must(kernel.remove_pin(gate_root + "/link-0"));
  must(kernel.remove_pin(directory + "prog-guard_in"));
  must(kernel.remove_pin(directory + "map-flows"));
  auto edge = open(kernel);
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply(host.desired()));
  host.check_traffic();
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan(host.desired())).empty());
}
