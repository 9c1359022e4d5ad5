// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/text_form.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a service asks for, and the policies it is to be decided by, as a value with a text: for a
/// file that people edit, a tool that compares, a fleet that hands it out.
///
///     // written by whoever decides
///     const auto text = write_text(desired_state{ids_of<edge_policies>(), {firewall, balancer}});
///
///     // read on the machine
///     const auto asked = read_desired(text).value();
///     check_policies(asked.policies, ids_of<edge_policies>()).value();
///     const std::vector<service::component> wanted(asked.components.begin(), asked.components.end());
///     edge.apply(wanted).value();
///
/// The text of that, see text_form.hpp for what holds for all of them:
///
///     linchpin desired 3
///     policy attach_order order.priority/1
///     component firewall
///       object file "/usr/lib/edge/firewall.bpf.o"
///       attach fw_ingress tcx_ingress "eth0" priority 10 by clsact
///       map blocked max_entries 4096 carry copy entry 4 1 fill entries 4 1
///         with "\xbb\x01\x00\x00" "\x01"
///       global sample_every u32 100
///       global prefix composite "\x0a\x00\x08"
///     end
///
/// `in "/run/netns/blue"` stands where an interface is in another network namespace, `by` where an attachment
/// is narrowed to some of its hook's mechanisms; `priority`, `max_entries`, `carry` and `entry` (bytes of a
/// key and of a value) where asked for. An object in memory: `object memory "fw" digest 0123456789abcdef`.
/// What a map is filled with are the bytes of its keys and values. A function that fills a map or prepares a
/// generation is written as `function`, and such a text does not read: no text holds what it does.
/// A global's value is a number (`u8` to `u64`, `s8` to `s64`) or the bytes of its memory (`f32`, `f64`,
/// `composite`, for arrays of numbers `u8_array` to `f64_array`, and `bytes` of which nothing more is
/// known). A text without globals and fills is of version 1, one without fills of version 2: an earlier
/// linchpin, from before there were any, reads it.
struct desired_state {
  /// Empty: nothing is said about that slot.
  policy_ids policies;
  std::vector<desired_component> components;

  friend bool operator==(const desired_state&, const desired_state&) = default;
};

/// The text of a desired state.
/// returns: lines of which each ends in a newline; equal states have equal texts. A text that is longer
///   than `text_limits` say does not read back: 16 MiB are some 250,000 entries that maps are filled with
/// cost: a checksum of each object in memory.
[[nodiscard]] LINCHPIN_EXPORT std::string write_text(const desired_state& what);

/// Reads a desired state back from its text.
/// \param sources where objects in memory come from, which no text holds: the one with the name
///   and the digest that the text says. They are kept, so that their bytes must outlive every
///   plan.
/// errors: unsupported for a function, with the line; bad_format with the line and what was expected there, also for two components, two
///   maps or two globals of one component with the same name; newer_format with both versions; not_found for
///   an object in memory that is not among the sources.
/// cost: a checksum of each source that is named, besides the length of the text.
/// kernel: nothing is asked, and no file is read.
[[nodiscard]] LINCHPIN_EXPORT result<desired_state> read_desired(
    std::string_view text, std::span<const object_source> sources = {});

/// Whether a desired state is decided by the policies that it was written for.
/// errors: conflict for the first slot about which it says something else.
[[nodiscard]] LINCHPIN_EXPORT result<void> check_policies(const policy_ids& asked_for,
                                                          const policy_ids& built_with);

/// The first line in which the texts of two desired states differ.
/// returns: absent for states that ask for the same
[[nodiscard]] LINCHPIN_EXPORT std::optional<text_difference> difference(const desired_state& left,
                                                                        const desired_state& right);

}  // namespace linchpin
