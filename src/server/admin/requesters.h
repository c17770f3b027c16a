// SPDX-License-Identifier: Apache-2.0
// Requesters: the hosts and services that ask for logins.
#ifndef TOOPHER_SERVER_ADMIN_REQUESTERS_H
#define TOOPHER_SERVER_ADMIN_REQUESTERS_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> requester_commands();

}  // namespace toopher::server::admin

#endif
