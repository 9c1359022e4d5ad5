// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "narrowed.hpp"
#include "privilege_features.hpp"
#include "privileges.md.hpp"

// What works with which capabilities, found out by trying, and compared with include/linchpin/doc/privileges.md.

using namespace live_engine;

namespace {

struct capability_set {
  std::string name;
  std::vector<unsigned> kept;
  bool promised;  ///< on every kernel what the record says
};

// Programs that compare with the end of a packet, on 5.10.
constexpr std::string_view wants_perfmon = "no, rolled back: CAP_PERFMON";

std::vector<capability_set> capability_sets() {
  std::vector<unsigned> all;
  for (unsigned capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1) all.push_back(capability);
  }
  return {{"all", all, true},
          {"BPF, NET_ADMIN, PERFMON", {CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON}, true},
          {"BPF, NET_ADMIN", {CAP_BPF, CAP_NET_ADMIN}, true},
          {"BPF", {CAP_BPF}, false},
          {"NET_ADMIN", {CAP_NET_ADMIN}, false},
          {"none", {}, false}};
}

// Words without what differs from run to run.
std::string stable(std::string words, const std::string& root) {
  for (auto at = words.find(root); at != std::string::npos; at = words.find(root)) {
    words.replace(at, root.size(), "ROOT");
  }
  words = std::regex_replace(words, std::regex{"/tmp/linchpin-[^ ,:;]*/web"}, "CGROUP");
  words = std::regex_replace(words, std::regex{"(program|link|map) [0-9]+"}, "$1 N");
  words = std::regex_replace(words, std::regex{"/proc/[0-9]+/fd/[0-9]+"}, "NETNS");
  words = std::regex_replace(words, std::regex{"[\\n|]+ *"}, "; ");
  return words;
}

// "no: CAP_BPF and CAP_NET_ADMIN", by the names in the error; whether anything was tried before.
std::string refusal(const linchpin::error& told, const std::string& root) {
  const auto message = told.message();
  std::vector<std::string> names;
  static const std::regex capability{"CAP_[A-Z_]+"};
  for (std::sregex_iterator at{message.begin(), message.end(), capability}, end; at != end; ++at) {
    if (std::find(names.begin(), names.end(), at->str()) == names.end()) names.push_back(at->str());
  }
  std::sort(names.begin(), names.end());
  const bool undone = told.is(linchpin::outcome::rolled_back);
  const bool stranded = told.is(linchpin::outcome::stranded);
  return fmt::format(
      "no{}: {}",
      undone     ? ", rolled back"
      : stranded ? ", stranded"
                 : "",
      names.empty() ? stable(message, root) : fmt::format("{}", fmt::join(names, " and ")));
}

std::string outcome_of(const feature& what, const trial& in) {
  const auto outcome = what.attempt(in);
  if (!outcome) return refusal(outcome.error(), in.root);
  return outcome->empty() ? "yes" : "degraded: " + stable(*outcome, in.root);
}

// Tries one feature in a child with one set of capabilities.
std::string cell(stage& here, const feature& what, const capability_set& with, unsigned number) {
  const auto root = fmt::format("{}/trial-{}", here.bpffs(), number);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto end = must(linchpin::testing::in_child([&] {
    const trial in{here, root, [&with] {
                     if (!keep_only(with.kept)) ::_exit(3);
                   }};
    const auto told = outcome_of(what, in);
    return ::write(ends[1], told.data(), std::min<std::size_t>(told.size(), 4000)) < 0 ? 2 : 0;
  }));
  ::close(ends[1]);
  std::string told(4096, '\0');
  const auto got = ::read(ends[0], told.data(), told.size());
  ::close(ends[0]);
  told.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  INFO(what.name << " with " << with.name << ": " << told);
  REQUIRE(end == linchpin::testing::child_end{false, 0});
  // What the trial left is in nobody's way.
  auto edge = must(loose_orchestrator<>::open(root));
  must(edge.remove_all());
  std::filesystem::remove_all(root);
  // A filter that was given up goes with its interface only.
  if (here.at(here.ingress()).how == linchpin::hook::clsact_filter) {
    here.remove_interface();
    here.make_interface();
  }
  REQUIRE(wait_until(here.kernel, [&here] {
    return here.chain(here.ingress()).empty() && here.chain(here.xdp()).empty() &&
           here.chain(here.skb()).empty() && here.chain(here.connect4()).empty();
  }));
  return told;
}

