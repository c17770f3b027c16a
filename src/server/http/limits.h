// SPDX-License-Identifier: Apache-2.0
// What one client may cost: the limits of toopherd.conf, with their defaults.
#ifndef TOOPHER_SERVER_HTTP_LIMITS_H
#define TOOPHER_SERVER_HTTP_LIMITS_H

#include <chrono>
#include <cstddef>

namespace toopher::server {

struct Limits {
  std::size_t connections = 60'000;            ///< at a time
  std::size_t connections_of_address = 1'024;  ///< of them from one address (IPv6: one network of 64 bits)
  std::size_t parked = 50'000;                 ///< polls that wait at a time
  std::size_t header = 8'192;                  ///< bytes of request line and header fields
  std::size_t body = 65'536;                   ///< bytes
  std::chrono::seconds handshake_timeout{10};  ///< for the TLS handshake
  std::chrono::seconds idle_timeout{75};       ///< between two requests of a connection
  std::chrono::seconds read_timeout{15};       ///< for one whole request, from its first byte
  std::chrono::seconds write_timeout{15};      ///< for one whole answer
};

}  // namespace toopher::server

#endif
