// SPDX-License-Identifier: Apache-2.0
// User verification (WebAuthn): an "allow" that the phone gives only after it has checked who holds it. A pairing's credential
// comes with the answer that allows the pairing, and at no other time: whoever only holds an unlocked phone cannot add one.
#ifndef TOOPHER_SERVER_SERVICE_VERIFICATION_H
#define TOOPHER_SERVER_SERVICE_VERIFICATION_H

#include <optional>
#include <string>
#include <string_view>

#include "device/decision.h"
#include "server/service/context.h"
#include "server/service/verification_policy.h"
#include "webauthn/ceremony.h"

namespace toopher::server {

/// What a device offers with its "allow" of a pairing.
struct OfferedCredential {
  webauthn::Registration registration;  ///< its challenge is the SHA-256 of the decision's bytes
  std::string signature;                ///< raw, the device's, over device::credential_bytes()
};

/// Keeps it for this pairing. `statement`: the bytes of the decision (device/decision.h). Throws Refused: 400 for one that
/// does not hold, 401 for a wrong signature, 409 for one that is known already.
void keep_credential(Context& context, const Device& device, const Pairing& pairing,
                     std::string_view statement, const OfferedCredential& offered);

/// What a phone answers with, checked against policy and pairing: a text to keep with the decision, empty where nothing
/// was needed or given. The assertion's challenge is the SHA-256 of `statement`, the bytes of the decision. Only "allow"
/// ever needs one, but what is given must hold. Throws Refused (403), which decides nothing.
std::string require_verification(Context& context, UserVerification policy, const Pairing& pairing,
                                 device::Choice choice, std::string_view statement,
                                 const std::optional<webauthn::Assertion>& assertion);

/// Whether what was kept with a decision (not empty) was of the pairing's credential, and about `statement`.
bool is_kept_verification(Context& context, std::string_view pairing_id, std::string_view origin,
                          std::string_view statement, const std::string& kept);

}  // namespace toopher::server

#endif
