// SPDX-License-Identifier: Apache-2.0
// Logins that were asked for.
#ifndef TOOPHER_SERVER_ADMIN_REQUESTS_H
#define TOOPHER_SERVER_ADMIN_REQUESTS_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

/// What waits for the user's answer, as an array.
api::Json pending_requests_of(Context& context, const User& user);

/// Such an array, as a table; nothing for an empty one.
void print_pending(const json_t* requests);

std::span<const Command> request_commands();

}  // namespace toopher::server::admin

#endif
