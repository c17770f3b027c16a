// SPDX-License-Identifier: Apache-2.0
// From whatever state a host process left to a process that can do little harm: fresh signals, limits and descriptors,
// then an own user without privileges.
#ifndef TOOPHER_HELPER_START_H
#define TOOPHER_HELPER_START_H

#include <sys/types.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace toopher::helper {

/// The helper cannot do its work. what() is a sentence for the log; kind() a word of `failure`.
class StartError : public std::runtime_error {
 public:
  StartError(std::string_view kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] std::string_view kind() const { return kind_; }

 private:
  std::string_view kind_;
};

/// Leaves descriptors 0 to 2 only, no environment, umask 077, `/`, no core files, wide limits, default signals.
/// INT, TERM and HUP are blocked and come through the descriptor that is returned. Throws StartError.
[[nodiscard]] UniqueFd reset_process();

struct Identity {
  uid_t uid;
  gid_t gid;
};

/// The user to become: that of the build where this process is root, else nothing. Throws StartError if it does not
/// exist, or if this process is half privileged (setuid to somebody who is not root).
[[nodiscard]] std::optional<Identity> identity_to_assume();

/// Gives up root for good, with these supplementary groups, and verifies that there is no way back. Throws StartError.
void assume(const Identity& identity, const std::vector<gid_t>& groups = {});

/// No privileges by execve(2), no core, no ptrace by others of the same user. Throws StartError.
void renounce_privileges();

}  // namespace toopher::helper

#endif
