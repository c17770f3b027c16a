// SPDX-License-Identifier: Apache-2.0
// A copy of the database to keep, and the way back.
#ifndef TOOPHER_SERVER_ADMIN_BACKUP_H
#define TOOPHER_SERVER_ADMIN_BACKUP_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> backup_commands();

}  // namespace toopher::server::admin

#endif
