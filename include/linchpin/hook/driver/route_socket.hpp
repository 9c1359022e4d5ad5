// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

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
  /// Begins and ends an attribute of that type, which contains whatever is added in between.
  [[nodiscard]] std::size_t begin_nest(std::uint16_t type);
  void end_nest(std::size_t start);

  /// A fixed part inside an attribute.
  template <class Fixed>
  void add_fixed(const Fixed& fixed) {
    append(&fixed, sizeof fixed);
  }

  /// The whole request as rtnetlink takes it.
  [[nodiscard]] std::vector<std::byte> bytes(std::uint32_t sequence) const;

 private:
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

/// The attributes in a span of bytes, up to the first that is cut off or malformed.
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

/// Sends one request over a socket and collects its replies until the kernel says that it is done.
/// \param sequence tells replies to this request from those to an earlier one
/// returns: a failure with cause 0 on success
[[nodiscard]] route_failure ask_route(fd_ref socket, std::uint32_t sequence,
                                      const route_message& message,
                                      std::vector<route_reply>& replies);

/// Requests to rtnetlink in the calling thread's network namespace.
class route_socket {
 public:
  /// errors: errno of socket(2)
  [[nodiscard]] static result<route_socket> open(std::string_view operation,
                                                 std::string_view subject);

  /// As `ask_route`.
  [[nodiscard]] route_failure ask(const route_message& message, std::vector<route_reply>& replies) {
    return ask_route(socket_.ref(), ++sequence_, message, replies);
  }

  /// Gives the descriptor to the caller, who has to close it.
  [[nodiscard]] int release() && noexcept { return std::move(socket_).release(); }

 private:
  explicit route_socket(unique_fd socket) : socket_(std::move(socket)) {}
  unique_fd socket_;
  std::uint32_t sequence_ = 0;
};

constexpr std::size_t route_aligned(std::size_t length) noexcept {
  return (length + NLMSG_ALIGNTO - 1) & ~static_cast<std::size_t>(NLMSG_ALIGNTO - 1);
}

template <class Record>
bool take_record(std::span<const std::byte> bytes, Record& record) noexcept {
  if (bytes.size() < sizeof record) return false;
  std::memcpy(&record, bytes.data(), sizeof record);
  return true;
}

// NLMSG_ERROR: an errno, the request's header (its body only on failure, when the kernel is not
// asked to cap it), then attributes with an explanation.
inline route_failure read_failure(const nlmsghdr& header, std::span<const std::byte> body) {
  route_failure failure;
  nlmsgerr record{};
  if (!take_record(body, record)) return {EBADMSG, {}};
  failure.cause = -record.error;
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return failure;
  std::size_t start = sizeof record;
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) {
    start = sizeof(int) + route_aligned(record.msg.nlmsg_len);
  }
  if (start > body.size()) return failure;
  for (const auto& attribute : route_attributes(body.subspan(start))) {
    if (attribute.type == NLMSGERR_ATTR_MSG) failure.text = attribute.text();
  }
  return failure;
}

inline void route_message::append(const void* data, std::size_t length) {
  const auto* start = static_cast<const std::byte*>(data);
  body_.insert(body_.end(), start, start + length);
  body_.resize(route_aligned(body_.size()));
}

inline void route_message::add(std::uint16_t type, const void* data, std::size_t length) {
  rtattr header{};
  header.rta_len = static_cast<unsigned short>(sizeof header + length);
  header.rta_type = type;
  append(&header, sizeof header);
  append(data, length);
}

inline std::size_t route_message::begin_nest(std::uint16_t type) {
  const std::size_t start = body_.size();
  add(static_cast<std::uint16_t>(type | NLA_F_NESTED), nullptr, 0);
  return start;
}

inline void route_message::end_nest(std::size_t start) {
  const auto length = static_cast<unsigned short>(body_.size() - start);
  std::memcpy(body_.data() + start + offsetof(rtattr, rta_len), &length, sizeof length);
}

inline std::vector<route_attribute> route_attributes(std::span<const std::byte> bytes) {
  std::vector<route_attribute> list;
  rtattr header{};
  while (take_record(bytes, header) && header.rta_len >= sizeof header &&
         header.rta_len <= bytes.size()) {
    list.push_back({static_cast<std::uint16_t>(header.rta_type & NLA_TYPE_MASK),
                    bytes.subspan(sizeof header, header.rta_len - sizeof header)});
    bytes = bytes.subspan(std::min(route_aligned(header.rta_len), bytes.size()));
  }
  return list;
}

inline result<route_socket> route_socket::open(std::string_view operation,
                                               std::string_view subject) {
  auto made = unique_fd::adopt(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!made) return kernel_error(errno, operation, subject);
  // Where these options cannot be set, the kernel answers without an explanation.
  const int on = 1;
  ::setsockopt(made.native(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(made.native(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  return route_socket{std::move(made)};
}

inline std::vector<std::byte> route_message::bytes(std::uint32_t sequence) const {
  nlmsghdr header{};
  header.nlmsg_type = type_;
  header.nlmsg_flags = static_cast<std::uint16_t>(flags_ | NLM_F_REQUEST | NLM_F_ACK);
  header.nlmsg_seq = sequence;
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body_.size());
  std::vector<std::byte> request(header.nlmsg_len);
  std::memcpy(request.data(), &header, sizeof header);
  std::memcpy(request.data() + sizeof header, body_.data(), body_.size());
  return request;
}

inline route_failure ask_route(fd_ref socket, std::uint32_t sequence, const route_message& message,
                               std::vector<route_reply>& replies) {
  const auto request = message.bytes(sequence);
  if (::send(socket.native(), request.data(), request.size(), 0) < 0) return {errno, {}};

  std::vector<std::byte> buffer(std::size_t{64} * 1024);
  for (;;) {
    const ssize_t length = ::recv(socket.native(), buffer.data(), buffer.size(), MSG_TRUNC);
    if (length < 0) {
      if (errno == EINTR) continue;
      return {errno, {}};
    }
    if (static_cast<std::size_t>(length) > buffer.size()) return {EMSGSIZE, {}};
    std::span<const std::byte> rest{buffer.data(), static_cast<std::size_t>(length)};
    nlmsghdr reply{};
    while (take_record(rest, reply) && reply.nlmsg_len >= sizeof reply &&
           reply.nlmsg_len <= rest.size()) {
      const auto body = rest.subspan(sizeof reply, reply.nlmsg_len - sizeof reply);
      rest = rest.subspan(std::min(route_aligned(reply.nlmsg_len), rest.size()));
      if (reply.nlmsg_seq != sequence) continue;
      if ((reply.nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        return {EAGAIN, "dump interrupted by a change"};
      if (reply.nlmsg_type == NLMSG_ERROR) return read_failure(reply, body);
      if (reply.nlmsg_type == NLMSG_DONE) {
        int cause = 0;
        if (take_record(body, cause) && cause < 0) return {-cause, {}};
        return {};
      }
      replies.push_back({reply.nlmsg_type, {body.begin(), body.end()}});
    }
  }
}

}  // namespace linchpin::detail
