// SPDX-License-Identifier: Apache-2.0
// Other code apps (Aegis, FreeOTP, Google Authenticator): tokens with a fresh seed, of which the person gets the link, from an
// administrator or by a phone. One that a phone has set up ends with the phone's pairing: whoever held a stolen phone keeps
// nothing once it is removed.
#ifndef TOOPHER_SERVER_SERVICE_CODE_APPS_H
#define TOOPHER_SERVER_SERVICE_CODE_APPS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/call_signature.h"
#include "server/service/context.h"
#include "server/service/verification_policy.h"
#include "webauthn/ceremony.h"

namespace toopher::server {

struct CodeApp {
  Validator validator;
  Secret link;  ///< otpauth://…, a secret: known at this moment only
  Requester requester;
};

/// One for `user_name`, who is made if new. The token is the requester's that enrols (enrolment.h). Scope admin. Throws
/// Refused: 400, 403, 404; 409 for a user who is disabled.
CodeApp enrol_code_app(Context& context, const Caller& by, const std::string& user_name,
                       const std::string& requester_name);

/// One for the user of the device's pairing, by a token of the pairing's requester. `call`: the device's, which counts once;
/// where the policy wants it, or a verification is given, that must be of the person, and for device::code_app_bytes() of this
/// call. Throws Refused: 404; 403 without verification; 409 for a pairing that has ended, a user who is disabled, has as many
/// as one may have, or has just reported a login, and for a requester that was removed; 429 when too often.
CodeApp set_up_code_app(Context& context, const Device& device, std::string_view pairing_id,
                        const device::CallAuthorization& call, UserVerification policy,
                        const std::optional<webauthn::Assertion>& verification);

/// One that a phone has set up.
struct PhonesCodeApp {
  Validator token;
  Pairing pairing;  ///< whose phone did
};

/// Those of the user of the device's pairing, whoever's phone set them up: the owner of a stolen one must see them on the
/// other. Throws Refused: 404, 409 for a pairing that has ended.
std::vector<PhonesCodeApp> code_apps_seen_by(Context& context, const Device& device,
                                             std::string_view pairing_id);

/// Those that this pairing's phone has set up.
std::vector<PhonesCodeApp> code_apps_of_pairing(Context& context, const Pairing& pairing);

/// Throws Refused (404) unless code_apps_seen_by() has it for a pairing of the device.
void remove_code_app(Context& context, const Device& device, std::string_view id);

/// For a pairing that has ended, and for a user who reports a login: those that phones have set up. Their codes are good no
/// more, and `by` and `why` are in the audit log.
void end_code_apps_of_pairing(Context& context, const Pairing& pairing, std::string_view why,
                              std::string_view by);
void end_code_apps(Context& context, std::string_view user_id, std::string_view why, std::string_view by);

/// When a code of it was last accepted, as far as the code tells; 0: never.
Millis last_used(const Validator& token);

}  // namespace toopher::server

#endif
