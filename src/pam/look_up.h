// SPDX-License-Identifier: Apache-2.0
// Calling the reentrant look-ups of the C library (getpwnam_r(3), getgrnam_r(3)).
#ifndef TOOPHER_PAM_LOOK_UP_H
#define TOOPHER_PAM_LOOK_UP_H

#include <cerrno>
#include <cstddef>
#include <vector>

namespace toopher::pam {

inline constexpr std::size_t kMaxEntry =
    1'048'576;  ///< the longest passwd or group entry that is taken, in bytes

/// Calls `look(data, size)` with a growing buffer, which the entry's strings live in; its error number (0: found or not
/// found).
template <typename Look>
int look_up(std::vector<char>& buffer, Look look) {
  for (buffer.resize(1024);; buffer.resize(buffer.size() * 4)) {
    const int error = look(buffer.data(), buffer.size());
    if (error == EINTR) continue;
    if (error != ERANGE || buffer.size() >= kMaxEntry) return error;
  }
}

/// What they may return for "no such entry".
inline bool means_absent(int error) {
  return error == 0 || error == ENOENT || error == ESRCH;
}

}  // namespace toopher::pam

#endif
