// SPDX-License-Identifier: Apache-2.0
// The computers that a user logs in from, as requesters name them. Scope login.
#ifndef TOOPHER_SERVER_SERVICE_TERMINALS_H
#define TOOPHER_SERVER_SERVICE_TERMINALS_H

#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

/// What a requester says of a terminal; empty means absent.
struct TerminalWords {
  std::string_view name;
  std::string_view extra;  ///< its identifier (requester_specified_id): tells terminals of equal name apart
};

/// The user's terminal with this identifier, which gets the name, or the one of this name; made now if new. Throws
/// Refused: 400, 403; 409 (705) for an unknown user.
Terminal name_terminal(Context& context, const Caller& caller, std::string_view user_name,
                       const TerminalWords& words);

/// Throws Refused: 403; 409 (706) for an unknown id.
Terminal read_terminal(Context& context, const Caller& caller, std::string_view id);

/// Another name, another identifier or both. Another terminal of the user that had the identifier loses it. Throws
/// Refused: 400, 403; 409 (706) for an unknown id; 409 for a name that only the identifier could tell apart.
Terminal change_terminal(Context& context, const Caller& caller, std::string_view id,
                         const TerminalWords& words);

}  // namespace toopher::server

#endif
