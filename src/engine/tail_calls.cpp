// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/tail_calls.hpp"

#include <cstring>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::uint32_t number_at(std::span<const std::byte> from, std::size_t index) {
  std::uint32_t number = 0;
  std::memcpy(&number, from.data() + index * sizeof number, sizeof number);
  return number;
}

void append(std::vector<std::byte>& to, std::uint32_t number) {
  const auto* first = reinterpret_cast<const std::byte*>(&number);
  to.insert(to.end(), first, first + sizeof number);
}

// A slot of a running array, and what its program can be named by.
struct filled_slot {
  std::uint32_t number = 0;
  program_id program{};
  const program_record* own = nullptr;  // of the generation that the array belongs to
  handle opened;
  handle_ref held{};  // the program itself
};

// A program that some component of this store has.
handle_ref held_program(const running_state& state, program_id wanted) {
  for (const auto& component : state.components) {
    for (const auto& record : component.record.generations) {
      const auto* found = record.find_program(wanted);
      const auto* live = component.find(record.number);
      if (found == nullptr || live == nullptr) continue;
      return live->find_program(found->name)->held;
    }
  }
  return {};
}

class array_reader {
 public:
  array_reader(running_state& state, const running_component& of)
      : state_(state), record_(*of.record.running()), live_(*of.current()) {
    for (const auto& program : record_.programs) own_.emplace(program.id.value, &program);
  }

  [[nodiscard]] const generation_record& record() const noexcept { return record_; }

  // returns: empty slots left out
  result<std::vector<filled_slot>> read(const map_record& array) {
    std::vector<filled_slot> slots;
    const auto from = live_.find_map(array.spec.name);
    if (!from) {
      return error{errc::permission_denied, "read map", fmt::format("map {}", array.spec.name)}
          .expected("its pin, to fill the array of a program that moves")
          .found("nothing that could be opened");
    }
    LINCHPIN_TRY(const auto entries, state_.store.kernel().read_map(from));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto& slot = slots.emplace_back();
      slot.number = number_at(entries.keys, i);
      slot.program = {number_at(entries.values, i)};
      const auto own = own_.find(slot.program.value);
      if (own != own_.end()) slot.own = own->second;
      if (slot.own == nullptr) LINCHPIN_CHECK(name(slot));
    }
    return slots;
  }

 private:
  result<void> name(filled_slot& slot) {
    slot.held = held_program(state_, slot.program);
    if (slot.held) return {};
    auto opened = state_.store.kernel().open_by_id(pin_kind::program, slot.program.value);
    if (!opened && !opened.error().is(errc::permission_denied)) return std::move(opened).error();
    if (!opened) return {};
    slot.opened = *std::move(opened);
    slot.held = slot.opened.ref();
    return {};
  }

  running_state& state_;
  const generation_record& record_;
  const live_generation& live_;
  std::unordered_map<std::uint32_t, const program_record*> own_;  // by id
};

template <class Each>
result<void> for_each_array(const generation_record& record, Each each) {
  for (const auto& map : record.maps) {
    if (map.spec.type == uapi::map_type::prog_array) LINCHPIN_CHECK(each(map));
  }
  return {};
}

std::string text_of(const map_record& array, const filled_slot& slot) {
  return fmt::format("map {}, slot {}: program {}", array.spec.name, slot.number,
                     slot.program.value);
}

// Slots that the object fills when it is loaded, and that user space has emptied since.
result<void> empty_others(kernel& kernel, handle_ref into, const std::vector<filled_slot>& wanted) {
  LINCHPIN_TRY(const auto filled, kernel.read_map(into));
  std::unordered_set<std::uint32_t> stays;
  for (const auto& slot : wanted) stays.insert(slot.number);
  std::vector<std::byte> surplus;
  for (std::size_t i = 0; i < filled.size(); ++i) {
    const auto number = number_at(filled.keys, i);
    if (!stays.contains(number)) append(surplus, number);
  }
  return surplus.empty() ? result<void>{} : kernel.erase_keys(into, surplus);
}

}  // namespace

result<std::vector<std::string>> closed_slots(running_state& state, const running_component& of) {
  std::vector<std::string> closed;
  array_reader reader{state, of};
  LINCHPIN_CHECK(for_each_array(reader.record(), [&](const map_record& array) -> result<void> {
    LINCHPIN_TRY(const auto slots, reader.read(array));
    for (const auto& slot : slots) {
      if (slot.own == nullptr && !slot.held) closed.push_back(text_of(array, slot));
    }
    return {};
  }));
  return closed;
}

result<void> carry_tail_calls(running_state& state, const running_component& of,
                              const live_generation& twin) {
  array_reader reader{state, of};
  auto& kernel = state.store.kernel();
  return for_each_array(reader.record(), [&](const map_record& array) -> result<void> {
    const auto into = twin.find_map(array.spec.name);
    if (!into) return {};
    LINCHPIN_TRY(const auto slots, reader.read(array));
    map_entries calls{sizeof(std::uint32_t), sizeof(std::uint32_t), {}, {}};
    for (const auto& slot : slots) {
      const auto own = slot.own == nullptr ? std::nullopt : twin.find_program(slot.own->name);
      const auto program = own ? own->held : slot.held;
      if (!program) {
        return error{errc::permission_denied, "fill tail-call array", text_of(array, slot)}
            .expected("a program that this process may open, to copy it into the second array")
            .found("a program whose opening by its id takes CAP_SYS_ADMIN");
      }
      append(calls.keys, slot.number);
      append(calls.values, static_cast<std::uint32_t>(program.number));
    }
    if (calls.size() != 0) LINCHPIN_CHECK(kernel.write_map(into, calls, false));
    return empty_others(kernel, into, slots);
  });
}

}  // namespace linchpin
