// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ground.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

template <class Tag, class Representation>
struct Catch::StringMaker<linchpin::strong_id<Tag, Representation>> {
  static std::string convert(linchpin::strong_id<Tag, Representation> id) {
    return std::to_string(id.value);
  }
};

template <>
struct Catch::StringMaker<linchpin::errc> {
  static std::string convert(linchpin::errc what) {
    return linchpin::make_error_code(what).message();
  }
};

/// What the suites say over and over.
namespace conformance {

/// An error where one must be, with the condition that the contract names.
#define CONFORMANCE_FAILS(expression, wanted)                      \
  do {                                                             \
    const auto& outcome_ = (expression);                           \
    REQUIRE_FALSE(outcome_.has_value());                           \
    INFO(outcome_.error().message());                              \
    CHECK(outcome_.error().condition() == linchpin::errc::wanted); \
  } while (false)

/// One hook, with an object that has a program for it.
struct hook_case {
  std::string_view name;
  linchpin::mechanism how;
  linchpin::uapi::attach_type type;
  bool exclusive;
  std::span<const std::byte> (*object)();
  std::string_view program;
  /// A program of another type in the same object; empty where there is none.
  std::string_view stranger;
};

/// Every hook whose attachments are links.
[[nodiscard]] std::span<const hook_case> link_hooks();
[[nodiscard]] const hook_case& find_hook(std::string_view name);
[[nodiscard]] const hook_case& clsact_ingress();

/// Skips when this kernel lacks the mechanism.
void require_available(linchpin::kernel& kernel, linchpin::mechanism how);

[[nodiscard]] linchpin::object_image image_of(std::span<const std::byte> elf);
[[nodiscard]] linchpin::loaded_object load(linchpin::kernel& kernel,
                                           std::span<const std::byte> elf);
[[nodiscard]] linchpin::loaded_program take_program(linchpin::loaded_object& from,
                                                    std::string_view name);
/// One that passes every packet.
[[nodiscard]] linchpin::loaded_program any_program(linchpin::kernel& kernel);
[[nodiscard]] linchpin::loaded_map take_map(linchpin::loaded_object& from, std::string_view name);

/// A program for the hook, freshly loaded.
[[nodiscard]] linchpin::loaded_program program_for(linchpin::kernel& kernel, const hook_case& hook);

/// A fresh target for the hook, and the attach point on it.
[[nodiscard]] linchpin::attach_point place_for(ground& on, const hook_case& hook);
/// What ends the target; nothing for a netns, which is the test's own.
void end_target(ground& on, const linchpin::attach_point& at);

/// Whether the link's target is gone, or is within a while: a removed cgroup lets go of its links
/// from a work queue.
[[nodiscard]] bool becomes_zombie(linchpin::kernel& kernel, linchpin::handle_ref link);

/// The program ids in run order.
[[nodiscard]] std::vector<linchpin::program_id> chain_at(linchpin::kernel& kernel,
                                                         const linchpin::attach_point& at);

/// Whether nothing stands there, or is gone within a while: some kernels end a link
/// that lost its last holder only after a grace period.
[[nodiscard]] bool chain_empties(linchpin::kernel& kernel, const linchpin::attach_point& at);

/// An update of a link, naming the old program by a handle.
[[nodiscard]] linchpin::update_request swap(const linchpin::attach_point& at,
                                            const linchpin::attachment& of,
                                            const linchpin::loaded_program& from,
                                            const linchpin::loaded_program& to);

/// The bytes of numbers one after another.
template <class... Numbers>
std::vector<std::byte> bytes_of(Numbers... numbers) {
  std::vector<std::byte> bytes;
  const auto append = [&bytes](auto number) {
    const auto at = bytes.size();
    bytes.resize(at + sizeof number);
    std::memcpy(bytes.data() + at, &number, sizeof number);
  };
  (append(numbers), ...);
  return bytes;
}

}  // namespace conformance
