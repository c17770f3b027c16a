// SPDX-License-Identifier: Apache-2.0
// The audit log, read from some point in time on, and followed.
#ifndef TOOPHER_SERVER_ADMIN_AUDIT_H
#define TOOPHER_SERVER_ADMIN_AUDIT_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> audit_commands();

}  // namespace toopher::server::admin

#endif
