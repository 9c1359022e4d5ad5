// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include "format_1_writer.hpp"
#include "scene.hpp"
#include "store/manifest.hpp"
#include "store/record_bytes.hpp"

// What the first version would have left of a store, made from one that runs.
namespace engine_test {

using linchpin::attachment_record_1;
using linchpin::component_record_1;
using linchpin::desired_component;
using linchpin::generation;
using linchpin::journal_component_1;

using desired_state = std::vector<desired_component>;

inline std::string path_of(std::string_view component, std::string_view rest) {
  return std::string{root} + "/" + std::string{component} + "/" + std::string{rest};
}

inline std::string link_pin(std::string_view component, std::uint32_t slot) {
  return path_of(component, "link-" + std::to_string(slot));
}

inline std::string generation_pin(std::string_view component, generation number,
                                  std::string_view kind, std::string name) {
  std::replace(name.begin(), name.end(), '.', '-');
  return path_of(component, "gen-" + std::to_string(number.value) + "/" + std::string{kind} + name);
}

inline component_record_1 in_format_1(const linchpin::component_record& now) {
  REQUIRE(now.generations.size() == 1);
  const auto& running = now.generations.front();
  component_record_1 same{
      now.name, running.number, running.digest, now.next_slot, running.programs, running.maps, {}};
  for (const auto& attachment : now.attachments) {
    same.attachments.push_back({attachment.family, attachment.target, attachment.program,
                                attachment.how, attachment.identity, attachment.id, attachment.slot,
                                attachment.priority});
  }
  return same;
}

/// A machine on which a process of the first version works, one call at a time, until it dies.
struct first_version : scene {
  explicit first_version(const desired_state& desired, place where = place::tcx) : scene(where) {
    {
      auto edge = open(process);
      must(edge.apply(desired));
    }
    const auto index = must(linchpin::decode_manifest(
        must(process.read_blob(std::string{root} + "/manifest")).value()));
    before.serial = index.serial;
    before.policies = index.policies;
    for (const auto& name : index.components) {
      const auto record = must(process.read_blob(path_of(name, "record")));
      before.components.push_back(in_format_1(must(linchpin::decode_component(record.value()))));
      must(process.remove_pin(path_of(name, "record")));
      must(process.remove_pin(path_of(name, "record-copy")));
    }
    publish(before);
    after = before;
    ++after.serial;
    journal.serial = after.serial;
  }

  void publish(const linchpin::manifest_1& what) {
    const auto bytes = format_1_writer::encode(what);
    REQUIRE(must(linchpin::decode_manifest_1(bytes)) == what);
    must(process.write_blob(std::string{root} + "/manifest", bytes));
  }
  void write_journal() {
    const auto bytes = format_1_writer::encode(journal);
    REQUIRE(must(linchpin::decode_journal_1(bytes)) == journal);
    must(process.write_blob(std::string{root} + "/journal", bytes));
  }

  component_record_1& now(std::string_view name) { return find(before, name); }
  component_record_1& next(std::string_view name) { return find(after, name); }
  journal_component_1& intent(std::string_view name) {
    for (auto& component : journal.components) {
      if (component.name == name) return component;
    }
    return journal.components.emplace_back(journal_component_1{std::string{name}, {}, {}, {}, {}});
  }

  /// The intent to run another object at the same hooks.
  void plan_upgrade(std::string_view name, linchpin::object_image image) {
    auto& fresh = next(name);
    fresh.generation = {now(name).generation.value + 1};
    fresh.digest = image.digest();
    intent(name).from = now(name).generation;
    intent(name).to = fresh.generation;
    images.insert_or_assign(std::string{name}, std::move(image));
  }
  /// The intent to put a new attachment where the old one is, in one order or the other.
  void plan_replacements(std::string_view name) {
    auto& fresh = next(name);
    for (std::size_t i = 0; i < fresh.attachments.size(); ++i) {
      auto& attachment = fresh.attachments[i];
      attachment.slot = fresh.next_slot++;
      attachment.id = {};
      intent(name).attached.push_back(attachment);
      intent(name).dropped.push_back(now(name).attachments[i]);
    }
  }
  void plan_removal(std::string_view name) {
    intent(name).from = now(name).generation;
    intent(name).dropped = now(name).attachments;
    std::erase_if(after.components,
                  [name](const auto& component) { return component.name == name; });
  }
  /// The intent to add a component; where another one of its kind runs tells what it attaches.
  void plan_addition(std::string_view name, linchpin::object_image image,
                     std::vector<attachment_record_1> attachments) {
    auto& fresh = after.components.emplace_back();
    fresh.name = name;
    fresh.generation = {1};
    fresh.digest = image.digest();
    for (auto& attachment : attachments) attachment.slot = fresh.next_slot++;
    fresh.attachments = std::move(attachments);
    intent(name).to = fresh.generation;
    intent(name).attached = fresh.attachments;
    images.insert_or_assign(std::string{name}, std::move(image));
  }

