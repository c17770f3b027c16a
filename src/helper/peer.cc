// SPDX-License-Identifier: Apache-2.0
#include "helper/peer.h"

#include <pwd.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace toopher::helper {

std::optional<uid_t> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  if (size != sizeof credentials || credentials.uid == static_cast<uid_t>(-1)) return std::nullopt;
  return credentials.uid;
}

std::optional<std::string> account_name(uid_t uid) {
  constexpr std::size_t kLongestEntry = 65'536;
  std::vector<char> buffer(1024);
  for (;;) {
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return entry.pw_name;
    if (error == ERANGE && buffer.size() < kLongestEntry) {
      buffer.resize(4 * buffer.size());
    } else if (error != EINTR) {
      if (error == 0 || error == ENOENT || error == ESRCH) return std::nullopt;
      throw std::system_error(error, std::generic_category(), "looking up an account");
    }
  }
}

}  // namespace toopher::helper
