// SPDX-License-Identifier: Apache-2.0
// Which addresses a server may be sent to by a URL that somebody else chose.
#ifndef TOOPHER_SERVER_PUSH_ADDRESSES_H
#define TOOPHER_SERVER_PUSH_ADDRESSES_H

#include <sys/socket.h>

namespace toopher::server::push {

/// Whether it is an address of the public internet: not of this machine, of a private network or link, of a carrier's
/// translation, for documentation or tests, multicast, or an IPv6 form of such an IPv4 one (RFC 6890, RFC 8190).
[[nodiscard]] bool is_public(const sockaddr& address);

}  // namespace toopher::server::push

#endif
