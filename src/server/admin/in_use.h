// SPDX-License-Identifier: Apache-2.0
// Whether a server works on a database file: a lock (flock(2)) on the file itself, which ends with the process.
#ifndef TOOPHER_SERVER_ADMIN_IN_USE_H
#define TOOPHER_SERVER_ADMIN_IN_USE_H

#include "base/unique_fd.h"
#include "server/server_config.h"

namespace toopher::server::admin {

/// Closing any descriptor of a file ends SQLite's own locks in the same process (fcntl(2)): make it before the store, and
/// keep it longer.
class InUse {
 public:
  enum Kind { together, alone };
  /// Servers hold the lock together; whoever wants to be alone must find nobody. A database that is no file, or no file
  /// yet, is not locked. Throws std::runtime_error when it is in use.
  InUse(const ServerConfig& config, Kind kind);

 private:
  UniqueFd file_;
};

}  // namespace toopher::server::admin

#endif
