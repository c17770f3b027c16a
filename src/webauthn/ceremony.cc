// SPDX-License-Identifier: Apache-2.0
#include "webauthn/ceremony.h"

#include <optional>

#include "api/json.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "webauthn/authenticator_data.h"
#include "webauthn/relying_party.h"

namespace toopher::webauthn {

namespace {

/// Section 5.8.1. The page has a frame's place only where another one shows it, and none may.
Flaw flaw_of_client_data(const std::string& text, std::string_view type, const Expected& expected) {
  try {
    const api::Json object = api::parse_object(text);
    if (api::required_string(object.get(), "type") != type) return Flaw::wrong_type;
    if (api::required_string(object.get(), "challenge") != crypto::base64url_encode(expected.challenge))
      return Flaw::wrong_challenge;
    const bool within_another = api::optional_bool(object.get(), "crossOrigin", false);
    if (api::required_string(object.get(), "origin") != expected.origin || within_another)
      return Flaw::wrong_origin;
  } catch (const api::JsonError&) {
    return Flaw::malformed;
  }
  return Flaw::none;
}

Flaw flaw_of(const AuthenticatorData& data, const Expected& expected) {
  if (data.rp_id_hash != crypto::sha256(relying_party_id(expected.origin))) return Flaw::wrong_relying_party;
  if (!data.user_present) return Flaw::nobody_present;
  if (!data.user_verified) return Flaw::not_verified;
  return Flaw::none;
}

/// Section 7.2, step 21.
bool went_back(std::uint32_t now, std::uint32_t before) {
  return (now != 0 || before != 0) && now <= before;
}

}  // namespace

std::string_view to_text(Flaw flaw) {
  switch (flaw) {
    case Flaw::none:
      return "none";
    case Flaw::malformed:
      return "malformed";
    case Flaw::wrong_type:
      return "wrong type";
    case Flaw::wrong_challenge:
      return "wrong challenge";
    case Flaw::wrong_origin:
      return "wrong origin";
    case Flaw::wrong_relying_party:
      return "wrong relying party";
    case Flaw::nobody_present:
      return "nobody present";
    case Flaw::not_verified:
      return "not verified";
    case Flaw::wrong_signature:
      return "wrong signature";
    case Flaw::counter_went_back:
      return "counter went back";
  }
  return "damaged";
}

Registered register_credential(const Registration& registration, const Expected& expected) {
  const auto data = AuthenticatorData::parse(registration.authenticator_data);
  if (!data || !data->credential) return {};
  if (const Flaw flaw = flaw_of_client_data(registration.client_data, "webauthn.create", expected);
      flaw != Flaw::none)
    return {flaw, {}};
  if (const Flaw flaw = flaw_of(*data, expected); flaw != Flaw::none) return {flaw, {}};
  return {Flaw::none, {data->credential->id, data->credential->point, data->sign_count}};
}

Verified verify_assertion(const Assertion& assertion, const Credential& credential,
                          const Expected& expected) {
  const auto data = AuthenticatorData::parse(assertion.authenticator_data);
  const auto key = crypto::PublicKey::from_point(credential.point);
  if (!data || data->credential || !key) return {};
  if (const Flaw flaw = flaw_of_client_data(assertion.client_data, "webauthn.get", expected);
      flaw != Flaw::none)
    return {flaw, 0};
  if (const Flaw flaw = flaw_of(*data, expected); flaw != Flaw::none) return {flaw, 0};
  if (!key->verifies_der(assertion.authenticator_data + crypto::sha256(assertion.client_data),
                         assertion.signature))
    return {Flaw::wrong_signature, 0};
  if (went_back(data->sign_count, credential.sign_count)) return {Flaw::counter_went_back, 0};
  return {Flaw::none, data->sign_count};
}

}  // namespace toopher::webauthn
