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
///   does not carry, with its name: of a map its type, flags, NUMA node, interface, pin or the sizes of
///   its entries, map_extra, a live map in its place, its inner map, what a struct_ops map begins with
///   (from libbpf 1.4 on), what is in an arena (from 1.5 on), and whether it is created; of a program its type, attach type, flags or
///   instructions, and whether it is loaded; variables of an object without BTF.
///
///   Libbpf does not tell, so that it is lost without a word: the target of bpf_program__set_attach_target,
///   the interface of bpf_program__set_ifindex, what a struct_ops map begins with before 1.4 and an arena
///   before 1.5, and of what the object was opened with (bpf_object_open_opts) kconfig, btf_custom_path and
///   kernel_log_*. What concerns the skeleton's own load and attach alone (log levels and buffers,
///   bpf_program__autoattach, the paths of pins that the object declares, which a store does not use) means
///   nothing here.
/// kernel: nothing is asked.
/// source: bpf/libbpf.h, struct bpf_object_skeleton
[[nodiscard]] LINCHPIN_EXPORT result<desired_component> from_skeleton(
    std::string name, const bpf_object_skeleton& opened);

}  // namespace linchpin
