// SPDX-License-Identifier: Apache-2.0
// Authenticator data (W3C WebAuthn Level 2, section 6.1): what the authenticator itself says and signs.
#ifndef TOOPHER_WEBAUTHN_AUTHENTICATOR_DATA_H
#define TOOPHER_WEBAUTHN_AUTHENTICATOR_DATA_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toopher::webauthn {

inline constexpr std::size_t kMaxCredentialId =
    1023;  ///< bytes; section 7.1, step 17 of later drafts, and CTAP 2.1

/// A new credential. Keys are on P-256 with ES256 (COSE algorithm -7), because nothing else is asked for.
struct AttestedCredential {
  std::string id;     ///< raw
  std::string point;  ///< on the curve, crypto::kPointSize bytes
};

struct AuthenticatorData {
  std::string rp_id_hash;      ///< SHA-256 of the RP ID
  bool user_present = false;   ///< flag UP
  bool user_verified = false;  ///< flag UV
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> credential;  ///< flag AT

  /// Nothing unless all of `bytes` is one such structure. Extensions (flag ED), which were not asked for, are signed with
  /// the rest and not looked at.
  static std::optional<AuthenticatorData> parse(std::string_view bytes);
};

}  // namespace toopher::webauthn

#endif
