// SPDX-License-Identifier: Apache-2.0
#include "server/admin/in_use.h"

#include <fcntl.h>
#include <sys/file.h>

#include <stdexcept>
#include <string>

#include "server/store/postgres_options.h"

namespace toopher::server::admin {

InUse::InUse(const ServerConfig& config, Kind kind) {
  const std::string& database = config.database;
  if (postgres::Options::is_meant(database)) return;
  file_.reset(::open(database.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file_ || ::flock(file_.get(), (kind == alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return;
  throw std::runtime_error(
      kind == alone ? "a toopherd works on " + database +
                          ", but not at the admin-socket of this configuration; use its own configuration"
                    : "toopher-admin works on " + database + " just now; try again");
}

}  // namespace toopher::server::admin
