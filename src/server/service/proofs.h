// SPDX-License-Identifier: Apache-2.0
// Whether what was granted can be shown to have been: the kept decision, its signature, and the key of the device, long
// after the fact and also when the phone was removed.
#ifndef TOOPHER_SERVER_SERVICE_PROOFS_H
#define TOOPHER_SERVER_SERVICE_PROOFS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"

namespace toopher::server {

enum class Proof {
  good,             ///< a decision of this very request to allow it, rightly signed
  by_code,          ///< granted by a code: nobody signed anything
  not_granted,      ///< nothing to prove
  missing,          ///< granted without a decision
  unknown_device,   ///< the device's key is not there
  wrong_signature,  ///< the device's signature, or the person's verification, is not of this decision
  does_not_fit,     ///< rightly signed, but about something else than what the request says
};

/// A word or two for people and programs.
std::string_view to_text(Proof proof);
/// Whether somebody must look into it.
bool is_alarming(Proof proof);

struct Proven {
  AuthenticationRequest request;
  /// The decision; where a rule answered, the one that made the rule.
  std::optional<Decision> decision;
  Proof proof = Proof::missing;
};

// Scope admin (403).

/// `origin` of the context is needed for decisions that earlier versions have stored. Throws Refused (404) for an id that
/// the caller's directory does not have.
Proven prove_request(Context& context, const Caller& caller, std::string_view request_id);

/// The granted requests of a user since `since`, newest first, at most `most`. Throws Refused: 409 (705).
std::vector<Proven> prove_user(Context& context, const Caller& caller, std::string_view user_name,
                               Millis since, int most);

}  // namespace toopher::server

#endif
