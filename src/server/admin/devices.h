// SPDX-License-Identifier: Apache-2.0
// Phones, one pairing each.
#ifndef TOOPHER_SERVER_ADMIN_DEVICES_H
#define TOOPHER_SERVER_ADMIN_DEVICES_H

#include <span>

#include "server/admin/command.h"

namespace toopher::server::admin {

/// The user's pairings as an array.
api::Json devices_of(Context& context, const User& user);

/// Such an array, as a table; nothing for an empty one.
void print_devices(const json_t* pairings);

std::span<const Command> device_commands();

}  // namespace toopher::server::admin

#endif
