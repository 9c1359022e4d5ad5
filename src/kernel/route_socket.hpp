// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// One rtnetlink request: a header, a fixed part, attributes.
class route_message {
 public:
  template <class Fixed>
  route_message(std::uint16_t type, std::uint16_t flags, const Fixed& fixed)
      : type_(type), flags_(flags) {
    append(&fixed, sizeof fixed);
  }

  void add(std::uint16_t type, const void* data, std::size_t length);
  void add_u32(std::uint16_t type, std::uint32_t value) { add(type, &value, sizeof value); }
  /// With the terminating zero that the kernel wants.
  void add_text(std::uint16_t type, const std::string& text) {
    add(type, text.c_str(), text.size() + 1);
  }
  /// Everything added between the two calls goes inside an attribute of that type.
  [[nodiscard]] std::size_t begin_nest(std::uint16_t type);
  void end_nest(std::size_t start);

 private:
  friend class route_socket;
  void append(const void* data, std::size_t length);
  std::uint16_t type_;
  std::uint16_t flags_;
  std::vector<std::byte> body_;
};

/// One attribute of a reply: its type without the nesting flags, and its payload.
struct route_attribute {
  std::uint16_t type = 0;
  std::span<const std::byte> payload;

  [[nodiscard]] std::uint32_t u32() const noexcept {
    std::uint32_t value = 0;
    if (payload.size() >= sizeof value) std::memcpy(&value, payload.data(), sizeof value);
    return value;
  }
  [[nodiscard]] std::string_view text() const noexcept {
    const auto* start = reinterpret_cast<const char*>(payload.data());
    return {start, ::strnlen(start, payload.size())};
  }
};

/// The attributes in a run of bytes; what is cut off or malformed ends the list.
[[nodiscard]] std::vector<route_attribute> route_attributes(std::span<const std::byte> bytes);

/// A reply: the message type and what follows the netlink header.
struct route_reply {
  std::uint16_t type = 0;
  std::vector<std::byte> body;

  template <class Fixed>
  [[nodiscard]] bool read(Fixed& fixed, std::vector<route_attribute>& attributes) const {
    if (body.size() < sizeof fixed) return false;
    std::memcpy(&fixed, body.data(), sizeof fixed);
    const std::size_t start = (sizeof fixed + 3) & ~std::size_t{3};
    attributes = route_attributes(std::span{body}.subspan(std::min(start, body.size())));
    return true;
  }
};

/// What the kernel answered to a request that failed.
struct route_failure {
  int cause = 0;     ///< errno
  std::string text;  ///< the kernel's own explanation, where it gives one
};

/// Requests to rtnetlink in the calling thread's network namespace.
class route_socket {
 public:
  /// errors: errno of socket(2)
  [[nodiscard]] static result<route_socket> open(std::string_view operation,
                                                 std::string_view subject);

  /// Sends one request and collects its replies until the kernel says that it is done.
  /// returns: a failure with cause 0 on success
  [[nodiscard]] route_failure ask(const route_message& message, std::vector<route_reply>& replies);

 private:
  explicit route_socket(unique_fd socket) : socket_(std::move(socket)) {}
  unique_fd socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace linchpin::detail
