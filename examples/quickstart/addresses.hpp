// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

/// Who is who in the quickstart's network.
namespace quickstart {

inline constexpr const char* edge_interface = "edge0";
inline constexpr const char* client_address = "10.77.1.2";
inline constexpr const char* service_address = "10.77.1.1";
inline constexpr std::array backend_addresses{"10.77.2.2", "10.77.3.2"};

inline constexpr std::uint16_t open_port = 7000;
inline constexpr std::uint16_t blocked_port = 7001;
inline constexpr std::uint16_t stream_port = 7002;

}  // namespace quickstart
