// SPDX-License-Identifier: Apache-2.0
// Users: look at them, help them, lock them out.
#ifndef TOOPHER_SERVER_ADMIN_USERS_H
#define TOOPHER_SERVER_ADMIN_USERS_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

/// The user that the parameter `user` names. Throws Refused (409, 705).
User known_user(const Call& call);

std::span<const Command> user_commands();

}  // namespace toopher::server::admin

#endif
