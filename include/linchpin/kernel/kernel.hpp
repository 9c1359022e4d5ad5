// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_source.hpp>
#include <linchpin/core/privileges.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>
#include <linchpin/kernel/handle.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/map_entries.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What to change about one map of an object before it is loaded. Its name is borrowed from the
/// caller.
struct map_directive {
  std::string_view name;
  /// The number of entries to create it with.
  std::uint32_t max_entries = 0;
  /// The flags to create it with, BPF_F_*.
  std::uint32_t flags = 0;
  /// An existing map to use instead of creating one; empty creates.
  handle_ref reuse{};
  /// The caller knows the layout of that map and has compared it: the kernel layer does not
  /// read it again.
  bool compared = false;
};

/// Which program of an object to load, and for what. Its name is borrowed from the caller.
struct program_directive {
  std::string_view name;
  uapi::attach_type expected_attach_type{};
  /// What a program is loaded as of whose type its object says nothing; no other is changed by it.
  uapi::program_type type{};
};

/// What to set a global variable of an object to before it is loaded. Both are borrowed from the
/// caller.
struct global_directive {
  std::string_view name;
  /// As many bytes as the variable has.
  std::span<const std::byte> value;
};

/// What to do otherwise than an object declares.
struct load_request {
  /// Maps that are not named here are created as declared.
  std::vector<map_directive> maps;
  /// Programs that are not named here are loaded as declared.
  std::vector<program_directive> programs;
  /// The struct_ops maps that links are to be made of; the others are created and take no effect. The
  /// names are borrowed from the caller.
  std::vector<std::string_view> attached_maps{};
  /// Variables that are not named here have the value that the object gives them.
  std::vector<global_directive> globals{};
};

/// A program in the kernel, attached nowhere.
struct loaded_program {
  /// Its name as in the ELF, whole.
  std::string name;
  handle program;
  program_info info;
};

/// A map in the kernel.
struct loaded_map {
  /// Its name as in the ELF, whole.
  std::string name;
  handle map;
  map_info info;
};

/// An object's programs and maps in the kernel, attached nowhere. They end with their handles
/// unless they are pinned or attached.
struct loaded_object {
  std::vector<loaded_program> programs;
  std::vector<loaded_map> maps;
};

/// Where in a chain a program goes. `unordered` leaves it to the kernel, which appends.
enum class anchor_kind : std::uint8_t { unordered, first, last, before, after };

/// A place in a chain, as the kernel is asked for it.
struct anchor {
  anchor_kind kind = anchor_kind::unordered;
  /// For before and after.
  chain_entry relative_to{};
  /// What the chain's revision must still be, so that nobody came in between; 0 does not check.
  linchpin::revision expected{};
  /// clsact only: the number that the filter gets; 0 leaves it to the kernel layer.
  std::uint16_t tc_priority = 0;
};

/// What identifies one of our attachments beside the handle: the link's id, or a filter's
/// place.
struct attachment_id {
  link_id link{};
  std::uint16_t tc_priority = 0;
  std::uint32_t tc_handle = 0;

  friend bool operator==(const attachment_id&, const attachment_id&) = default;
};

/// A fresh attachment.
struct attachment {
  /// The link, which ends the attachment when it is closed unpinned; empty for mechanisms
  /// without links.
  handle link;
  /// What to record of it.
  attachment_id id;
};

/// A replacement of the program in one attachment.
struct update_request {
  attach_point at;
  attachment_id id;
  /// The link; empty for mechanisms without links, and not looked at with `pin`.
  handle_ref link{};
  /// The next program.
  handle_ref program{};
  /// The program that must still be there, compared by the kernel where the mechanism can.
  handle_ref expected{};
  /// The same by its id, compared by the kernel layer where the mechanism cannot.
  program_id expected_id{};
  /// The next program's id: what the link must be seen to run afterwards; 0 does not look.
  program_id new_id{};
  /// The pin of the link, for a caller that holds no handle of it.
  std::string pin{};
};

/// What a pin is expected to hold.
enum class pin_kind : std::uint8_t { program, map, link };

