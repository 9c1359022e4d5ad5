// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include <bpf/libbpf.h>

/// What bpftool writes of an object, as far as it is the same for all of them.
class opened_skeleton {
 public:
  explicit opened_skeleton(std::span<const std::byte> elf)
      : elf_(elf), object_(bpf_object__open_mem(elf.data(), elf.size(), nullptr)) {
    REQUIRE(object_ != nullptr);
    skeleton_.sz = sizeof skeleton_;
    skeleton_.name = "globals";
    // A member that older libbpfs have without const.
    skeleton_.data = const_cast<std::byte*>(elf.data());
    skeleton_.data_sz = elf.size();
    skeleton_.obj = &object_;
  }
  opened_skeleton(const opened_skeleton&) = delete;
  opened_skeleton& operator=(const opened_skeleton&) = delete;
  ~opened_skeleton() { bpf_object__close(object_); }

  [[nodiscard]] bpf_object_skeleton& get() noexcept { return skeleton_; }
  [[nodiscard]] bpf_map* map(std::string_view name) {
    for (auto* map = bpf_object__next_map(object_, nullptr); map != nullptr;
         map = bpf_object__next_map(object_, map)) {
      if (std::string_view{bpf_map__name(map)}.ends_with(name)) return map;
    }
    FAIL("no map " << name);
    return nullptr;
  }
  [[nodiscard]] bpf_program* program() { return bpf_object__next_program(object_, nullptr); }
  /// As `skeleton->rodata->sample_every = 100`.
  template <class Value>
  void set(std::string_view variable, Value value) {
    const auto image = linchpin::object_source::memory("skeleton", elf_).read().value();
    const auto& all = image.spec().variables;
    const auto place = std::find_if(
        all.begin(), all.end(), [variable](const auto& other) { return other.name == variable; });
    REQUIRE(place != all.end());
    REQUIRE(place->size == sizeof value);
    std::size_t size = 0;
    auto* memory =
        static_cast<std::byte*>(const_cast<void*>(bpf_map__initial_value(map(place->map), &size)));
    REQUIRE(size >= place->offset + place->size);
    std::memcpy(memory + place->offset, &value, sizeof value);
  }

 private:
  std::span<const std::byte> elf_;
  bpf_object* object_;
  bpf_object_skeleton skeleton_{};
};
