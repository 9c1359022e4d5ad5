// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace fake {
struct machine_state;
}

/// A computer in memory: interfaces, cgroups, a bpffs, programs, maps and links. Each `fake_kernel`
/// is the view that one process has of it.
///
/// This class is what happens to a service from outside: interfaces come and go, other people
/// attach and replace programs. What a service does itself goes through `fake_kernel`.
///
/// ownership: outlives its fake_kernels. threads: one thread at a time.
class LINCHPIN_EXPORT fake_machine {
 public:
  /// A machine with every feature, two possible CPUs, interface "lo" (ifindex 1), one network
  /// namespace, and a bpffs at "/sys/fs/bpf".
  fake_machine();
  fake_machine(const fake_machine&) = delete;
  fake_machine& operator=(const fake_machine&) = delete;
  ~fake_machine();

  /// What this machine can do; change it before the first fake_kernel asks.
  [[nodiscard]] kernel_facts& facts() noexcept;

  // The netns of an interface is the path that `add_netns` was given, or empty for the first one.

  /// An interface appears.
  /// returns: an index that no interface had before.
  ifindex add_interface(const std::string& name, const std::string& netns = {});
  /// An interface goes.
  /// effects: links at it become zombies, filters go. Unknown names are a no-op.
  void remove_interface(const std::string& name, const std::string& netns = {});
  /// An interface goes, and another one of that name appears.
  /// returns: the index of the other one
  ifindex recreate_interface(const std::string& name, const std::string& netns = {});
  /// The same interface, and all that is attached to it, goes on under another name.
  void rename_interface(const std::string& from, const std::string& to,
                        const std::string& netns = {});
  /// The same interface, index and name go to another namespace.
  /// effects: its links stay attached and can be updated from anywhere; its clsact filters are
  ///   lost. Unknown names are a no-op.
  void move_interface_to_netns(const std::string& name, const std::string& netns_path,
                               const std::string& from_netns = {});
  /// The same interface and its links get a number that no interface had before, as when it
  /// went to a namespace where its number was taken, and came back; its clsact filters are
  /// lost.
  /// \param to a number that it had before and no other interface has; 0 takes a fresh one
  /// returns: that number
  ifindex renumber_interface(const std::string& name, const std::string& netns = {},
                             ifindex to = {});
  /// A cgroup appears.
  /// \param path any absolute path; a cgroup below another's path is its child
  cgroup_id add_cgroup(const std::string& path);
  /// A cgroup goes; links at it become zombies. Unknown paths are a no-op.
  void remove_cgroup(const std::string& path);
  /// A target appears of a kind that means the same in every network namespace, which is how
  /// cgroups are.
  /// returns: an id that no target had before, or that of the one which has the name
  std::uint64_t add_target(target_kind kind, const std::string& name);
  /// Such a target goes; links at it become zombies. Unknown names are a no-op.
  void remove_target(target_kind kind, const std::string& name);
  /// A network namespace appears.
  /// \param path the file by which the namespace is opened: "/run/netns/blue"
  netns_inode add_netns(const std::string& path);
  /// A namespace gets a further path, as when it is mounted once more.
  /// effects: a path that led to another namespace leads to this one; see `remove_netns` for the other
  void name_netns(const std::string& path, const std::string& known_as);
  /// A namespace that lives on without a path gets one, as `ip netns attach` gives it.
  void name_netns(const std::string& path, netns_inode which);
  /// A path of a namespace goes. Unknown paths are a no-op.
  /// effects: with the last path the namespace goes, unless somebody inhabits it, and its interfaces:
  ///   links there become zombies, filters go.
  void remove_netns(const std::string& path);
  /// Processes begin to live in a namespace: it stays when its last path goes.
  void inhabit_netns(const std::string& path);
  /// The processes in a namespace end.
  /// effects: those of `remove_netns`, where no path leads to the namespace
  void leave_netns(netns_inode which);

  /// The attach point of that name here and now, as `kernel::resolve` would fill it in.
  /// \param netns of the asking process
  [[nodiscard]] attach_point point(mechanism how, uapi::attach_type type, const std::string& name,
                                   const std::string& netns = {}) const;

  /// Somebody removes a directory on the bpffs with all that is in it (rm -rf), or a pin. Absent is
  /// a no-op. Who has it locked keeps the lock, of a directory that is nowhere.
  void remove_tree(const std::string& path);
  /// Somebody renames a directory or a pin on the bpffs. errors: as rename(2).
  [[nodiscard]] result<void> rename_path(const std::string& from, const std::string& to);

  /// Somebody else attaches a program of theirs and keeps holding it.
  /// errors: as `kernel::attach`.
  [[nodiscard]] result<program_id> add_foreign_program(const attach_point& at,
                                                       const std::string& name,
                                                       const anchor& where = {});
  /// Somebody else attaches a program at a cgroup hook as the only one there, without a link
  /// (BPF_PROG_ATTACH without BPF_F_ALLOW_MULTI).
  /// \param closes_below without BPF_F_ALLOW_OVERRIDE as well: nobody may attach below either
  /// errors: permission_denied where somebody stands already, or such a program closes the cgroup
  ///   from above; not_found.
  [[nodiscard]] result<program_id> add_sole_program(const attach_point& at, const std::string& name,
                                                    bool closes_below = true);
  /// Somebody else adds a filter that is not an eBPF program (u32, flower, matchall) at a clsact
  /// hook.
  /// errors: not_found; already_exists when a filter has that tc priority.
  [[nodiscard]] result<void> add_foreign_filter(const attach_point& at, std::uint16_t tc_priority);
  /// They let go of it again, wherever it is.
  void remove_foreign_program(program_id which);
  /// Somebody else puts a program of theirs into a link of ours.
  /// returns: the id of their program. errors: not_found for a link that is not alive.
  [[nodiscard]] result<program_id> replace_program(link_id link, const std::string& name);

  /// Somebody who has a descriptor of a prog array puts a program into one of its slots. The array
  /// is emptied when the last handle and pin of it go. No-op unless both are alive.
  void fill_prog_array(map_id array, std::uint32_t index, program_id which);

  /// From here on the verifier refuses programs of this name (as in the ELF) with this log.
  void reject_program(const std::string& name, const std::string& log);

  /// One packet, connection or lookup at a hook: the programs that run, in order, if each lets it
  /// go on. At a cgroup the ancestors' programs run after its own.
  [[nodiscard]] std::vector<program_id> run(const attach_point& at) const;

  /// Programs that are alive, ascending.
  [[nodiscard]] std::vector<program_id> programs() const;
  /// Maps that are alive, ascending.
  [[nodiscard]] std::vector<map_id> maps() const;
  /// Links that are alive, zombies included, ascending.
  [[nodiscard]] std::vector<link_id> links() const;
  /// Every path on the bpffs; directories end in '/'.
  [[nodiscard]] std::vector<std::string> pins() const;
  /// Everything observable as text, equal for equal states: for comparing before and after, and for
  /// a person who wants to know what a failed test left.
  [[nodiscard]] std::string text() const;

 private:
  friend class fake_kernel;
  fake::machine_state* state_;
};

}  // namespace linchpin::testing
