// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/error_texts.hpp"
#include "../kernel/ground.hpp"

#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What the running kernel makes of places for stores, pins and targets.

namespace place_words_test {

using namespace linchpin;
using error_texts::varying;

namespace {

// A directory on a file system of another type.
class mounted {
 public:
  explicit mounted(std::string path, const char* type) : path_(std::move(path)) {
    REQUIRE(std::filesystem::create_directory(path_));
    REQUIRE(::mount(type, path_.c_str(), type, 0, nullptr) == 0);
  }
  mounted(const mounted&) = delete;
  mounted& operator=(const mounted&) = delete;
  ~mounted() {
    ::umount(path_.c_str());
    std::filesystem::remove(path_);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// In a thread that has none of the capabilities.
template <class Try>
error without_capabilities(Try&& attempt) {
  std::optional<error> told;
  std::thread{[&] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) return;
    auto outcome = attempt();
    if (!outcome) told = std::move(outcome).error();
  }}.join();
  REQUIRE(told);
  return *told;
}

}  // namespace

TEST_CASE("texts of directories that take no store", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  error_texts::area told{"directory"};
  const varying bpffs{box.bpffs(), "<bpffs>"};
  {
    const mounted other{box.bpffs().substr(0, box.bpffs().rfind('/')) + "/other", "tmpfs"};
    told.add("on another file system", kernel.lock(other.path() + "/edge"),
             {{other.path(), "<tmpfs>"}});
  }
  {
    const auto outer = kernel.lock(box.bpffs() + "/outer").value();
    live_kernel second;
    const varying own{std::to_string(::getpid()), "<pid>"};
    told.add("locked by this process", second.lock(box.bpffs() + "/outer"), {bpffs, own});
    told.add("below another store", second.lock(box.bpffs() + "/outer/in"), {bpffs, own});
  }
  {
    const auto store = box.bpffs() + "/edge";
    const auto lock = kernel.lock(store).value();
    std::filesystem::rename(store, box.bpffs() + "/aside");
    told.add("renamed while it is locked", kernel.check_lock(lock.ref(), store), {bpffs});
    std::filesystem::remove_all(box.bpffs() + "/aside");
    told.add("removed while it is locked", kernel.check_lock(lock.ref(), store), {bpffs});
    told.add("written after it was removed",
             kernel.write_blob(path_through(lock.ref()) + "/manifest", {}), {bpffs});
  }
  const auto program = live::xdp_program(kernel, "lpk_held");
  const auto id = live::id_of(kernel, program).value;
  told.add("of a user who may not open by id",
           without_capabilities([&] { return kernel.open_by_id(pin_kind::program, id); }),
           {{std::to_string(id), "<program>"}});
  told.add("of a user who may not list links",
           without_capabilities([&] { return kernel.list_links(); }));
  told.add("of a user who may not write",
           without_capabilities([&] { return kernel.write_blob(box.bpffs() + "/blob", {}); }),
           {bpffs});
  told.check();
}

TEST_CASE("texts of a store that another process holds", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  const auto store = box.bpffs() + "/edge";
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    live_kernel holder;
    const auto held = holder.lock(store);
    const char word = held ? 'y' : 'n';
    static_cast<void>(!::write(ready[1], &word, 1));
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  REQUIRE(::read(ready[0], &word, 1) == 1);
  live_kernel kernel;
  const auto opened = orchestrator<>::open(store, {.on = &kernel});
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  ::close(ready[0]);
  ::close(ready[1]);
  error_texts::area told{"other process"};
  told.add("at work on the store", opened,
           {{box.bpffs(), "<bpffs>"}, {std::to_string(child), "<pid>"}});
  told.check();
}

TEST_CASE("texts of pins that are not what they should be", "[errors][kernel]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  error_texts::area told{"pin"};
  const varying bpffs{box.bpffs(), "<bpffs>"};
  const auto program = live::xdp_program(kernel, "lpk_words");
  const auto path = box.bpffs() + "/program";
  REQUIRE(kernel.pin(program.ref(), path));
  told.add("a second one at one path", kernel.pin(program.ref(), path), {bpffs});
  told.add("with a dot in its name", kernel.pin(program.ref(), box.bpffs() + "/v1.2"), {bpffs});
  told.add("a program in the place of a record", kernel.read_blob(path), {bpffs});
  told.add("a program in the place of a directory", kernel.list_pins(path), {bpffs});
  told.add("below a program", kernel.pin(program.ref(), path + "/under"), {bpffs});
  told.add("a directory that is not empty",
           [&] {
             REQUIRE(kernel.pin(program.ref(), box.bpffs() + "/full/program"));
             return kernel.remove_pin(box.bpffs() + "/full");
           }(),
           {bpffs});
  const auto number = std::to_string(program.ref().number);
  told.add("a program described as a map", kernel.describe_map(program.ref()),
           {{number, "<descriptor>"}});
  told.check();
}

TEST_CASE("texts of targets that are none", "[errors][kernel]") {
  auto box = live::enter("kernel");
  live_kernel kernel;
  error_texts::area told{"target"};
  const auto resolved = [&kernel](target_kind kind, std::string name) {
    const target asked[] = {{kind, std::move(name)}};
    return kernel.resolve(asked);
  };
  told.add("a directory that is no cgroup", resolved(hook::cgroup_target, "/proc"));
  const auto cgroup = live::make_cgroup(box, "words");
  told.add("a file of a cgroup", resolved(hook::cgroup_target, cgroup + "/cgroup.procs"),
           {{cgroup, "<cgroup>"}});
  told.add("of a kind that there is not", resolved(target_kind{42}, "eth0"));
  const attach_point behind{
      hook::netns_link, uapi::attach_type::sk_lookup, {hook::netns_target, "/dev/null/blue"}, {}};
  told.add("a path that goes on behind a file", kernel.query(behind));
  told.add("another kind of namespace", resolved(hook::netns_target, "/proc/self/ns/uts"));
  told.check();
}

}  // namespace place_words_test
