// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <cerrno>

#include "../../support/error_texts.hpp"
#include "../store/ground.hpp"
#include "store/envelope.hpp"
#include "store/record_bytes.hpp"

// What a store refuses to write over, and what it cannot find.

namespace store_texts_test {

using namespace store_test;
using linchpin::journal;
using linchpin::store;

namespace {

// An undamaged record of a format that is not ours.
std::vector<std::byte> of_format(std::vector<std::byte> bytes, linchpin::detail::record_kind kind,
                                 std::uint32_t format) {
  kind.format = format;
  linchpin::detail::seal(kind, bytes);
  return bytes;
}

journal unfinished_part() {
  auto made = sample_journal();
  made.changes.resize(1);
  made.steps.clear();
  return made;
}

}  // namespace

TEST_CASE("texts of records in a store that a later version wrote", "[errors]") {
  error_texts::area told{"newer store"};
  {
    ground on;
    on.fill();
    on.put("/manifest", of_format(on.bytes("/manifest"), linchpin::detail::manifest_kind, 3));
    told.add("its manifest", store::open(on.service, root));
  }
  {
    ground on;
    on.fill();
    on.put("/journal", of_format(encode(sample_journal()), linchpin::detail::journal_kind, 4));
    told.add("its journal", store::open(on.service, root));
  }
  told.check();
}

TEST_CASE("texts of places in a store that are taken", "[errors]") {
  error_texts::area told{"taken place"};
  {
    ground on;
    on.pin_map("/firewall/record");
    on.pin_map("/firewall/record-copy");
    auto store = on.open();
    told.add("both copies of a record", store.write_record(sample_record("firewall")));
  }
  {
    ground on;
    on.pin_map("/journal");
    on.pin_map("/journal-second");
    auto store = on.open();
    told.add("both places of the journal", store.write_journal(sample_journal()));
  }
  {
    ground on;
    on.fill();
    on.pin_map("/firewall/unfinished");
    on.pin_map("/firewall/unfinished-second");
    auto store = on.open();
    told.add("both places for what is unfinished", store.write_unfinished(unfinished_part()));
  }
  {
    ground on;
    on.fill();
    on.put("/journal", std::as_bytes(std::span{"damage"}));
    auto store = on.open();
    told.add("a journal that cannot be read", store.write_journal(sample_journal()));
  }
  told.check();
}

TEST_CASE("texts of what a store cannot do", "[errors]") {
  error_texts::area told{"store"};
  ground on;
  on.fill();
  {
    auto store = on.open();
    told.add("to release what is not there", store.release("router"));
    told.add("to release a name of its own", store.release("manifest"));
    told.add("to release a path", store.release("firewall/gen-3"));
    told.add("to release nothing", store.release(""));
    told.add("to keep what concerns two components", store.write_unfinished(sample_journal()));
  }
  linchpin::testing::faulty_kernel faulty{on.service};
  auto opened = must(store::open(faulty, root));
  using linchpin::testing::verb;
  const auto failure = linchpin::error::from_errno(EIO, "write blob", root + "/journal");
  faulty.arm({.only = verb::write_blob, .from_there_on = true, .cause = failure});
  told.add("to write, as the journal shows", opened.write_journal(sample_journal()));
  faulty.arm({.only = verb::read_blob, .from_there_on = true});
  told.add("to write, or so it may be", opened.write_journal(sample_journal()));
  told.check();
}

}  // namespace store_texts_test
