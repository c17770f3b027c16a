// SPDX-License-Identifier: Apache-2.0
// Whether everything is as it should be, and what to do where it is not.
#ifndef TOOPHER_SERVER_ADMIN_DOCTOR_H
#define TOOPHER_SERVER_ADMIN_DOCTOR_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> doctor_commands();

}  // namespace toopher::server::admin

#endif
