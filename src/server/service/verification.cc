// SPDX-License-Identifier: Apache-2.0
#include "server/service/verification.h"

#include "api/json.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "device/credential.h"

namespace toopher::server {

namespace {

constexpr const char* kAuthenticatorData = "authenticator_data";
constexpr const char* kClientData = "client_data";
constexpr const char* kSignature = "signature";

std::string to_kept(const webauthn::Assertion& assertion) {
  const api::Json kept(json_object());
  const auto put = [&kept](const char* name, const std::string& bytes) {
    api::set_member(kept, name, api::json_text(crypto::base64url_encode(bytes)));
  };
  put(kAuthenticatorData, assertion.authenticator_data);
  put(kClientData, assertion.client_data);
  put(kSignature, assertion.signature);
  return api::dump(kept.get());
}

std::optional<webauthn::Assertion> from_kept(const std::string& text) {
  try {
    const api::Json kept = api::parse_object(text);
    const auto bytes = [&kept](const char* name) {
      return crypto::base64url_decode(api::required_string(kept.get(), name));
    };
    const auto data = bytes(kAuthenticatorData);
    const auto client = bytes(kClientData);
    const auto signature = bytes(kSignature);
    if (!data || !client || !signature) return std::nullopt;
    return webauthn::Assertion{*data, *client, *signature};
  } catch (const api::JsonError&) {
    return std::nullopt;
  }
}

webauthn::Credential credential_of(const PairingCredential& kept) {
  return {kept.id, kept.point, kept.sign_count};
}

[[noreturn]] void refuse_unverified(Context& context, const Pairing& pairing, std::string_view event,
                                    std::string_view why, const std::string& message) {
  const auto user = context.store.user_by_id(pairing.user_id);
  audit(context, event,
        {{"pairing", pairing.id},
         {"user", user ? user->name : ""},
         {"device", pairing.device_id},
         {"reason", why}});
  refuse(403, message);
}

[[noreturn]] void refuse_without(Context& context, const Pairing& pairing, bool could) {
  const std::string rule =
      "This server lets a login be allowed only after the phone has verified the person (fingerprint, face "
      "or PIN)";
  if (could)
    refuse_unverified(context, pairing, "approval without user verification refused", "none was given",
                      rule + ". Allow it in the app, or type a one-time code at the login.");
  refuse_unverified(context, pairing, "approval without user verification refused",
                    "the pairing has no credential",
                    rule +
                        ", which this pairing cannot do. Type a one-time code at the login, and pair a "
                        "phone with the app anew.");
}

}  // namespace

void keep_credential(Context& context, const Device& device, const Pairing& pairing,
                     std::string_view statement, const OfferedCredential& offered) {
  const auto registered =
      webauthn::register_credential(offered.registration, {context.origin, crypto::sha256(statement)});
  if (registered.flaw != webauthn::Flaw::none)
    refuse(400, "The credential for user verification does not hold: " +
                    std::string(webauthn::to_text(registered.flaw)) + ".");
  const webauthn::Credential& credential = registered.credential;
  const auto key = crypto::PublicKey::from_point(device.signing_key);
  const std::string bound =
      device::credential_bytes(context.origin, pairing.id, credential.id, credential.point);
  if (!key || !key->verifies(bound, offered.signature))
    refuse(401, "The signature of the credential for user verification does not fit.");
  // Section 7.1, step 22.
  if (context.store.is_credential_known(credential.id))
    refuse(409, "The credential for user verification belongs to another pairing.");
  context.store.insert_credential(
      {pairing.id, credential.id, credential.point, credential.sign_count, offered.signature, context.now});
}

std::string require_verification(Context& context, UserVerification policy, const Pairing& pairing,
                                 device::Choice choice, std::string_view statement,
                                 const std::optional<webauthn::Assertion>& assertion) {
  const bool needed = policy == UserVerification::required && choice == device::Choice::allow;
  if (!needed && !assertion) return {};
  const auto credential = context.store.credential_of_pairing(pairing.id);
  if (!credential || !assertion) refuse_without(context, pairing, credential.has_value());
  const auto verified = webauthn::verify_assertion(*assertion, credential_of(*credential),
                                                   {context.origin, crypto::sha256(statement)});
  if (verified.flaw != webauthn::Flaw::none) {
    const std::string flaw(webauthn::to_text(verified.flaw));
    refuse_unverified(context, pairing, "ALERT user verification does not hold", flaw,
                      "The user verification does not hold (" + flaw +
                          "). Try once more, or type a one-time code at the login.");
  }
  context.store.set_sign_count(pairing.id, verified.sign_count);
  return to_kept(*assertion);
}

bool is_kept_verification(Context& context, std::string_view pairing_id, std::string_view origin,
                          std::string_view statement, const std::string& kept) {
  const auto assertion = from_kept(kept);
  auto credential = context.store.credential_of_pairing(pairing_id);
  if (!assertion || !credential) return false;
  // Its counter is that of the latest decision, and this may be an earlier one.
  credential->sign_count = 0;
  return webauthn::verify_assertion(*assertion, credential_of(*credential),
                                    {origin, crypto::sha256(statement)})
             .flaw == webauthn::Flaw::none;
}

}  // namespace toopher::server