/// Some bytes of a map of global variables, and what they become. All are borrowed from the caller.
struct variable_write {
  /// From the beginning of the map's only value.
  std::uint32_t offset = 0;
  std::span<const std::byte> value;
  /// What is still to be there: as many bytes as `value`, or none, which does not look. What is
  /// compared is a number of 1, 2, 4 or 8 bytes at a multiple of its size.
  std::span<const std::byte> expected{};
};

/// The path through which everything in a locked directory is reached. It follows the directory
/// and never its name: once the directory was removed, nothing can be made or opened below it,
/// also when another one has come to stand at the old path.
/// returns: "/proc/self/fd/<number>", for every implementation of `kernel`.
[[nodiscard]] LINCHPIN_EXPORT std::string path_through(handle_ref lock);

/// The verbs with which the engine acts on a kernel, and nothing else does.
///
/// Three implementations: `live_kernel` (the running one), `testing::fake_kernel` (in memory, the
/// same observable behaviour), `testing::faulty_kernel` (decorates another, fails or dies at the
/// n-th call). A conformance suite runs on the first two.
///
/// errors: every verb names its operation and subject; the engine puts the component in front.
/// netns: what is about an interface in another network namespace (attach, query, name_of, resolve; update
///   and detach of what has no link) is done there, and takes CAP_SYS_ADMIN. The calling thread's own
///   namespace is the same at every instant. Where the path has come to mean another namespace than the
///   identity's, that is a conflict; where it means none, the target is not found.
/// threads: one thread at a time.
class LINCHPIN_EXPORT kernel {
 public:
  kernel() = default;
  kernel(const kernel&) = delete;
  kernel& operator=(const kernel&) = delete;
  virtual ~kernel() = default;

  /// What this kernel can do. Probed at most once for each fact, then remembered.
  /// returns: for each fact yes, no or unknown; what could not be probed is unknown
  [[nodiscard]] virtual const kernel_facts& facts() = 0;

  /// What the calling thread may do at this moment; not remembered.
  /// cost: 8 syscalls
  [[nodiscard]] virtual thread_privileges privileges() = 0;

  /// What each name means at this moment.
  /// returns: one identity for each target, in their sequence; absent where there is no such
  ///   thing, and where there is no such network namespace
  /// errors: permission_denied; unsupported for a cgroup path that is not on cgroup2.
  /// cost: 1 syscall for each cgroup, interface or netns; for the whole call at most 3, and 1
  ///   for each cgroup2 mount.
  [[nodiscard]] virtual result<std::vector<std::optional<target_identity>>> resolve(
      std::span<const target> targets) = 0;

  /// effects: creates the maps and loads the programs of the object; attaches nothing.
  /// errors: rejected with the whole verifier log; layout or size errors of maps and of global
  ///   variables; permission_denied. After an error nothing is left.
  [[nodiscard]] virtual result<loaded_object> load(const object_image& image,
                                                   const load_request& request) = 0;

  /// Attaches a program at a place in a chain.
  /// effects: the program runs from the next packet, connection or lookup on. Nothing is
  ///   pinned.
  /// returns: the link and what identifies it, or the place of the filter
  /// errors: conflict when the expected revision is not the chain's, and when the tc priority
  ///   that was asked for is taken or no longer stands where the anchor says; busy at a taken
  ///   exclusive hook; unsupported when the mechanism is not there; not_found when the target
  ///   is gone.
  [[nodiscard]] virtual result<attachment> attach(const attach_point& at, handle_ref program,
                                                  const anchor& where) = 0;

  /// Replaces the program of an attachment if it still is the expected one.
  /// errors: conflict when it is another, when the link is not at its pin, and when afterwards it
  ///   is seen to be another link or to run another program: then the update has taken place;
  ///   target_gone when the target no longer exists.
  /// cost: for a link 1 syscall; 1 more for looking afterwards; 2 more each for a pin and for an
  ///   old program without a handle.
  [[nodiscard]] virtual result<void> update(const update_request& request) = 0;

  /// Ends an attachment that still runs `expected`. Detaching twice succeeds.
  /// \param link the link to detach; empty for mechanisms without links
  /// errors: conflict when something else stands in its place.
  [[nodiscard]] virtual result<void> detach(const attach_point& at, const attachment_id& id,
                                            handle_ref link, program_id expected) = 0;

