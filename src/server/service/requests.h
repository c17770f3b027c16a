// SPDX-License-Identifier: Apache-2.0
// Authentication requests: pending -> granted | denied | expired | cancelled, each change in one transaction, the final
// states for ever.
#ifndef TOOPHER_SERVER_SERVICE_REQUESTS_H
#define TOOPHER_SERVER_SERVICE_REQUESTS_H

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "device/decision.h"
#include "server/service/context.h"
#include "server/service/verification_policy.h"
#include "webauthn/ceremony.h"

namespace toopher::server {

/// Parameters of initiate; empty means absent.
struct Initiate {
  std::string pairing_id;
  std::string user_name;  ///< used when there is no pairing_id
  std::string terminal_id;
  std::string terminal_name;
  std::string terminal_extra;
  std::string action_name;
  std::string metadata;
  std::string supersedes;
  std::string client_request_id;
  Secret otp;
  bool automation_allowed = true;
  /// A push beside another pending one of the user has a number in any case.
  bool number_matching = false;
  int ttl_seconds = 0;  ///< 0: the default
};

/// Asks the user's phones, or judges the code at once. Scope login. Throws Refused: 403; 409 with 601, 704 to 708; 429
/// when three pushes wait already; 400; 404 for an unknown `supersedes`; 409 for a client_request_id of
/// another or an old call.
AuthenticationRequest initiate(Context& context, const Caller& caller, const Initiate& parameters);

/// The caller's own request, expired when its time is over. Scope login. Throws Refused: 403, 404.
AuthenticationRequest read_request(Context& context, const Caller& caller, std::string_view id);

/// A code for a pending push: a valid one grants it; a wrong one leaves it pending, and only this answer tells why. A
/// final request is returned as it is, and the code is not looked at. Scope login. Throws Refused: 403, 404.
AuthenticationRequest submit_code(Context& context, const Caller& caller, std::string_view id,
                                  std::string_view code);

/// Withdraws a pending request; a final one is returned as it is. Scope login. Throws Refused: 403, 404.
AuthenticationRequest cancel_request(Context& context, const Caller& caller, std::string_view id);

/// What a phone says to a request.
struct Answered {
  device::Choice choice = device::Choice::deny;
  std::string number;     ///< as typed
  int remember_days = 0;  ///< allow the same for so many days from now on; 0: this once
  std::string signature;  ///< raw, over all of this (device/decision.h)
  std::optional<webauthn::Assertion> verification{};  ///< of the person, by the phone
};

/// The phone's answer. Throws Refused: 404; 401 for a wrong signature; 409 if it is final already; 400 when the number
/// is missing or was not asked for, or a rule was wanted that there may not be (automation.h), and 403 where the person
/// was not verified (verification.h), which decide nothing.
AuthenticationRequest decide_request(Context& context, const Device& device, std::string_view id,
                                     const Answered& answered, UserVerification policy);

/// The JSON text that the phone of `pairing_id` shows and signs.
std::string shown_request(Context& context, const AuthenticationRequest& request,
                          std::string_view pairing_id);

/// Requests whose time is over become expired, `limit` of them. True if there may be more.
bool expire_requests(Context& context, int limit);

}  // namespace toopher::server

#endif
