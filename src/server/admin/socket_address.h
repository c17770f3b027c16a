// SPDX-License-Identifier: Apache-2.0
// A path as the address of a Unix socket, of any length.
#ifndef TOOPHER_SERVER_ADMIN_SOCKET_ADDRESS_H
#define TOOPHER_SERVER_ADMIN_SOCKET_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "base/unique_fd.h"

namespace toopher::server::admin {

/// An address holds 107 bytes; a longer path is reached through a descriptor of its directory, so keep this until it has been
/// used. Throws std::runtime_error.
class SocketAddress {
 public:
  explicit SocketAddress(const std::string& path);
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] static socklen_t size() { return sizeof(sockaddr_un); }
  /// The path as the kernel gets it.
  [[nodiscard]] const char* path() const { return address_.sun_path; }

 private:
  UniqueFd directory_;
  sockaddr_un address_{};
};

}  // namespace toopher::server::admin

#endif
