// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "device/call_signature.h"
#include "device/decision.h"
#include "device/enrolment.h"
#include "device/seed.h"
#include "otp/otp.h"
#include "vectors.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::device;
using crypto::PrivateKey;
using crypto::PublicKey;
using toopher::tests::read_vectors;

namespace {

const char kDevice[] = "0b16d487-8675-4ba9-a3c3-91b833333b2c";
const char kOrigin[] = "https://login.example.org";
const char kEmptyHash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

void both_sides_prove_that_they_know_the_link(void**) {
  for (const auto& v : read_vectors("enrolment.vec")) {
    const auto link = EnrolmentLink::parse(v.text("link"));
    assert_true(link.has_value());
    assert_same_text(link->origin, v.text("origin"));
    assert_same_text(link->pairing_id, v.text("pairing-id"));
    assert_same_text(link->secret.view(), v.text("secret"));
    assert_same_text(link->text().view(), v.text("link"));
    const std::string signing = v.bytes("signing-point");
    const std::string agreement = v.bytes("agreement-point");
    const EnrolmentKeys keys{link->origin, link->pairing_id, signing, agreement};
    assert_same_text(hex_encode(device_proof(link->secret, keys)), v.text("device-proof"));
    assert_same_text(hex_encode(server_proof(link->secret, keys, v.bytes("server-point"))),
                     v.text("server-proof"));
    assert_same_text(key_fingerprint(signing, agreement), v.text("fingerprint"));
  }
}

void links_are_read_strictly(void**) {
  const std::string pairing = "0b16d487-8675-4ba9-a3c3-91b833333b2c";
  const std::string good = "https://login.example.org/enrol#" + pairing + ".k3x7qp2maz5d4w6r";
  assert_true(EnrolmentLink::parse(" " + good + "\n").has_value());
  for (const std::string& bad :
       {std::string(), std::string("https://login.example.org/"), good + "a", good.substr(0, good.size() - 1),
        "ftp" + good.substr(5), "https:///enrol#" + pairing + ".k3x7qp2maz5d4w6r",
        "https://login.example.org/other/enrol#" + pairing + ".k3x7qp2maz5d4w6r",
        "https://user@login.example.org/enrol#" + pairing + ".k3x7qp2maz5d4w6r",
        "https://login.example.org/enrol#" + pairing + ".K3X7QP2MAZ5D4W6R",
        "https://login.example.org/enrol#" + pairing,
        std::string("https://login.example.org/enrol#x.k3x7qp2maz5d4w6r")})
    assert_false(EnrolmentLink::parse(bad).has_value());
  assert_int_equal(new_enrolment_secret().size(), kEnrolmentSecretLength);
  assert_false(new_enrolment_secret().equals(new_enrolment_secret().view()));
}

void both_sides_compute_the_seed(void**) {
  for (const auto& v : read_vectors("seed.vec")) {
    const std::string device = v.bytes("device-point");
    const std::string server = v.bytes("server-point");
    const std::string& pairing = v.text("pairing-id");
    const auto device_key = PrivateKey::from_pkcs8(v.bytes("device-key"));
    const auto server_key = PrivateKey::from_pkcs8(v.bytes("server-key"));
    const Secret here = agree_on_seed(*device_key, *PublicKey::from_point(server), pairing, device, server);
    const Secret there = agree_on_seed(*server_key, *PublicKey::from_point(device), pairing, device, server);
    assert_same_text(hex_encode(here.view()), v.text("seed"));
    assert_true(there.equals(here.view()));
    assert_same_text(otp::totp(here, v.number("time")).view(), v.text("code"));
    const Secret other = agree_on_seed(*device_key, *PublicKey::from_point(server), kOrigin, device, server);
    assert_false(other.equals(here.view()));
  }
}

void calls_are_bound_to_everything(void**) {
  CallAuthorization authorization;
  authorization.device = kDevice;
  authorization.timestamp = 1700000000;
  authorization.nonce = "AAAAAAAAAAAAAAAAAAAAAA";
  const Call call{"GET", "/authenticator/v1/pending?wait=30", ""};
  assert_same_text(
      call_bytes(call, kOrigin, authorization),
      std::string("toopher-call-v1\nGET\nhttps://login.example.org\n/authenticator/v1/pending?wait=30\n") +
          kDevice + "\n1700000000\nAAAAAAAAAAAAAAAAAAAAAA\n" + kEmptyHash + "\n");
}

void calls_are_signed(void**) {
  const PrivateKey key = PrivateKey::generate();
  const auto verifier = PublicKey::from_point(key.public_point());
  const Call call{"POST", "/authenticator/v1/phrases", "{}"};
  std::set<std::string> nonces;
  for (const char* device : {kDevice, ""}) {
    const auto parsed = parse_call_authorization(authorize_call(call, kOrigin, device, 1700000000, key));
    assert_true(parsed.has_value());
    assert_same_text(parsed->device, device);
    assert_int_equal(parsed->timestamp, 1700000000);
    assert_int_equal(parsed->nonce.size(), 22);
    assert_int_equal(crypto::base64url_decode(parsed->nonce)->size(), 16);
    nonces.insert(parsed->nonce);
    assert_true(verifier->verifies(call_bytes(call, kOrigin, *parsed), parsed->signature));
    for (const Call& other : {Call{"GET", call.target, call.body}, Call{call.method, "/other", call.body},
                              Call{call.method, call.target, "{ }"}})
      assert_false(verifier->verifies(call_bytes(other, kOrigin, *parsed), parsed->signature));
    assert_false(verifier->verifies(call_bytes(call, "https://evil.example", *parsed), parsed->signature));
  }
  assert_int_equal(nonces.size(), 2);
}

void authorizations_are_read_strictly(void**) {
  const std::string signature(86, 'A');
  const auto header = [&](const std::string& device, const std::string& time, const std::string& nonce,
                          const std::string& signed_with) {
    return "Toopher-Device device=\"" + device + "\",timestamp=\"" + time + "\",nonce=\"" + nonce +
           "\",signature=\"" + signed_with + "\"";
  };
  const std::string nonce = "0123456789abcDEF";
  const std::string right = header(kDevice, "1700000000", nonce, signature);
  assert_true(parse_call_authorization(right).has_value());
  assert_true(parse_call_authorization("toopher-device" + right.substr(14)).has_value());
  assert_true(parse_call_authorization(header("", "0", std::string(64, '-'), signature)).has_value());
  for (const std::string& wrong : {std::string(),
                                   std::string("Toopher-Device"),
                                   std::string("Toopher-Device "),
                                   "OAuth " + right.substr(15),
                                   right + ",",
                                   right + " ",
                                   " " + right,
                                   right + ",device=\"\"",
                                   right.substr(0, right.size() - 1),
                                   header("1", "1700000000", nonce, signature),
                                   header(std::string(kDevice) + "\n", "1", nonce, signature),
                                   header(kDevice, "", nonce, signature),
                                   header(kDevice, "-1", nonce, signature),
                                   header(kDevice, "1e9", nonce, signature),
                                   header(kDevice, "99999999999999999999", nonce, signature),
                                   header(kDevice, "1", "0123456789abcde", signature),
                                   header(kDevice, "1", std::string(65, 'a'), signature),
                                   header(kDevice, "1", "0123456789abcde+", signature),
                                   header(kDevice, "1", "0123456789abcde\n", signature),
                                   header(kDevice, "1", nonce, ""),
                                   header(kDevice, "1", nonce, signature.substr(1)),
                                   header(kDevice, "1", nonce, signature + "A"),
                                   header(kDevice, "1", nonce, signature.substr(1) + "B"),
                                   header(kDevice, "1", nonce, signature.substr(2) + "==")})
    assert_false(parse_call_authorization(wrong).has_value());
}

void decisions_are_bound_to_what_was_shown(void**) {
  assert_same_text(decision_bytes(kOrigin, kDevice, "", Choice::allow, "42"),
                   std::string("toopher-decision-v1\nhttps://login.example.org\n") + kDevice + "\n" +
                       kEmptyHash + "\nallow\n42\n");
  const std::string allow = decision_bytes(kOrigin, kDevice, "{\"user\":\"ann\"}", Choice::allow, "");
  assert_true(allow != decision_bytes(kOrigin, kDevice, "{\"user\":\"bob\"}", Choice::allow, ""));
  assert_true(allow != decision_bytes(kOrigin, kDevice, "{\"user\":\"ann\"}", Choice::deny, ""));
  assert_true(allow.substr(allow.size() - 8) == "\nallow\n\n");
}

void decisions_are_signed_as_documented(void**) {
  for (const auto& v : read_vectors("decision.vec")) {
    const std::string bytes = decision_bytes(v.text("origin"), v.text("pairing-id"), v.text("shown"),
                                             *choice_from_text(v.text("choice")), v.text("number"),
                                             static_cast<int>(v.number("days")));
    assert_same_text(hex_encode(crypto::sha256(bytes)), v.text("digest"));
    assert_same_text(hex_encode(crypto::sha256(v.text("shown"))), v.text("hash"));
    assert_true(bytes.find(v.text("hash")) != std::string::npos);
  }
}

void choices_have_names(void**) {
  for (const Choice choice : {Choice::allow, Choice::deny, Choice::not_me})
    assert_true(choice_from_text(to_text(choice)) == choice);
  for (const char* wrong : {"", "Allow", "allow ", "yes", "allowed"})
    assert_false(choice_from_text(wrong).has_value());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(both_sides_prove_that_they_know_the_link),
      cmocka_unit_test(links_are_read_strictly),
      cmocka_unit_test(both_sides_compute_the_seed),
      cmocka_unit_test(calls_are_bound_to_everything),
      cmocka_unit_test(calls_are_signed),
      cmocka_unit_test(authorizations_are_read_strictly),
      cmocka_unit_test(decisions_are_bound_to_what_was_shown),
      cmocka_unit_test(decisions_are_signed_as_documented),
      cmocka_unit_test(choices_have_names),
  };
  return cmocka_run_group_tests_name("device", tests, nullptr, nullptr);
}
