// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/hook/driver/borrowed.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

result<program_info> live_kernel::describe_program(handle_ref program) {
  return detail::program_at(program.number).info();
}

result<map_info> live_kernel::describe_map(handle_ref map) {
  return detail::map_at(map.number).info();
}

result<std::vector<layout_field>> live_kernel::read_layout(handle_ref map) {
  LINCHPIN_TRY(auto spec, detail::map_at(map.number).spec());
  return std::move(spec.layout);
}

result<link_info> live_kernel::describe_link(handle_ref link) {
  return detail::link_at(link.number).info();
}

result<handle> live_kernel::open_by_id(pin_kind kind, std::uint32_t id) {
  const int number = detail::open_id(id, detail::kind_of_object(kind));
  if (number >= 0) return handle{*this, number};
  const int cause = errno;
  if (cause == ENOENT) return handle{};
  auto refused =
      error::from_errno(cause, "open by id", fmt::format("{} {}", detail::pin_kind_text(kind), id));
  if (cause != EPERM) return refused;
  return std::move(refused).advice("pin it, or grant CAP_SYS_ADMIN: opening by id takes that");
}

result<std::vector<link_id>> live_kernel::list_links() {
  return linchpin::list_links();
}

}  // namespace linchpin
