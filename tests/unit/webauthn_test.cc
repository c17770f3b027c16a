// SPDX-License-Identifier: Apache-2.0
// The relying party's checks of WebAuthn, attacked step by step.
#include "fake_authenticator.h"
#include "webauthn/authenticator_data.h"
#include "webauthn/ceremony.h"
#include "webauthn/relying_party.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::webauthn;

namespace {

const std::string kOrigin = "https://login.example.org";
const std::string kChallenge = crypto::sha256("a decision");
const Expected kExpected{kOrigin, kChallenge};

void assert_flaw(Flaw actual, Flaw expected) {
  assert_same_text(to_text(actual), to_text(expected));
}

Credential registered(const FakeAuthenticator& authenticator) {
  const Registered result = register_credential(authenticator.create(kChallenge), kExpected);
  assert_flaw(result.flaw, Flaw::none);
  return result.credential;
}

void registration_holds(void**) {
  FakeAuthenticator authenticator{kOrigin};
  authenticator.count = 7;
  const Credential credential = registered(authenticator);
  assert_same_text(credential.id, authenticator.id);
  assert_same_text(credential.point, authenticator.key.public_point());
  assert_int_equal(credential.sign_count, 7);
}

void registration_is_refused(void**) {
  const FakeAuthenticator good{kOrigin};
  const auto flaw_of = [](const FakeAuthenticator& authenticator) {
    return register_credential(authenticator.create(kChallenge), kExpected).flaw;
  };
  FakeAuthenticator elsewhere{"https://login.example.com"};
  assert_flaw(flaw_of(elsewhere), Flaw::wrong_origin);
  FakeAuthenticator another{kOrigin};
  another.rp_id = "example.org";
  assert_flaw(flaw_of(another), Flaw::wrong_relying_party);
  FakeAuthenticator unverified{kOrigin};
  unverified.flags = kPresent;
  assert_flaw(flaw_of(unverified), Flaw::not_verified);
  FakeAuthenticator absent{kOrigin};
  absent.flags = kVerified;
  assert_flaw(flaw_of(absent), Flaw::nobody_present);
  assert_flaw(register_credential(good.create("something else"), kExpected).flaw, Flaw::wrong_challenge);
  Registration of_login = good.create(kChallenge);
  of_login.client_data = good.client_data("webauthn.get", kChallenge);
  assert_flaw(register_credential(of_login, kExpected).flaw, Flaw::wrong_type);
  assert_flaw(
      register_credential({good.data(), good.client_data("webauthn.create", kChallenge)}, kExpected).flaw,
      Flaw::malformed);
}

/// Every beginning of what an authenticator says is refused, and so is anything behind it.
void data_is_read_as_a_whole(void**) {
  const FakeAuthenticator authenticator{kOrigin};
  for (const std::string& whole :
       {authenticator.data(), authenticator.data(kAttested) + authenticator.attested()}) {
    assert_true(AuthenticatorData::parse(whole).has_value());
    for (std::size_t size = 0; size < whole.size(); ++size)
      assert_false(AuthenticatorData::parse(whole.substr(0, size)).has_value());
    assert_false(AuthenticatorData::parse(whole + '\0').has_value());
  }
  assert_false(AuthenticatorData::parse(authenticator.data(kExtended)).has_value());
  assert_true(AuthenticatorData::parse(authenticator.data(kExtended) + "\xa0").has_value());
}

void keys_are_on_the_curve_and_of_the_one_kind(void**) {
  const FakeAuthenticator authenticator{kOrigin};
  const std::string whole = authenticator.data(kAttested) + authenticator.attested();
  const std::size_t key_at = 37 + 16 + 2 + authenticator.id.size();
  // Type, algorithm, curve, tags and lengths: whatever else stands there is refused; so is a point beside the curve.
  for (const std::size_t at : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 42U, 43U, 44U, 76U}) {
    std::string changed = whole;
    changed[key_at + at] = static_cast<char>(changed[key_at + at] ^ 1);
    assert_false(AuthenticatorData::parse(changed).has_value());
  }
  std::string without_id = whole;
  without_id.erase(key_at - authenticator.id.size(), authenticator.id.size());
  without_id[37 + 16 + 1] = '\0';
  assert_false(AuthenticatorData::parse(without_id).has_value());
}

void assertion_holds(void**) {
  FakeAuthenticator authenticator{kOrigin};
  Credential credential = registered(authenticator);
  for (std::uint32_t count = 1; count <= 3; ++count) {
    const Verified verified = verify_assertion(authenticator.get(kChallenge), credential, kExpected);
    assert_flaw(verified.flaw, Flaw::none);
    assert_int_equal(verified.sign_count, count);
    credential.sign_count = verified.sign_count;
  }
}

