// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/pin_tree.hpp"

#include <linchpin/core/detail/try.hpp>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool is_below(const std::string& path, const std::string& directory) {
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

error nested(std::string_view operation, const std::string& subject, std::string_view where,
             const std::string& other) {
  return error{errc::already_exists, operation, subject}
      .expected("a store that is not inside another one, and has none inside")
      .found(fmt::format("a store {} it, at {}", where, other))
      .advice(fmt::format("take a directory beside {}", other));
}

}  // namespace

pin_node* pin_tree::find(const std::string& path) {
  const auto found = machine_.pins.find(without_slash(path));
  return found == machine_.pins.end() ? nullptr : &found->second;
}

bool pin_tree::is_empty(const std::string& directory) const {
  const auto next = machine_.pins.lower_bound(directory + '/');
  return next == machine_.pins.end() || !is_below(next->first, directory);
}

result<void> pin_tree::make_directories(std::string_view operation, const std::string& path) {
  const auto wanted = without_slash(path);
  if (const auto* const there = find(wanted); there != nullptr) {
    if (there->directory) return {};
    return error::from_errno(ENOTDIR, operation, wanted);
  }
  if (!is_below(wanted, machine_.bpffs_root))
    return error{errc::unsupported, operation, wanted}
        .expected("a directory on a bpffs")
        .found("another file system")
        .advice("mount -t bpf bpf /sys/fs/bpf, or name a directory below a bpffs mount");
  LINCHPIN_CHECK(make_directories(operation, parent_of(wanted)));
  LINCHPIN_CHECK(check_parent(operation, wanted));
  make_directory(wanted);
  return {};
}

void pin_tree::make_directory(const std::string& path) {
  auto& made = machine_.pins[path];
  made.directory = true;
  made.inode = ++machine_.last_inode;
  machine_.directories[made.inode] = path;
}

result<void> pin_tree::check_parent(std::string_view operation, const std::string& path) {
  const auto parent = parent_of(path);
  if (path.find('.', parent.size()) != std::string::npos)
    return error{errc::invalid_argument, operation, path}
        .found("a dot in the last name")
        .expected("a name without dots: a bpffs keeps those for itself");
  const auto* const above = find(parent);
  if (above == nullptr) return error::from_errno(ENOENT, operation, path);
  if (!above->directory) return error::from_errno(ENOTDIR, operation, path);
  return {};
}

result<void> pin_tree::add(std::string_view operation, const std::string& path, pin_node node) {
  LINCHPIN_CHECK(make_directories(operation, parent_of(path)));
  LINCHPIN_CHECK(check_parent(operation, path));
  if (find(path) != nullptr) return error::from_errno(EEXIST, operation, path);
  machine_.pins[path] = std::move(node);
  return {};
}

result<void> pin_tree::put(std::string_view operation, const std::string& path, pin_node node) {
  LINCHPIN_CHECK(make_directories(operation, parent_of(path)));
  LINCHPIN_CHECK(check_parent(operation, path));
  auto& place = machine_.pins[path];
  if (place.directory) return error::from_errno(EISDIR, operation, path);
  place = std::move(node);
  return {};
}

result<void> pin_tree::rename(const std::string& from, const std::string& to) {
  constexpr std::string_view operation = "rename pin";
  const auto subject = fmt::format("{} to {}", from, to);
  const auto source = without_slash(from);
  const auto goal = without_slash(to);
  const auto* const moving = find(source);
  if (moving == nullptr) return error::from_errno(ENOENT, operation, subject);
  LINCHPIN_CHECK(check_parent(operation, goal));
  if (source == goal) return {};
  if (is_below(goal, source)) return error::from_errno(EINVAL, operation, subject);
  if (const auto* const over = find(goal); over != nullptr) {
    if (over->directory && !moving->directory) return error::from_errno(EISDIR, operation, subject);
    if (moving->directory && !over->directory)
      return error::from_errno(ENOTDIR, operation, subject);
    if (over->directory && !is_empty(goal)) return error::from_errno(ENOTEMPTY, operation, subject);
    erase(machine_.pins.find(goal));
  }
  move(machine_.pins.find(source), goal);
  for (auto at = machine_.pins.lower_bound(source + '/');
       at != machine_.pins.end() && is_below(at->first, source);
       at = machine_.pins.lower_bound(source + '/')) {
    move(at, goal + at->first.substr(source.size()));
  }
  return {};
}

