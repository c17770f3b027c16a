// SPDX-License-Identifier: Apache-2.0
// What a browser says that its authenticator said: a line of client data, then authenticator data. Nobody can sign here, so
// nothing may ever hold as an assertion, and what is registered is what was asked about.
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "fuzz/targets.h"
#include "webauthn/authenticator_data.h"
#include "webauthn/ceremony.h"

namespace toopher::fuzz {

void assertion(std::string_view input) {
  static const std::string kChallenge = crypto::sha256("a decision");
  static const webauthn::Credential kOwn{"credential", crypto::PrivateKey::generate().public_point(), 0};
  const webauthn::Expected expected{"https://login.example.org", kChallenge};
  const std::string client(take_line(input));
  const std::string data(input);
  const auto parsed = webauthn::AuthenticatorData::parse(data);
  const auto registered = webauthn::register_credential({data, client}, expected);
  if (registered.flaw == webauthn::Flaw::none) {
    require(parsed && parsed->credential && parsed->user_present && parsed->user_verified,
            "who registers is verified");
    require(client.find("webauthn.create") != std::string::npos, "it was a registration");
    require(!registered.credential.id.empty() &&
                crypto::PublicKey::from_point(registered.credential.point).has_value(),
            "a credential has a name and a key");
  }
  const std::string signature = data.size() > 70 ? data.substr(data.size() - 70) : data;
  const auto verified = webauthn::verify_assertion({data, client, signature}, kOwn, expected);
  require(verified.flaw != webauthn::Flaw::none, "nobody is verified without the key");
}

}  // namespace toopher::fuzz
