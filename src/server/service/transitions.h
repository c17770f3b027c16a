// SPDX-License-Identifier: Apache-2.0
// The one place where a request's state changes.
#ifndef TOOPHER_SERVER_SERVICE_TRANSITIONS_H
#define TOOPHER_SERVER_SERVICE_TRANSITIONS_H

#include <string>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

struct Outcome {
  RequestState state = RequestState::denied;
  int reason_code = 0;
  std::string_view reason;
  bool totp_valid = false;
  std::string_view pairing_id{};  ///< whose phone or code decided; empty: as before
  std::string_view rule_id{};     ///< the automation rule that decided; empty: none
  bool user_verified = false;     ///< the phone has verified the person (verification.h)
};

/// A new request that is final from the beginning, so that nobody waits for it: written once, and logged as by finish().
void insert_finished(Context& context, AuthenticationRequest& request, const Outcome& outcome,
                     std::string_view by);

/// Ends a pending request, logs it with `by` (requester or device), and wakes requester and phones.
/// False, and nothing happened, if it was final already.
bool finish(Context& context, AuthenticationRequest& request, const Outcome& outcome, std::string_view by);

/// Ends it as expired if it is pending and its time is over, or the clock was set back to before it was made.
void expire_if_due(Context& context, AuthenticationRequest& request);

/// "granted", "denied", ...
std::string_view state_name(RequestState state);

/// One audit event about a request, with everything that matters about it.
void audit_request(Context& context, std::string_view event, const AuthenticationRequest& request,
                   std::string_view by, bool user_verified = false);

}  // namespace toopher::server

#endif