  /// The chain at a hook, other people's programs included.
  /// errors: not_found when the target is gone; unsupported where this kernel cannot list it;
  ///   conflict when the name means another target than the identity says.
  /// kernel: the names of programs take CAP_SYS_ADMIN
  [[nodiscard]] virtual result<chain> query(const attach_point& at) = 0;

  /// The program that keeps links from being attached at a cgroup: one there that does not share
  /// its hook, or one at the nearest cgroup above that has any and that shares it with nobody
  /// below.
  /// returns: absent where nobody does, and at hooks of other mechanisms. What is above the cgroup2
  ///   mount cannot be looked at.
  /// errors: not_found when the cgroup is gone; permission_denied.
  /// kernel: CAP_NET_ADMIN; the program's name takes CAP_SYS_ADMIN
  /// cost: 1 syscall for the cgroup and 4 for each one above, up to the first with programs
  /// source: kernel/bpf/cgroup.c: hierarchy_allows_attach, __cgroup_bpf_attach; measured on 6.18
  [[nodiscard]] virtual result<std::optional<sole_program>> find_sole_program(
      const attach_point& at) = 0;

  /// What the kernel says about a program.
  /// errors: wrong_type for a handle of something else
  [[nodiscard]] virtual result<program_info> describe_program(handle_ref program) = 0;
  /// What the kernel says about a map.
  /// errors: wrong_type for a handle of something else
  [[nodiscard]] virtual result<map_info> describe_map(handle_ref map) = 0;
  /// The fields of a map's entries, as `map_spec::layout`.
  /// returns: empty where the kernel keeps no BTF with the map, and where this process may not read it
  /// errors: wrong_type for a handle of something else
  /// kernel: CAP_SYS_ADMIN
  [[nodiscard]] virtual result<std::vector<layout_field>> read_layout(handle_ref map) = 0;
  /// What the kernel says about a link: its program, and its target unless that is gone.
  /// errors: wrong_type for a handle of something else
  [[nodiscard]] virtual result<link_info> describe_link(handle_ref link) = 0;

  /// Pins something at an absolute path, creating missing directories below the bpffs mount.
  /// effects: the object lives on without handles until the pin is removed
  /// errors: already_exists; unsupported when the path is not on a bpffs.
  [[nodiscard]] virtual result<void> pin(handle_ref what, const std::string& path) = 0;
  /// Opens what is pinned at a path.
  /// \param kind what the caller expects; `describe_*` tells whether it is that
  /// returns: an empty handle when nothing is pinned there
  [[nodiscard]] virtual result<handle> open_pin(const std::string& path, pin_kind kind) = 0;
  /// Moves a pin over whatever pin stands at the next path, in one instant.
  [[nodiscard]] virtual result<void> rename_pin(const std::string& from, const std::string& to) = 0;
  /// Removes a pin or an empty directory. Removing twice succeeds.
  [[nodiscard]] virtual result<void> remove_pin(const std::string& path) = 0;
  /// The names directly below a directory.
  /// returns: sorted; directories end in '/'; empty for a directory that is not there
  [[nodiscard]] virtual result<std::vector<std::string>> list_pins(
      const std::string& directory) = 0;

  /// Publishes bytes under a path, in one instant: a reader sees the former ones or these. A
  /// death on the way may leave a pin at "<path>-next", which the next call replaces.
  [[nodiscard]] virtual result<void> write_blob(const std::string& path,
                                                std::span<const std::byte> bytes) = 0;
  /// Bytes that were published under a path.
  /// returns: absent when nothing is there
  /// errors: bad_format when the pin there is not a blob.
  [[nodiscard]] virtual result<std::optional<std::vector<std::byte>>> read_blob(
      const std::string& path) = 0;

