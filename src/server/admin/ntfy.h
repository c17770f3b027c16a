// SPDX-License-Identifier: Apache-2.0
// toopher-admin ntfy: who is told through ntfy.
#ifndef TOOPHER_SERVER_ADMIN_NTFY_H
#define TOOPHER_SERVER_ADMIN_NTFY_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> ntfy_commands();

}  // namespace toopher::server::admin

#endif
