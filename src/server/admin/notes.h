// SPDX-License-Identifier: Apache-2.0
// What toopher-admin did itself, told to the audit log; and facts for those who look after the server.
#ifndef TOOPHER_SERVER_ADMIN_NOTES_H
#define TOOPHER_SERVER_ADMIN_NOTES_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> note_commands();

}  // namespace toopher::server::admin

#endif