  /// Loads the next generation, sharing the maps that the running one has too, and pins it.
  void build(std::string_view name, std::size_t most_pins = 99) {
    auto& fresh = next(name);
    const auto& image = images.at(std::string{name});
    std::vector<linchpin::handle> shared;
    linchpin::load_request request;
    for (const auto& component : before.components) {
      if (component.name != name) continue;
      for (const auto& map : component.maps) {
        if (map.spec.internal) continue;
        shared.push_back(
            must(process.open_pin(generation_pin(name, component.generation, "map-", map.spec.name),
                                  linchpin::pin_kind::map)));
        auto& directive = request.maps.emplace_back();
        directive.name = map.spec.name;
        directive.reuse = shared.back().ref();
      }
    }
    loaded = must(process.load(image, request));
    fresh.programs.clear();
    fresh.maps.clear();
    const auto pin = [&](linchpin::handle_ref what, const std::string& path) {
      if (most_pins == 0) return;
      --most_pins;
      must(process.pin(what, path));
    };
    for (const auto& built : loaded.programs) {
      fresh.programs.push_back({built.name, built.info.type,
                                image.spec().find_program(built.name)->expected_attach_type,
                                built.info.id, built.info.tag});
      pin(built.program.ref(), generation_pin(name, fresh.generation, "prog-", built.name));
    }
    for (const auto& built : loaded.maps) {
      fresh.maps.push_back({*image.spec().find_map(built.name), built.info.id});
      pin(built.map.ref(), generation_pin(name, fresh.generation, "map-", built.name));
    }
  }

  [[nodiscard]] const linchpin::loaded_program& program_of(const attachment_record_1& at) const {
    for (const auto& program : loaded.programs) {
      if (program.name == at.program) return program;
    }
    FAIL("no program " << at.program);
    return loaded.programs.front();
  }
  [[nodiscard]] static linchpin::attach_point point_of(const attachment_record_1& attachment) {
    const auto* const family = linchpin::find_hook_family(attachment.family);
    return {attachment.how,
            family->attach,
            {attachment.identity.kind, attachment.target},
            attachment.identity};
  }
  [[nodiscard]] linchpin::program_id running(std::string_view name, const attachment_record_1& at) {
    for (const auto& program : now(name).programs) {
      if (program.name == at.program) return program.id;
    }
    return {};
  }

  void swap(std::string_view name, std::size_t attachment) {
    const auto& record = now(name).attachments[attachment];
    linchpin::update_request asked{.at = point_of(record), .id = record.id};
    linchpin::handle link;
    if (linchpin::has_link(record.how)) {
      link = must(process.open_pin(link_pin(name, record.slot), linchpin::pin_kind::link));
    }
    const auto old =
        must(process.open_pin(generation_pin(name, now(name).generation, "prog-", record.program),
                              linchpin::pin_kind::program));
    asked.link = link.ref();
    asked.program = program_of(record).program.ref();
    asked.expected = old.ref();
    asked.expected_id = running(name, record);
    must(process.update(asked));
  }
  void take_out(std::string_view name, std::size_t attachment) {
    const auto& record = now(name).attachments[attachment];
    linchpin::handle link;
    if (linchpin::has_link(record.how)) {
      link = must(process.open_pin(link_pin(name, record.slot), linchpin::pin_kind::link));
    }
    must(process.detach(point_of(record), record.id, link.ref(), running(name, record)));
    must(process.remove_pin(link_pin(name, record.slot)));
  }
  /// \param beside directly before this one; 0: last
  void attach(std::string_view name, std::size_t attachment, bool pinned = true,
              linchpin::link_id beside = {}) {
    auto& record = next(name).attachments[attachment];
    linchpin::anchor where;
    if (beside) {
      where.kind = linchpin::anchor_kind::before;
      where.relative_to.link = beside;
    }
    auto made = must(process.attach(point_of(record), program_of(record).program.ref(), where));
    record.id = made.id;
    if (made.link && pinned) must(process.pin(made.link.ref(), link_pin(name, record.slot)));
    if (!pinned) unpinned.push_back(std::move(made.link));
  }

