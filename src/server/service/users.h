// SPDX-License-Identifier: Apache-2.0
// Users by name, and the switches an administrator has.
#ifndef TOOPHER_SERVER_SERVICE_USERS_H
#define TOOPHER_SERVER_SERVICE_USERS_H

#include <optional>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

// Users are looked up in the caller's directory; one of another directory is as unknown as one that is nowhere.

/// Needs no scope but a valid signature. Nothing if there is no such user. Throws Refused (400) for a name that cannot be
/// one.
std::optional<User> user_named(Context& context, const Caller& caller, std::string_view name);

/// The same by id.
std::optional<User> user_by_id(Context& context, const Caller& caller, std::string_view id);

/// The user, made now if new. Throws Refused (400) for a name that cannot be one.
User user_named_or_new(Context& context, const Caller& caller, std::string_view name);

/// A user of the caller's directory. Throws Refused: 409 (705) for an unknown id.
User user_with_id(Context& context, const Caller& caller, std::string_view id);

/// Switched off, a user is refused with 704 everywhere: what is pending is withdrawn, and automation rules end. Scope
/// admin. Throws Refused: 403; 409 (705) for an unknown id.
User set_user_enabled(Context& context, const Caller& caller, std::string_view user_id, bool enabled);

/// Withdraws what is pending, deactivates the user's pairings, takes recovery and bypass codes, tokens and automation rules
/// away and forgets locks. Scope admin. Throws Refused: 403; 409 (705) for an unknown name.
void reset_user(Context& context, const Caller& caller, std::string_view name);

/// Codes are accepted and pushes sent again at once. Scope admin. Throws Refused: 403; 409 (705) for an unknown name.
void unlock_user(Context& context, const Caller& caller, std::string_view name);

/// The user's pending list changed: every enabled pairing's device looks again.
void notify_devices_of(Context& context, std::string_view user_id);

}  // namespace toopher::server

#endif
