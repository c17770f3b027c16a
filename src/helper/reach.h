// SPDX-License-Identifier: Apache-2.0
// A host's or a tool's way to a helper: the service that keeps connections warm where it runs, else one of its own.
#ifndef TOOPHER_HELPER_REACH_H
#define TOOPHER_HELPER_REACH_H

#include <string>

#include "base/deadline.h"
#include "config.h"
#include "helper/launch.h"

namespace toopher::helper {

/// Where toopher-helper.socket listens.
inline constexpr const char* kServiceSocket = HELPER_SOCKET;

struct Way {
  std::string config_file;
  std::string program = kInstalledHelper;  ///< to spawn
  /// Nothing but the machine's own configuration and helper is wanted, so the service, which has them, may do.
  bool may_share = false;
  /// The account whose file names its pairing; "": the server knows it. Such a way cannot be shared.
  std::string pairing_of = {};
};

/// A helper that has greeted. Where the way may be shared, first the service is called; its socket must lie in a directory
/// of root's, belong to root or the helper's user, and greet within a second. Nothing is sent before that, so root may
/// start over: it then spawns a helper, which anybody else cannot (the credentials are not theirs). What the host blocks
/// of the signals that ask it to stop ends the wait for the helper: one of the service does not get the terminal's Ctrl-C,
/// and the kernel tells only the leader of the session that its terminal is gone. Throws LaunchError. `clock` must outlive the result.
[[nodiscard]] HelperProcess reach(const Way& way, const Deadline& deadline, const Clock& clock);

}  // namespace toopher::helper

#endif
