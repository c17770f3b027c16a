// SPDX-License-Identifier: Apache-2.0
// The way from an SQLite file to a PostgreSQL.
#ifndef TOOPHER_SERVER_ADMIN_MIGRATION_H
#define TOOPHER_SERVER_ADMIN_MIGRATION_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> migration_commands();

}  // namespace toopher::server::admin

#endif