void assertion_is_refused(void**) {
  const FakeAuthenticator good{kOrigin};
  const Credential credential = registered(good);
  const auto flaw_of = [&](const Assertion& assertion) {
    return verify_assertion(assertion, credential, kExpected).flaw;
  };
  const std::string client = good.client_data("webauthn.get", kChallenge);
  assert_flaw(flaw_of(good.sign(good.data(), client)), Flaw::none);
  assert_flaw(flaw_of(good.sign(good.data(), good.client_data("webauthn.create", kChallenge))),
              Flaw::wrong_type);
  assert_flaw(flaw_of(good.sign(good.data(), good.client_data("webauthn.get", crypto::sha256("other")))),
              Flaw::wrong_challenge);
  FakeAuthenticator changed{kOrigin, good.id,
                            crypto::PrivateKey::from_pkcs8(good.key.to_pkcs8().view()).value()};
  changed.origin = "https://login.example.org.evil.example";
  assert_flaw(flaw_of(changed.get(kChallenge)), Flaw::wrong_origin);
  changed.origin = kOrigin;
  changed.cross_origin = "true";
  assert_flaw(flaw_of(changed.get(kChallenge)), Flaw::wrong_origin);
  changed.cross_origin = "false";
  changed.rp_id = "example.org";
  assert_flaw(flaw_of(changed.get(kChallenge)), Flaw::wrong_relying_party);
  changed.rp_id.clear();
  changed.flags = kPresent;
  assert_flaw(flaw_of(changed.get(kChallenge)), Flaw::not_verified);
  changed.flags = kVerified;
  assert_flaw(flaw_of(changed.get(kChallenge)), Flaw::nobody_present);
  FakeAuthenticator other{kOrigin};
  assert_flaw(flaw_of(other.get(kChallenge)), Flaw::wrong_signature);
  // The flag is part of what is signed.
  Assertion forged = good.sign(good.data(), client);
  forged.authenticator_data[36] = '\x01';
  assert_flaw(flaw_of(forged), Flaw::wrong_signature);
  for (const char* text : {"", "{}", "[]", "{\"type\":\"webauthn.get\"}", "{\"type\":1}"})
    assert_flaw(flaw_of(good.sign(good.data(), text)), Flaw::malformed);
  assert_flaw(flaw_of(good.sign(good.data(kAttested) + good.attested(), client)), Flaw::malformed);
  Assertion unsigned_one = good.sign(good.data(), client);
  unsigned_one.signature.clear();
  assert_flaw(flaw_of(unsigned_one), Flaw::wrong_signature);
}

void a_counter_never_goes_back(void**) {
  FakeAuthenticator authenticator{kOrigin};
  Credential credential = registered(authenticator);
  const Assertion first = authenticator.get(kChallenge);
  credential.sign_count = verify_assertion(first, credential, kExpected).sign_count;
  assert_flaw(verify_assertion(first, credential, kExpected).flaw, Flaw::counter_went_back);
  credential.sign_count = 100;
  assert_flaw(verify_assertion(authenticator.get(kChallenge), credential, kExpected).flaw,
              Flaw::counter_went_back);
  authenticator.count = 0xFFFFFFFF;  // one that stops counting
  assert_flaw(verify_assertion(authenticator.get(kChallenge), credential, kExpected).flaw,
              Flaw::counter_went_back);
}

/// Most authenticators of phones say 0 each time.
void who_does_not_count_is_verified(void**) {
  const FakeAuthenticator authenticator{kOrigin};
  const Credential credential = registered(authenticator);
  const Assertion assertion =
      authenticator.sign(authenticator.data(), authenticator.client_data("webauthn.get", kChallenge));
  for (int time = 0; time < 2; ++time)
    assert_flaw(verify_assertion(assertion, credential, kExpected).flaw, Flaw::none);
}

void origins_have_relying_parties(void**) {
  assert_same_text(relying_party_id("https://login.example.org:8477"), "login.example.org");
  assert_same_text(relying_party_id("http://[::1]:8477"), "[::1]");
  assert_same_text(relying_party_id("nonsense"), "");
  for (const char* origin : {"https://login.example.org", "https://toopher", "http://localhost:8477"})
    assert_true(can_verify_at(origin));
  for (const char* origin : {"", "http://login.example.org", "https://192.0.2.1", "https://[2001:db8::1]:443",
                             "http://127.0.0.1:8477", "https://"})
    assert_false(can_verify_at(origin));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(registration_holds),
      cmocka_unit_test(registration_is_refused),
      cmocka_unit_test(data_is_read_as_a_whole),
      cmocka_unit_test(keys_are_on_the_curve_and_of_the_one_kind),
      cmocka_unit_test(assertion_holds),
      cmocka_unit_test(assertion_is_refused),
      cmocka_unit_test(a_counter_never_goes_back),
      cmocka_unit_test(who_does_not_count_is_verified),
      cmocka_unit_test(origins_have_relying_parties),
  };
  return cmocka_run_group_tests_name("webauthn", tests, nullptr, nullptr);
}
