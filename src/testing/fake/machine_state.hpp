// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/facts.hpp>
#include <linchpin/kernel/kernel.hpp>

#include "testing/fake/objects.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// A directory, a pin, or a blob (a pinned map that holds bytes) on the bpffs.
struct pin_node {
  bool directory = false;
  bool blob = false;
  user_ref object;
  std::uint64_t inode = 0;  ///< of a directory; never used twice
};

/// An interface's name, and the netns in which it has it.
struct interface_place {
  std::uint64_t netns = 0;
  std::string name;

  friend auto operator<=>(const interface_place&, const interface_place&) = default;
};

struct machine_state {
  // Destroyed last: links leave their chains when they go.
  std::map<hook_key, chain_state> chains;

  kernel_facts facts;
  std::map<interface_place, std::uint64_t> interfaces;
  /// Targets that are the same in every netns, by kind and name: cgroups.
  std::map<target_kind, std::map<std::string, std::uint64_t>> named;
  std::map<std::string, std::uint64_t> namespaces;  ///< "" is the one processes start in
  std::set<std::uint64_t> inhabited;                ///< namespaces that processes live in
  std::map<std::string, std::string> rejected;      ///< program name to verifier log

  std::uint32_t last_program = 0;
  std::uint32_t last_map = 0;
  std::uint32_t last_link = 0;
  std::uint64_t last_target = 0;
  int last_pid = 100;

  std::map<program_id, std::weak_ptr<program>> programs;
  std::map<map_id, std::weak_ptr<map>> maps;
  std::map<link_id, std::weak_ptr<link>> links;

  std::string bpffs_root = "/sys/fs/bpf";
  std::map<std::string, pin_node> pins;  ///< by absolute path without a slash at the end
  std::uint64_t last_inode = 0;
  std::map<std::uint64_t, std::string> directories;  ///< inode to the path at this moment
  std::map<std::uint64_t, int> locks;                ///< directory's inode to the holder's pid
  std::vector<user_ref> foreign;                     ///< what other people hold

  [[nodiscard]] std::shared_ptr<map> make_map(map_info info);
  [[nodiscard]] std::shared_ptr<program> make_program(std::string name, uapi::program_type type,
                                                      uapi::attach_type expected);

  [[nodiscard]] std::uint64_t first_netns() const { return namespaces.at(""); }
  /// The inode of the namespace that a path leads to; absent where it leads to none.
  /// \param path empty for the own one of the asking process
  [[nodiscard]] std::optional<std::uint64_t> netns_at(const std::string& path,
                                                      std::uint64_t own) const;
  /// \param netns the inode of the one that the asking process is in
  [[nodiscard]] std::optional<target_identity> identify(const target& wanted,
                                                        std::uint64_t netns) const;
  /// The id of a target that is the same in every netns; absent where there is none of that name.
  [[nodiscard]] std::optional<std::uint64_t> id_of_named(const target& wanted) const;
  /// The ids of the targets whose paths lie above that of one, the nearest first, with their paths.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> targets_above(
      const target_identity& which) const;
  [[nodiscard]] bool target_exists(const target_identity& which) const;
  /// Links at the target become zombies, filters go.
  void drop_target(target_kind kind, std::uint64_t id);
  void drop_filters(std::uint64_t interface);
  /// A namespace that no path leads to and no process lives in ends with all that is in it.
  void drop_unnamed(std::uint64_t netns);
  /// Gives a target another number. No two targets have the same one, whatever their kinds.
  void renumber_target(std::uint64_t from, std::uint64_t to);
  void leave_chain(const link& leaving) noexcept;
};

/// What a struct_ops map is as something that is attached: a program with the number of the map, which
/// keeps the map. Each call makes one.
[[nodiscard]] std::shared_ptr<program> made_of(const std::shared_ptr<map>& ops);

/// The only program type that attaches there.
[[nodiscard]] uapi::program_type type_for(const attach_point& at) noexcept;
/// "tcx_ingress eth0": for messages.
[[nodiscard]] std::string hook_text(const attach_point& at);
[[nodiscard]] hook_key key_of(const attach_point& at);
/// How many bytes one entry's value has in `map_entries`.
[[nodiscard]] std::size_t entry_value_size(const map_info& info, std::uint32_t cpus);

/// The chain that a packet meets there. Empty where there is none.
[[nodiscard]] const chain_state& seen_chain(const machine_state& machine, const hook_key& key);

/// Whether the filter with this priority and handle is there.
[[nodiscard]] bool filter_stands(machine_state& machine, const attach_point& at,
                                 const attachment_id& id);
/// The parts of the verbs that need no process. `program` is alive.
struct new_attachment {
  std::shared_ptr<link> made;  ///< null for filters
  attachment_id id;
};
[[nodiscard]] result<new_attachment> attach_program(machine_state& machine, const attach_point& at,
                                                    const std::shared_ptr<program>& program,
                                                    const anchor& where);
/// An update with its handles looked up.
struct swap_request {
  const attach_point& at;
  attachment_id id;
  std::shared_ptr<fake::link> link;
  std::shared_ptr<program> replacement;
  program_id expected{};
};
[[nodiscard]] result<void> swap_program(machine_state& machine, const swap_request& wanted);
[[nodiscard]] result<void> detach_program(machine_state& machine, const attach_point& at,
                                          const attachment_id& id,
                                          const std::shared_ptr<link>& link, program_id expected);
[[nodiscard]] result<chain> query_chain(machine_state& machine, const attach_point& at);
/// The program beside which links are refused; absent where they may attach.
[[nodiscard]] result<std::optional<sole_program>> find_sole_program(const machine_state& machine,
                                                                    const attach_point& at);
/// Attaches at a cgroup without a link.
[[nodiscard]] result<void> attach_sole_program(machine_state& machine, const attach_point& at,
                                               std::shared_ptr<program> program, sharing how);

}  // namespace linchpin::testing::fake
