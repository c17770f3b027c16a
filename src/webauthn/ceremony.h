// SPDX-License-Identifier: Apache-2.0
// The relying party's part of WebAuthn's two ceremonies (W3C WebAuthn Level 2, sections 7.1 and 7.2): a credential is
// registered, and later it asserts that its authenticator has just verified the person (fingerprint, face, PIN).
#ifndef TOOPHER_WEBAUTHN_CEREMONY_H
#define TOOPHER_WEBAUTHN_CEREMONY_H

#include <cstdint>
#include <string>
#include <string_view>

namespace toopher::webauthn {

/// What a ceremony must be about.
struct Expected {
  std::string_view origin;     ///< scheme://host[:port]; the RP ID is its host
  std::string_view challenge;  ///< raw
};

struct Credential {
  std::string id;     ///< raw
  std::string point;  ///< P-256, crypto::kPointSize bytes
  std::uint32_t sign_count = 0;
};

/// As navigator.credentials.create() gave it; raw. No attestation is asked for or looked at.
struct Registration {
  std::string authenticator_data;
  std::string client_data;  ///< clientDataJSON
};

/// As navigator.credentials.get() gave it; raw.
struct Assertion {
  std::string authenticator_data;
  std::string client_data;  ///< clientDataJSON
  std::string signature;    ///< DER
};

/// What is wrong, by the first step that fails.
enum class Flaw {
  none,
  malformed,
  wrong_type,       ///< of the other ceremony
  wrong_challenge,  ///< about something else, or used before
  wrong_origin,     ///< made for another page, or within another page
  wrong_relying_party,
  nobody_present,  ///< flag UP
  not_verified,    ///< flag UV
  wrong_signature,
  counter_went_back,  ///< a copy of the authenticator may be in use (step 21)
};

/// A word or two for the log.
[[nodiscard]] std::string_view to_text(Flaw flaw);

struct Registered {
  Flaw flaw = Flaw::malformed;
  Credential credential;  ///< where there is no flaw
};

[[nodiscard]] Registered register_credential(const Registration& registration, const Expected& expected);

struct Verified {
  Flaw flaw = Flaw::malformed;
  std::uint32_t sign_count = 0;  ///< to be kept, where there is no flaw
};

/// `credential.sign_count` is that of the last assertion; where authenticators do not count it stays 0.
[[nodiscard]] Verified verify_assertion(const Assertion& assertion, const Credential& credential,
                                        const Expected& expected);

}  // namespace toopher::webauthn

#endif
