// SPDX-License-Identifier: Apache-2.0
// For people who cannot log in: bypass codes, and a date until which they may enrol.
#ifndef TOOPHER_SERVER_ADMIN_ACCESS_H
#define TOOPHER_SERVER_ADMIN_ACCESS_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> access_commands();

}  // namespace toopher::server::admin

#endif