void pin_tree::move(std::map<std::string, pin_node>::iterator which, const std::string& to) {
  auto node = machine_.pins.extract(which);
  node.key() = to;
  if (node.mapped().directory) machine_.directories[node.mapped().inode] = to;
  machine_.pins.insert(std::move(node));
}

void pin_tree::erase(std::map<std::string, pin_node>::iterator which) {
  const auto gone = machine_.pins.extract(which);  // what it held ends after it left the table
  if (gone.mapped().directory) machine_.directories.erase(gone.mapped().inode);
}

void pin_tree::remove_tree(const std::string& path) {
  const auto wanted = without_slash(path);
  for (auto at = machine_.pins.lower_bound(wanted + '/');
       at != machine_.pins.end() && is_below(at->first, wanted);
       at = machine_.pins.lower_bound(wanted + '/')) {
    erase(at);
  }
  if (const auto at = machine_.pins.find(wanted); at != machine_.pins.end()) erase(at);
}

result<void> pin_tree::refuse_store_above(std::string_view operation, const std::string& path) {
  for (auto above = parent_of(path); above.size() >= machine_.bpffs_root.size();
       above = parent_of(above)) {
    const auto* const there = find(above);
    if (there == nullptr || !there->directory) continue;
    const auto has = [&](const char* name) {
      const auto* const node = find(above + '/' + name);
      return node != nullptr && !node->directory;
    };
    const bool is_mount = above == machine_.bpffs_root;
    if ((!is_mount && machine_.locks.contains(there->inode)) || has("manifest") || has("journal") ||
        has("record")) {
      return nested(operation, path, "above", above);
    }
  }
  return {};
}

result<void> pin_tree::refuse_store_below(std::string_view operation, const std::string& path) {
  constexpr std::ptrdiff_t levels = 3;
  for (auto at = machine_.pins.lower_bound(path + '/');
       at != machine_.pins.end() && is_below(at->first, path); ++at) {
    const auto parent = parent_of(at->first);
    const auto name = at->first.substr(parent.size() + 1);
    const auto& store = at->second.directory ? at->first : parent;
    const auto inside = store.substr(path.size());
    if (inside.empty() || std::count(inside.begin(), inside.end(), '/') > levels ||
        inside.find("/gen-") != std::string::npos) {
      continue;
    }
    const bool is_store = at->second.directory ? machine_.locks.contains(at->second.inode)
                                               : name == "manifest" || name == "journal";
    if (is_store) return nested(operation, path, "below", store);
  }
  return {};
}

result<void> pin_tree::remove(const std::string& path) {
  const auto wanted = without_slash(path);
  const auto* const there = find(wanted);
  if (there == nullptr) return {};
  if (there->directory && !is_empty(wanted))
    return error::from_errno(ENOTEMPTY, "remove pin", wanted);
  erase(machine_.pins.find(wanted));
  return {};
}

result<std::vector<std::string>> pin_tree::list(const std::string& directory) {
  const auto wanted = without_slash(directory);
  std::vector<std::string> names;
  const auto* const there = find(wanted);
  if (there == nullptr) return names;
  if (!there->directory) return error::from_errno(ENOTDIR, "list pins", wanted);
  for (auto at = machine_.pins.lower_bound(wanted + '/');
       at != machine_.pins.end() && is_below(at->first, wanted); ++at) {
    auto name = at->first.substr(wanted.size() + 1);
    if (name.find('/') != std::string::npos) continue;
    if (at->second.directory) name += '/';
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace linchpin::testing::fake
