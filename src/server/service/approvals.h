// SPDX-License-Identifier: Apache-2.0
// What nobody may do for a user who has a second factor already, unless that factor has just approved it: malware in
// the user's session, which can speak as the host does, must not add a factor of its own.
#ifndef TOOPHER_SERVER_SERVICE_APPROVALS_H
#define TOOPHER_SERVER_SERVICE_APPROVALS_H

#include <string>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

/// Whether the user can type a code without having a phone: recovery codes that were not used, a bypass code in force, or a
/// token.
bool has_codes(Context& context, std::string_view user_id);

/// Whether the user has an enabled pairing, or codes without one.
bool has_factor(Context& context, std::string_view user_id);

/// Returns where the caller has scope admin, the user has no factor, or `authorization` is the id of a request of this
/// caller for this user and the action `action`, granted within the last five minutes and not used before; the user and
/// the pairing that granted it must still be enabled. Throws Refused (403, api::error_code::kApprovalNeeded; 400 for
/// what cannot be an id). The result is for use_up(): the id where it was needed, else "".
[[nodiscard]] std::string require_approval(Context& context, const Caller& caller, const User& user,
                                           std::string_view action, std::string_view authorization);

/// In the transaction of what was approved, once nothing can refuse it any more: the request is worth nothing from now on.
void use_up(Context& context, const std::string& approval);

/// Whatever the user's factors have approved lately is worth nothing from now on.
void use_up_all(Context& context, const User& user);

}  // namespace toopher::server

#endif
