// SPDX-License-Identifier: Apache-2.0
// Whether what was granted can be shown to have been: the signed decisions that are kept.
#ifndef TOOPHER_SERVER_ADMIN_VERIFY_H
#define TOOPHER_SERVER_ADMIN_VERIFY_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

std::span<const Command> verify_commands();

}  // namespace toopher::server::admin

#endif