  /// Every entry of a map, each key once. The values of a tail-call array (prog_array) are read
  /// as program ids and written as numbers of program handles, 4 bytes each.
  /// errors: wrong_type for anything but hash, LRU, LPM and array maps, per CPU or not
  [[nodiscard]] virtual result<map_entries> read_map(handle_ref map) = 0;
  /// Writes entries.
  /// \param only_missing leaves keys alone that are there (BPF_NOEXIST)
  /// errors: full, with how many were written in `found`.
  [[nodiscard]] virtual result<void> write_map(handle_ref map, const map_entries& entries,
                                               bool only_missing) = 0;
  /// Removes keys; keys that are not there are no error.
  /// \param keys whole keys one after another
  [[nodiscard]] virtual result<void> erase_keys(handle_ref map,
                                                std::span<const std::byte> keys) = 0;

  /// Writes global variables.
  /// effects: each write happens where the bytes are the expected ones, and touches no other bytes.
  ///   One of 1, 2, 4 or 8 bytes at a multiple of its size compares and writes in one instant. In a
  ///   map that cannot be mapped (without BPF_F_MMAPABLE, or with a lock, a timer or a pointer of the
  ///   kernel's in it) the whole value is read and written back.
  /// \param in_use programs may be writing there as well, so that a whole value is never written
  /// errors: wrong_type for anything but an array of one entry; invalid_argument, and nothing is
  ///   written, for bytes beyond the end of the value and for expected bytes that are no such number;
  ///   permission_denied for a frozen map;
  ///   unsupported, and nothing is written, for a map in use that cannot be mapped.
  [[nodiscard]] virtual result<void> write_variables(handle_ref map,
                                                     std::span<const variable_write> writes,
                                                     bool in_use) = 0;

  /// Takes the exclusive advisory lock of a store directory (flock), creating the directory if
  /// absent.
  /// ownership: held until the handle closes, and so never beyond the process and its forked
  ///   children.
  /// errors: busy, with the holder's pid in `found`; unsupported when not on a bpffs;
  ///   already_exists when a directory above it or below it is a store of its own: it has pins
  ///   named manifest or journal (above it, also record), or is locked. Nothing is made or left
  ///   locked then.
  /// cost: looks into every directory below, three levels deep, but not into those named gen-*
  [[nodiscard]] virtual result<handle> lock(const std::string& directory) = 0;

  /// Whether a locked directory is still the store that people mean by `directory`, and ours.
  /// errors: conflict when it no longer stands there (removed, renamed, replaced by another);
  ///   busy when another process than the calling one has locked it: a forked child must not
  ///   use its copy.
  /// cost: 3 syscalls
  [[nodiscard]] virtual result<void> check_lock(handle_ref lock, const std::string& directory) = 0;

  /// Opens a program, map or link by its id.
  /// returns: an empty handle when there is none of that id
  /// errors: permission_denied.
  /// kernel: CAP_SYS_ADMIN
  [[nodiscard]] virtual result<handle> open_by_id(pin_kind kind, std::uint32_t id) = 0;

  /// The name that an interface has at this moment.
  /// \param netns the path of the network namespace to look in; empty for the calling thread's own
  /// returns: absent when it is not there (removed, or in another namespace), for an identity
  ///   without a namespace, and for targets that are not interfaces
  /// errors: permission_denied.
  [[nodiscard]] virtual result<std::optional<std::string>> name_of(const target_identity& which,
                                                                   const std::string& netns) = 0;

  /// The names of all interfaces in the calling thread's network namespace.
  [[nodiscard]] virtual result<std::vector<std::string>> list_interfaces() = 0;

  /// The ids of all links that there are, whoever made them.
  /// errors: permission_denied.
  /// kernel: CAP_SYS_ADMIN
  /// cost: 1 syscall for each link
  [[nodiscard]] virtual result<std::vector<link_id>> list_links() = 0;

  /// Returns when no CPU can still be running a program that was replaced before the call.
  /// cost: one RCU grace period, some 10 ms
  /// source: membarrier(MEMBARRIER_CMD_GLOBAL)
  [[nodiscard]] virtual result<void> wait_grace_period() = 0;

  /// Returns after that many microseconds: for a recovery policy that waits before it tries
  /// again.
  virtual void pause(std::uint32_t microseconds) noexcept = 0;

  /// Closes a handle's number. Only `handle` calls this.
  virtual void close(int number) noexcept = 0;
};

}  // namespace linchpin