  static component_record_1& find(linchpin::manifest_1& in, std::string_view name) {
    for (auto& component : in.components) {
      if (component.name == name) return component;
    }
    FAIL("no component " << name);
    return in.components.front();
  }

  fake_kernel process{*this};
  linchpin::manifest_1 before;
  linchpin::manifest_1 after;
  linchpin::journal_1 journal;
  std::map<std::string, linchpin::object_image> images;
  linchpin::loaded_object loaded;
  std::vector<linchpin::handle> unpinned;
};

inline linchpin::object_image image(std::span<const std::byte> object) {
  return must(elf(object).read());
}

/// What of a machine must be the same whether the first version did it or today's engine.
struct inventory {
  explicit inventory(const machine& of)
      : programs(of.programs().size()), maps(of.maps().size()), links(of.links().size()) {
    // Records are maps as well, and format 1 has fewer of them.
    for (const auto& pin : of.pins()) {
      const auto name = pin.substr(pin.rfind('/') + 1);
      if (name == "manifest" || name == "record" || name == "record-copy") --maps;
    }
  }
  [[nodiscard]] std::string text() const {
    return std::to_string(programs) + " programs, " + std::to_string(maps) + " maps, " +
           std::to_string(links) + " links";
  }
  std::size_t programs;
  std::size_t maps;
  std::size_t links;
};

/// What a machine has on which today's engine applied this and nothing else.
inline std::string inventory_of(const desired_state& desired, place where) {
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply(desired));
  return inventory{host}.text();
}

/// Pins below a component, with the records left out.
inline std::vector<std::string> pins_of(const machine& host, std::string_view component) {
  std::vector<std::string> found;
  for (auto& pin : host.pins()) {
    if (!pin.starts_with(path_of(component, "")) || pin.find("/record") != std::string::npos) {
      continue;
    }
    found.push_back(std::move(pin));
  }
  return found;
}

/// The first version died. Today's engine opens its store and finds this, whole.
inline void check_carried_on(first_version& host, const desired_state& desired,
                             const desired_state& afterwards) {
  host.process.kill();
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    check_settled(edge, desired);
    CHECK(inventory{host}.text() == inventory_of(desired, host.where));
    CHECK_FALSE(has_pin(host, std::string{root} + "/journal"));
    for (const auto& status : must(edge.status()).components) {
      std::size_t generations = 0;
      std::size_t links = 0;
      for (const auto& pin : pins_of(host, status.name)) {
        if (pin.ends_with('/') && pin.find("/gen-") != std::string::npos) ++generations;
        if (pin.find("/link-") != std::string::npos) ++links;
      }
      CHECK(generations == 1);
      if (host.where != place::clsact) CHECK(links == status.attachments.size());
    }
  }
  // What was found is found again, and the next change goes well.
  auto edge = open(kernel);
  check_settled(edge, desired);
  must(edge.apply(afterwards));
  check_settled(edge, afterwards);
  CHECK(inventory{host}.text() == inventory_of(afterwards, host.where));
}

inline desired_state first() {
  return {guard(), guide()};
}
inline desired_state second() {
  return {guard(bpf_objects::guard_v2()), guide()};
}
inline desired_state third() {
  return {guard(bpf_objects::guard_v2()), guide(bpf_objects::guide_v2())};
}

}  // namespace engine_test