// Features of one group that go alike in every column.
struct table_row {
  std::string group;
  std::vector<std::string> names;
  std::vector<std::string> cells;
};

std::string kernel_release() {
  utsname about{};
  REQUIRE(::uname(&about) == 0);
  const std::string whole = about.release;
  return whole.substr(0, whole.find_first_not_of("0123456789", whole.find('.') + 1));
}

std::string table_text(const std::vector<table_row>& rows,
                       const std::vector<capability_set>& sets) {
  std::string text = "| |";
  for (const auto& set : sets) text += fmt::format(" {} |", set.name);
  text += "\n|---|";
  for (std::size_t i = 0; i < sets.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : rows) {
    text += fmt::format("| {}: `{}` | {} |\n", row.group, fmt::join(row.names, "`, `"),
                        fmt::join(row.cells, " | "));
  }
  return text;
}

// The cells of the recorded row that has a feature.
std::vector<std::string> recorded_cells(const std::string& group, const std::string& name) {
  std::istringstream lines{recorded_privileges};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(fmt::format("| {}: ", group))) continue;
    const auto end = line.find(" | ");
    if (line.substr(0, end).find(fmt::format("`{}`", name)) == std::string::npos) continue;
    std::vector<std::string> cells;
    for (auto at = end; at + 3 < line.size();) {
      const auto next = line.find(" |", at + 3);
      cells.push_back(line.substr(at + 3, next - at - 3));
      at = next;
    }
    return cells;
  }
  return {};
}

void record(const std::string& text) {
  std::string file = recorded_privileges;
  const auto from = file.find("<!-- table:begin");
  const auto to = file.find("<!-- table:end");
  REQUIRE((from != std::string::npos && to != std::string::npos));
  file.replace(from, to - from, fmt::format("<!-- table:begin {} -->\n{}", kernel_release(), text));
  std::ofstream{recorded_privileges_path} << file;
}

void compare_with_recorded(const std::vector<table_row>& rows,
                           const std::vector<capability_set>& sets) {
  // What less than the promised capabilities lead to differs between kernels.
  const bool same_kernel = std::string_view{recorded_privileges}.find(fmt::format(
                               "<!-- table:begin {} ", kernel_release())) != std::string::npos;
  for (const auto& row : rows) {
    for (const auto& name : row.names) {
      const auto recorded = recorded_cells(row.group, name);
      INFO(row.group << ": " << name);
      REQUIRE(recorded.size() == sets.size());
      for (std::size_t i = 0; i < sets.size(); ++i) {
        INFO("with " << sets[i].name);
        if (!same_kernel && (!sets[i].promised || row.cells[i] == wants_perfmon)) continue;
        CHECK(row.cells[i] == recorded[i]);
      }
    }
  }
}

}  // namespace

TEST_CASE("each feature takes the capabilities that include/linchpin/doc/privileges.md says",
          "[kernel][engine][privilege][privileges]") {
  if (narrow_run()) SKIP("LINCHPIN_NARROW=1: the table tries its own sets of capabilities");
  stage here;
  const auto sets = capability_sets();
  std::vector<table_row> rows;
  unsigned number = 0;
  for (const auto& what : features(here)) {
    if (!what.missing.empty()) {
      std::printf("left out: %s %s: %s\n", what.group.c_str(), what.name.c_str(),
                  what.missing.c_str());
      continue;
    }
    std::vector<std::string> cells;
    for (const auto& set : sets) {
      const auto& told = cells.emplace_back(cell(here, what, set, ++number));
      INFO(what.name << " with " << set.name << ": " << told);
      // On every kernel: refused before anything is tried, and by the name of what is missing. Only what
      // the verifier makes of a program cannot be known before.
      CHECK((!told.starts_with("no") || told.starts_with("no: CAP_") || told == wants_perfmon));
    }
    CHECK(cells.front() == "yes");
    if (rows.empty() || rows.back().group != what.group || rows.back().cells != cells) {
      rows.push_back({what.group, {}, std::move(cells)});
    }
    rows.back().names.push_back(what.name);
  }
  const auto text = table_text(rows, sets);
  std::printf("%s", text.c_str());
  std::fflush(stdout);
  if (std::getenv("LINCHPIN_RECORD") != nullptr) {
    record(text);
    return;
  }
  compare_with_recorded(rows, sets);
}
