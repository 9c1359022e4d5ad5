// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/text_form/decided_on.hpp"

#include <span>
#include <string>
#include <utility>

#include <linchpin/core/detail/checksum.hpp>
#include "engine/text_form/plan_fields.hpp"
#include "store/record_bytes.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// The checksum is that of a text which nobody keeps: the text may change with any version.
constexpr unsigned sum_version = 3;

void tell(text_writer& writer, const answer& known) {
  writer.value(known.is_yes() ? 2 : known.is_no() ? 1 : 0);
}

void tell(text_writer& writer, const kernel_facts& facts) {
  writer.value(facts.possible_cpus);
  writer.value(facts.memory_bytes);
  for (const auto& known : facts.mechanisms) {
    writer.value(known.how);
    tell(writer, known.available);
    tell(writer, known.ordered);
  }
  tell(writer, facts.map_batch);
  tell(writer, facts.memlock);
}

void tell(text_writer& writer, const observed_attachment& attachment) {
  writer.value(static_cast<unsigned>(attachment.state));
  writer.value(attachment.program);
  writer.flag("pinned", attachment.pinned);
  writer.flag("nameable", attachment.nameable);
  writer.flag("place_taken", attachment.place_taken);
  writer.quoted(attachment.name);
  writer.optional("now", attachment.now, [&](auto& identity) { fields(writer, identity); });
}

void tell(text_writer& writer, const observed_component& component) {
  writer.value(component.name);
  writer.value(component.lifetime);
  if (component.record) {
    auto record = *component.record;
    record.serial = 0;
    writer.key("record");
    writer.hex(checksum(encode(record)));
  }
  writer.quoted(component.unfinished);
  writer.quoted(component.unseen);
  writer.flag("half_undone", component.half_undone);
  writer.nested([&] {
    writer.each("attachment", component.attachments,
                [&](auto& attachment) { tell(writer, attachment); });
    for (const auto* names :
         {&component.missing, &component.gone, &component.closed_slots, &component.uncompared}) {
      writer.once("names", *names, [&](auto& told) {
        for (const auto& name : told) writer.quoted(name);
      });
    }
  });
}

void tell(text_writer& writer, const chain_entry& entry) {
  writer.value(entry.program);
  writer.value(entry.link);
  writer.value(entry.tc_priority);
  writer.value(entry.tc_handle);
  writer.quoted(entry.name);
  writer.flag("name_known", entry.name_known);
}

void tell(text_writer& writer, const observed_chain& chain) {
  writer.value(chain.family);
  writer.value(chain.how);
  fields(writer, chain.identity);
  if (!chain.seen) return;
  writer.key("revision");
  writer.value(chain.seen->revision);
  writer.flag("tells_links", chain.seen->tells_links);
  for (const auto priority : chain.seen->other_priorities) writer.value(priority);
  writer.nested([&] {
    writer.each("entry", chain.seen->entries, [&](auto& entry) { tell(writer, entry); });
  });
}

void tell(text_writer& writer, const snapshot& seen) {
  writer.once("root", seen.root, [&](auto& root) { writer.quoted(root); });
  writer.once("own", seen.own_netns, [&](auto& netns) { fields(writer, netns); });
  writer.each("netns", seen.namespaces, [&](auto& netns) {
    writer.quoted(netns.name.name);
    writer.optional("is", netns.identity, [&](auto& identity) { fields(writer, identity); });
  });
  writer.once("facts", seen.facts, [&](auto& facts) { tell(writer, facts); });
  writer.each("policy", seen.policies, [&](auto& id) { writer.quoted(id); });
  writer.once("store", seen.of_first_version,
              [&](auto& first) { writer.flag("of_first_version", first); });
  writer.each("refuted", seen.refuted, [&](auto& refuted) {
    writer.value(refuted.how);
    fields(writer, refuted.at);
  });
  writer.each("component", seen.components, [&](auto& component) { tell(writer, component); });
  writer.each("target", seen.targets, [&](auto& target) {
    writer.value(target.name.kind);
    writer.quoted(target.name.name);
    writer.quoted(target.name.netns);
    writer.optional("is", target.identity, [&](auto& identity) { fields(writer, identity); });
  });
  writer.each("chain", seen.chains, [&](auto& chain) { tell(writer, chain); });
  writer.each("directory", seen.directories, [&](auto& directory) {
    writer.value(directory.component);
    for (const auto& name : directory.names) writer.quoted(name);
  });
  writer.each("stray", seen.strays, [&](auto& stray) {
    writer.value(stray.component);
    writer.value(stray.id);
    writer.quoted(stray.path);
  });
}

}  // namespace

std::uint64_t decided_on(const snapshot& seen) {
  text_writer writer{"snapshot", sum_version};
  tell(writer, seen);
  const auto text = std::move(writer).end();
  return checksum(std::as_bytes(std::span{text}));
}

}  // namespace linchpin::detail
