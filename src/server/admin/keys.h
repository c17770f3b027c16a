// SPDX-License-Identifier: Apache-2.0
// A new key for the secrets in the database, while the server runs.
#ifndef TOOPHER_SERVER_ADMIN_KEYS_H
#define TOOPHER_SERVER_ADMIN_KEYS_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> key_commands();

}  // namespace toopher::server::admin

#endif
