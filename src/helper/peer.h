// SPDX-License-Identifier: Apache-2.0
// Who connected to the helper's socket, by the kernel's word.
#ifndef TOOPHER_HELPER_PEER_H
#define TOOPHER_HELPER_PEER_H

#include <sys/types.h>

#include <optional>
#include <string>

namespace toopher::helper {

/// The effective uid with which the other end called connect(2), or listen(2) where this end connected (unix(7),
/// SO_PEERCRED); nothing if the kernel does not say.
[[nodiscard]] std::optional<uid_t> peer_of(int socket);

/// pw_name; nothing if there is no such account. Throws std::system_error if the look-up fails.
[[nodiscard]] std::optional<std::string> account_name(uid_t uid);

}  // namespace toopher::helper

#endif
