// SPDX-License-Identifier: Apache-2.0
// What toopher-admin did itself, told to the audit log; and facts for those who look after the server.
#ifndef TOOPHER_SERVER_ADMIN_NOTES_H
#define TOOPHER_SERVER_ADMIN_NOTES_H

#include <span>

#include "api/json.h"
#include "server/admin/command.h"
#include "server/store/records.h"
#include "server/store/sql.h"

namespace toopher::server::admin {

std::span<const Command> note_commands();

/// What the operation "database" answers when it is `now` on this machine.
api::Json answer_with(const sql::ServerFacts& facts, Millis now);

}  // namespace toopher::server::admin

#endif
