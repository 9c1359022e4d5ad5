// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <sys/utsname.h>

#include <algorithm>

#include <fmt/format.h>

namespace quickstart {

namespace {

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), " ");
  }
  return digits;
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string milliseconds(std::chrono::microseconds duration) {
  return fmt::format("{:.1f} ms", static_cast<double>(duration.count()) / 1e3);
}

std::string kernel_release() {
  utsname name{};
  return uname(&name) == 0 ? name.release : "unknown";
}

template <class... Cells>
std::string row(std::string_view first, const Cells&... cells) {
  std::string text = fmt::format("  {:<34}", first);
  ((text += fmt::format("{:>14}", cells)), ...);
  return text + "\n";
}

template <class... Cells>
std::string heading(std::string_view first, const Cells&... cells) {
  return "\n" + row(first, cells...) + fmt::format("  {:─<{}}\n", "", 34 + 14 * sizeof...(cells));
}

std::string program_row(std::string_view name, const program_tally& program) {
  return row(name, grouped(program.by_version[1]), grouped(program.by_version[2]),
             grouped(program.by_version[0]), grouped(program.twice));
}

std::string traffic_table(const outcome& of) {
  const auto& packets = of.packets;
  return heading("traffic", "sent", "received", "missing") +
         row("UDP, stamped one by one", grouped(packets.sent), grouped(packets.received),
             grouped(packets.lost())) +
         row("UDP to the blocked port", grouped(packets.forbidden_sent),
             grouped(packets.forbidden_received),
             packets.forbidden_received == 0 ? "as it should" : "LET THROUGH") +
         row("TCP, two streams", megabytes(of.streams.bytes_sent),
             megabytes(of.streams.bytes_received), of.streams.intact() ? "none" : "BROKEN");
}

std::string programs_table(const tally& packets) {
  return heading("packets handled by", "version 1", "version 2", "neither", "run twice") +
         program_row("meter      xdp ingress", packets.meter) +
         program_row("firewall   tc ingress, first", packets.firewall) +
         program_row("balancer   tc ingress, second", packets.balancer) +
         program_row("balancer   tc egress, returns", packets.returner);
}

std::string own_counts_table(const outcome& of) {
  const auto& counts = of.happened.counts;
  const auto line = [](std::string_view what, std::uint64_t counted, std::uint64_t sent) {
    return row(what, grouped(counted), grouped(sent), counted == sent ? "equal" : "DIFFERENT");
  };
  return heading("the programs' own counts", "counted", "sent", "") +
         line("meter saw", counts.metered, of.packets.sent + of.packets.forbidden_sent) +
         line("firewall passed", counts.passed, of.packets.sent) +
         line("firewall dropped", counts.dropped, of.packets.forbidden_sent) +
         line("balancer rewrote", counts.balanced, of.packets.sent);
}

std::string events_table(const outcome& of) {
  auto times = of.happened.updates;
  std::sort(times.begin(), times.end());
  std::string text = heading("what happened meanwhile", "times", "median", "slowest");
  if (!times.empty()) {
    text += row("upgrade of all three components", times.size(),
                milliseconds(times[times.size() / 2]), milliseconds(times.back()));
  }
  text += row("failure at the third hook, undone", of.happened.rolled_back, "", "");
  text += row("kill -9, restart, adoption", of.happened.adopted, "", "");
  return text;
}

}  // namespace

std::vector<std::string> shortcomings(const outcome& of) {
  std::vector<std::string> found;
  const auto expect = [&found](bool holds, std::string otherwise) {
    if (!holds) found.push_back(std::move(otherwise));
  };
  const auto& packets = of.packets;
  const auto& counts = of.happened.counts;
  expect(packets.received > 0, "no packet came back");
  expect(packets.lost() == 0, fmt::format("{} packets were lost", packets.lost()));
  expect(packets.unfiltered == 0,
         fmt::format("{} packets passed without meeting every program", packets.unfiltered));
  expect(packets.doubled == 0, fmt::format("{} packets were handled twice", packets.doubled));
  expect(packets.stale == 0,
         fmt::format("{} packets met a version that was not the settled one", packets.stale));
  expect(packets.served_by[quickstart_backend_a] > 0 && packets.served_by[quickstart_backend_b] > 0,
         "only one backend was used");
  expect(of.streams.intact(),
         of.streams.broken.empty() ? "the TCP streams lost bytes" : of.streams.broken);
  expect(counts.metered == packets.sent + packets.forbidden_sent && counts.passed == packets.sent &&
             counts.dropped == packets.forbidden_sent && counts.balanced == packets.sent,
         "the programs' own counts differ from what was sent");
  expect(of.happened.rolled_back == 1, "the upgrade that failed was not rolled back");
  expect(of.happened.adopted == 1, "the restarted service did not adopt what was running");
  return found;
}

std::string render(const outcome& of) {
  std::string text = fmt::format(
      "\n  {} upgrades under live traffic in {:.1f} s, strategy {}, Linux {}\n",
      of.happened.updates.size(), of.took.count(), of.happened.strategy, kernel_release());
  text += traffic_table(of);
  text += programs_table(of.packets);
  text += own_counts_table(of);
  text += events_table(of);
  text += fmt::format("\n  backend a answered {} packets, backend b {}, the edge itself {}\n",
                      grouped(of.packets.served_by[quickstart_backend_a]),
                      grouped(of.packets.served_by[quickstart_backend_b]),
                      grouped(of.packets.served_by[quickstart_edge_itself]));
  text += fmt::format(
      "  {} packets crossed during a switch and met version 1 at one hook and 2 at another\n",
      grouped(of.packets.between));
  text += fmt::format("  {} packets crossed while no service was running\n",
                      grouped(of.happened.packets_unattended));
  for (const auto& sentence : shortcomings(of)) text += fmt::format("  FAILED: {}\n", sentence);
  return text;
}

std::string summary_line(const outcome& of) {
  return fmt::format(
      "quickstart: sent={} received={} lost={} unfiltered={} double={} updates={} rolled_back={} "
      "adopted={}",
      of.packets.sent, of.packets.received, of.packets.lost(), of.packets.unfiltered,
      of.packets.doubled, of.happened.updates.size(), of.happened.rolled_back, of.happened.adopted);
}

}  // namespace quickstart
