// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ground.hpp"

#include <linchpin/testing/child.hpp>

#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace linchpin;

TEST_CASE("a lock is held until its handle closes", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live_kernel other;
  const auto directory = box.bpffs() + "/edge/store";
  {
    const auto held = kernel.lock(directory).value();
    CHECK(held);
    const auto second = other.lock(directory);
    REQUIRE_FALSE(second);
    CHECK(second.error().is(errc::busy));
    CHECK(second.error().found().find(std::to_string(::getpid())) != std::string_view::npos);
  }
  CHECK(other.lock(directory));
}

TEST_CASE("a busy lock names the process that holds it, which ends with that process",
          "[kernel][lock]") {
  const auto box = live::enter("kernel");
  const auto directory = box.bpffs() + "/edge";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    live_kernel kernel;
    const auto held = kernel.lock(directory);
    const char word = held ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &word, 1));
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  REQUIRE(::read(ready[0], &word, 1) == 1);
  CHECK(word == 'y');
  live_kernel kernel;
  const auto refused = kernel.lock(directory);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::busy));
  CHECK(refused.error().found().find(std::to_string(child)) != std::string_view::npos);
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(kernel.lock(directory));
}

TEST_CASE("errors below a lock name the directory as people know it", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto store = box.bpffs() + "/edge";
  const auto lock = kernel.lock(store).value();
  const auto inside = path_through(lock.ref());
  const auto program = live::xdp_program(kernel, "lpk_lock");
  const auto names = [&](const auto& outcome, const std::string& path) {
    REQUIRE_FALSE(outcome);
    INFO(outcome.error().message());
    CHECK(outcome.error().message().find(path) != std::string::npos);
    CHECK(outcome.error().message().find("/proc/self/fd") == std::string::npos);
  };
  REQUIRE(kernel.pin(program.ref(), inside + "/web/program"));
  names(kernel.pin(program.ref(), inside + "/web/program"), store + "/web/program");
  names(kernel.pin(program.ref(), inside + "/with.dot"), store + "/with.dot");
  names(kernel.remove_pin(inside + "/web"), store + "/web");
  names(kernel.list_pins(inside + "/web/program"), store + "/web/program");
  names(kernel.read_blob(inside + "/web/program"), store + "/web/program");
  names(kernel.rename_pin(inside + "/none", inside + "/web/none"), store + "/none");
  names(kernel.write_blob(inside + "/web/program/under", {}), store + "/web/program/under");

  std::filesystem::remove_all(store);
  const auto lost = kernel.write_blob(inside + "/manifest", {});
  names(lost, store + "/manifest");
  CHECK(lost.error().found().find(store + " was removed") != std::string_view::npos);
}

TEST_CASE("a forked child is told both pids, and the parent goes on", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  const auto store = box.bpffs() + "/edge";
  live_kernel kernel;
  const auto lock = kernel.lock(store).value();
  const auto parent = std::to_string(::getpid());
  const auto end = testing::in_child([&] {
    const auto refused = kernel.check_lock(lock.ref(), store);
    if (refused) return 1;
    if (!refused.error().is(errc::busy)) return 2;
    const auto message = refused.error().message();
    if (message.find("pid " + parent) == std::string::npos) return 3;
    if (message.find("pid " + std::to_string(::getpid())) == std::string::npos) return 4;
    kernel.close(lock.ref().number);
    return 0;
  });
  CHECK(end.value() == testing::child_end{false, 0});
  CHECK(kernel.check_lock(lock.ref(), store));
  live_kernel other;
  const auto second = other.lock(store);
  REQUIRE_FALSE(second);
  CHECK(second.error().is(errc::busy));
}

TEST_CASE("the holder of the store around a store is named", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  live_kernel other;
  const auto outer = kernel.lock(box.bpffs() + "/outer").value();
  const auto refused = other.lock(box.bpffs() + "/outer/in/side");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::already_exists));
  CHECK(refused.error().found().find(box.bpffs() + "/outer, locked by this process (pid " +
                                     std::to_string(::getpid())) != std::string_view::npos);
  CHECK_FALSE(std::filesystem::exists(box.bpffs() + "/outer/in"));
}

TEST_CASE("the search for a store above ends at the mount", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  // What is above belongs to another file system, whatever it is called.
  const auto above = std::filesystem::path{box.bpffs()}.parent_path() / "manifest";
  const int made = ::open(above.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(made >= 0);
  ::close(made);
  const auto lock = kernel.lock(box.bpffs() + "/edge");
  const auto root = kernel.lock(box.bpffs());
  std::filesystem::remove(above);
  CHECK(lock);
  // The mount itself may be a store, and then has others inside.
  REQUIRE_FALSE(root);
  CHECK(root.error().is(errc::already_exists));
}

TEST_CASE("others' pins with the names of records make no store inside", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto store = box.bpffs() + "/edge";
  const auto program = live::xdp_program(kernel, "lpk_name");
  for (const auto* const name : {"/web/manifest", "/web/journal", "/sub/deep/manifest"}) {
    CAPTURE(name);
    REQUIRE(kernel.pin(program.ref(), store + name));
    CHECK(kernel.lock(store));
  }
  // A component's directory that somebody locks is no store either.
  REQUIRE(kernel.write_blob(store + "/web/record", {}));
  const int holder = ::open((store + "/web").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(holder, LOCK_EX | LOCK_NB) == 0);
  CHECK(kernel.lock(store));
  ::close(holder);
  // A store's own records do.
  REQUIRE(kernel.write_blob(store + "/gen-store/manifest", {}));
  const auto refused = kernel.lock(store);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::already_exists));
}

TEST_CASE("a component's directory is no place for a store, wherever it is mounted",
          "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto component = box.bpffs() + "/edge/web";
  REQUIRE(kernel.write_blob(component + "/record", {}));
  const auto lock = kernel.lock(box.bpffs() + "/edge");
  REQUIRE(lock);
  const auto elsewhere = std::filesystem::path{box.bpffs()}.parent_path() / "elsewhere";
  REQUIRE(std::filesystem::create_directory(elsewhere));
  REQUIRE(::mount(component.c_str(), elsewhere.c_str(), nullptr, MS_BIND, nullptr) == 0);
  const auto refused = kernel.lock(elsewhere.string());
  CHECK(::umount(elsewhere.c_str()) == 0);
  std::filesystem::remove(elsewhere);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::already_exists));
}

TEST_CASE("who reads a directory under a shared lock is no store", "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto other = box.bpffs() + "/edge/web";
  REQUIRE(std::filesystem::create_directories(other));
  const int reader = ::open(other.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(reader, LOCK_SH | LOCK_NB) == 0);
  CHECK(kernel.lock(box.bpffs() + "/edge"));
  // The look for stores let go of nobody's lock.
  const int second = ::open(other.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK(::flock(second, LOCK_EX | LOCK_NB) != 0);
  ::close(second);
  ::close(reader);
}

TEST_CASE("a lock that another tool takes of the whole bpffs keeps no store from opening",
          "[kernel][lock]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const int tool = ::open(box.bpffs().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(tool, LOCK_EX | LOCK_NB) == 0);
  CHECK(kernel.lock(box.bpffs() + "/edge"));
  ::close(tool);
  // A store that is the whole bpffs is known by its pins.
  REQUIRE(kernel.write_blob(box.bpffs() + "/manifest", {}));
  const auto refused = kernel.lock(box.bpffs() + "/edge");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::already_exists));
}
