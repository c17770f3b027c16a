// SPDX-License-Identifier: Apache-2.0
// From one process to several: all rows of an SQLite installation, copied into an empty PostgreSQL.
#ifndef TOOPHER_SERVER_MIGRATE_H
#define TOOPHER_SERVER_MIGRATE_H

#include <string>

#include "server/server_config.h"

namespace toopher::server {

/// Copies every table of the SQLite database that `config` names into the PostgreSQL that `to` names, in one transaction, and
/// compares both. The file is brought to the newest version and else left as it is. Prints what it did, and what to write
/// into the configuration. Throws std::runtime_error or StoreError: while a server or another program writes to the file,
/// when the target is not empty, or when a row did not arrive as it was; the target is as before then.
void migrate(const ServerConfig& config, const std::string& to, const std::string& password_file);

}  // namespace toopher::server

#endif
