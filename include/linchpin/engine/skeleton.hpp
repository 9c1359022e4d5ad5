// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/desired_component.hpp>

#include <string>

struct bpf_object_skeleton;

namespace linchpin::inline LINCHPIN_ABI {

/// A component from a libbpf skeleton that is opened and not loaded, with what was set through it:
/// each variable that has another value than in the object (`global`), each map that has another
/// number of entries (`map(...).max_entries`).
///
///     auto* opened = firewall_bpf__open();
///     opened->rodata->sample_every = 100;
///     linchpin::component firewall{
///         linchpin::from_skeleton("firewall", *opened->skeleton).value()};
///     firewall.attach("fw_ingress", linchpin::hook::tcx_ingress{"eth0"});
///
/// What is set later is not in it, and the skeleton can be closed: it is never loaded itself. A
/// service that sets the same after a restart has nothing to change.
///
/// \param name of the component
/// \param opened its ELF must outlive every plan; bpftool writes it into the program
/// returns: the component without attachments
/// errors: busy for a skeleton that is loaded already; invalid_argument for one that is not opened,
///   or whose object is another one; unsupported for something that was set and that a component
///   does not carry, with its name: the type, flags or sizes of a map, a live or an inner map in its
///   place, whether a map is created or a program loaded, the type of a program, and variables of an
///   object without BTF.
/// kernel: nothing is asked.
/// source: bpf/libbpf.h, struct bpf_object_skeleton
[[nodiscard]] LINCHPIN_EXPORT result<desired_component> from_skeleton(
    std::string name, const bpf_object_skeleton& opened);

}  // namespace linchpin
