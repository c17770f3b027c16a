// SPDX-License-Identifier: Apache-2.0
// The operator's policy about user verification.
#ifndef TOOPHER_SERVER_SERVICE_VERIFICATION_POLICY_H
#define TOOPHER_SERVER_SERVICE_VERIFICATION_POLICY_H

namespace toopher::server {

/// Whether a request is allowed only when the phone has just verified the person (WebAuthn: fingerprint, face, PIN).
enum class UserVerification { off, required };

}  // namespace toopher::server

#endif
