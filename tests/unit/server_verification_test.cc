// SPDX-License-Identifier: Apache-2.0
// User verification as a policy: what is allowed only by a phone that has just verified its person, and how nobody gets
// around that who holds the phone, or its keys.
#include <optional>

#include "device/credential.h"
#include "fake_authenticator.h"
#include "server/service/proofs.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;
using webauthn::FakeAuthenticator;

namespace {

constexpr int kRefused = 403;

/// A phone whose authenticator knows its person.
struct VerifyingPhone {
  Phone phone;
  FakeAuthenticator authenticator{kOrigin};
};

OfferedCredential offer(const Phone& phone, const FakeAuthenticator& authenticator,
                        const std::string& pairing, const std::string& statement) {
  return {authenticator.create(crypto::sha256(statement)),
          phone.signing.sign(device::credential_bytes(kOrigin, pairing, authenticator.id,
                                                      authenticator.key.public_point()))};
}

auto allow_pairing(const VerifyingPhone& owner, const Pairing& pairing) {
  return [&owner, pairing](Context& c) {
    const std::string shown = shown_pairing(c, pairing);
    const std::string statement = device::decision_bytes(kOrigin, pairing.id, shown, Choice::allow, "");
    return decide_pairing(c, owner.phone.device, pairing.id, Choice::allow,
                          owner.phone.sign(pairing.id, shown, Choice::allow, ""),
                          offer(owner.phone, owner.authenticator, pairing.id, statement));
  };
}

VerifyingPhone pair_verifying(World& world, const std::string& user) {
  VerifyingPhone owner{world.new_phone()};
  const Pairing pairing = world.ask_to_pair(owner.phone, user);
  assert_true(world.get(allow_pairing(owner, pairing)).state == PairingState::enabled);
  owner.phone.pairing_id = pairing.id;
  return owner;
}

/// What the phone signs when it answers.
std::string statement_of(World& world, const Phone& phone, const AuthenticationRequest& request,
                         Choice choice = Choice::allow) {
  const std::string shown =
      world.get([&](Context& c) { return shown_request(c, request, phone.pairing_id); });
  return device::decision_bytes(kOrigin, phone.pairing_id, shown, choice, "");
}

auto answer(World& world, const Phone& phone, const AuthenticationRequest& request,
            const std::optional<webauthn::Assertion>& assertion, Choice choice = Choice::allow,
            UserVerification policy = UserVerification::required) {
  const std::string signature = phone.signing.sign(statement_of(world, phone, request, choice));
  return [&phone, request, assertion, choice, policy, signature](Context& c) {
    return decide_request(c, phone.device, request.id, {choice, "", 0, signature, assertion}, policy);
  };
}

webauthn::Assertion assertion_for(World& world, VerifyingPhone& owner, const AuthenticationRequest& request) {
  return owner.authenticator.get(crypto::sha256(statement_of(world, owner.phone, request)));
}

int verified_in_audit(World& world) {
  return world.count(
      "SELECT count(*) FROM audit WHERE event = 'request granted' AND "
      "fields LIKE '%\"user_verification\":\"yes\"%'");
}

void who_is_verified_is_let_in(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  for (int login = 1; login <= 2; ++login) {
    const auto request = world.push("jdoe");
    const auto decided = world.get(answer(world, owner.phone, request, assertion_for(world, owner, request)));
    assert_state(decided, RequestState::granted);
    assert_int_equal(verified_in_audit(world), login);
  }
}

void without_verification_nobody_is(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  const auto request = world.push("jdoe");
  assert_int_equal(world.refusal(answer(world, owner.phone, request, std::nullopt)), kRefused);
  assert_state(world.read(request), RequestState::pending);
  const Phone bare = world.pair("other");  // has the device's keys, and no credential
  const auto another = world.push("other");
  assert_int_equal(world.refusal(answer(world, bare, another, std::nullopt)), kRefused);
  FakeAuthenticator own{kOrigin};
  const auto made_up = own.get(crypto::sha256(statement_of(world, bare, another)));
  assert_int_equal(world.refusal(answer(world, bare, another, made_up)), kRefused);
  assert_state(world.read(another), RequestState::pending);
  assert_state(world.with_code("other", world.code(bare)), RequestState::granted);
  assert_int_equal(verified_in_audit(world), 0);
}

void no_needs_no_verification(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  for (const Choice choice : {Choice::deny, Choice::not_me}) {
    const auto request = world.push("jdoe");
    const auto decided = world.get(answer(world, owner.phone, request, std::nullopt, choice));
    assert_state(decided, RequestState::denied,
                 choice == Choice::deny ? api::reason::kDenied : api::reason::kNotMe);
    world.pass(60 * kMinute);
  }
}

/// One that was made for another request, another choice, or by another credential, and one that was used.
void a_verification_is_for_one_answer(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  VerifyingPhone thief = pair_verifying(world, "mallory");
  const auto first = world.push("jdoe");
  const auto used = assertion_for(world, owner, first);
  assert_state(world.get(answer(world, owner.phone, first, used)), RequestState::granted);
  const auto second = world.push("jdoe");
  const auto refused = [&](const webauthn::Assertion& assertion) {
    assert_int_equal(world.refusal(answer(world, owner.phone, second, assertion)), kRefused);
    assert_state(world.read(second), RequestState::pending);
  };
  refused(used);
  refused(owner.authenticator.get(crypto::sha256(statement_of(world, owner.phone, second, Choice::deny))));
  refused(assertion_for(world, thief, second));
  refused(thief.authenticator.get(crypto::sha256(statement_of(world, owner.phone, second))));
  owner.authenticator.count = 0;
  refused(assertion_for(world, owner, second));
  assert_int_equal(
      world.count("SELECT count(*) FROM audit WHERE event = 'ALERT user verification does not hold'"), 5);
  owner.authenticator.count = 1;
  assert_state(world.get(answer(world, owner.phone, second, assertion_for(world, owner, second))),
               RequestState::granted);
}

void without_the_policy_what_is_given_must_hold(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  const auto off = UserVerification::off;
  const auto request = world.push("jdoe");
  const auto wrong = owner.authenticator.get("something else");
  assert_int_equal(world.refusal(answer(world, owner.phone, request, wrong, Choice::allow, off)), kRefused);
  assert_state(world.get(answer(world, owner.phone, request, std::nullopt, Choice::allow, off)),
               RequestState::granted);
}

void credentials_that_do_not_hold_pair_nothing(void**) {
  World world;
  VerifyingPhone owner{world.new_phone()};
  const Pairing pairing = world.ask_to_pair(owner.phone, "jdoe");
  owner.authenticator.flags = webauthn::kPresent;
  assert_int_equal(world.refusal(allow_pairing(owner, pairing)), 400);
  owner.authenticator.flags |= webauthn::kVerified;
  const auto signed_by = [&](const crypto::PrivateKey& key) {
    return [&](Context& c) {
      const std::string shown = shown_pairing(c, pairing);
      OfferedCredential offered =
          offer(owner.phone, owner.authenticator, pairing.id,
                device::decision_bytes(kOrigin, pairing.id, shown, Choice::allow, ""));
      offered.signature = key.sign("another credential");
      return decide_pairing(c, owner.phone.device, pairing.id, Choice::allow,
                            owner.phone.sign(pairing.id, shown, Choice::allow, ""), offered);
    };
  };
  assert_int_equal(world.refusal(signed_by(owner.phone.signing)), 401);
  assert_int_equal(world.count("SELECT count(*) FROM credentials"), 0);
  assert_true(world.get(allow_pairing(owner, pairing)).state == PairingState::enabled);
  // It belongs to one pairing, and a pairing that was decided takes no other one.
  VerifyingPhone thief{world.new_phone(), FakeAuthenticator{kOrigin, owner.authenticator.id}};
  assert_int_equal(world.refusal(allow_pairing(thief, world.ask_to_pair(thief.phone, "mallory"))), 409);
  owner.authenticator.id = random_bytes(16).view();
  assert_int_equal(world.refusal(allow_pairing(owner, pairing)), 409);
  assert_int_equal(world.count("SELECT count(*) FROM credentials"), 1);
}

/// How a phone gets a credential later: it is paired anew, which its user's factor has to approve.
void a_phone_that_is_paired_anew_has_one_pairing(void**) {
  World world;
  VerifyingPhone owner{world.pair("jdoe")};
  const std::string earlier = owner.phone.pairing_id;
  const std::string phrase = world.phrase_of(owner.phone);
  const Pairing pairing =
      world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); });
  assert_true(world.get(allow_pairing(owner, pairing)).state == PairingState::enabled);
  assert_true(world.get([&](Context& c) { return read_pairing(c, world.login, earlier); }).state ==
              PairingState::deactivated);
  owner.phone.pairing_id = pairing.id;
  const auto request = world.push("jdoe");
  assert_state(world.get(answer(world, owner.phone, request, assertion_for(world, owner, request))),
               RequestState::granted);
}

void what_was_verified_can_be_proven_later(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  std::vector<AuthenticationRequest> requests;
  for (int login = 0; login < 2; ++login) {
    requests.push_back(world.push("jdoe"));
    (void)world.get(
        answer(world, owner.phone, requests.back(), assertion_for(world, owner, requests.back())));
  }
  const auto proof_of = [&](const AuthenticationRequest& request) {
    return to_text(world.get([&](Context& c) { return prove_request(c, world.admin, request.id).proof; }));
  };
  for (const auto& request : requests) assert_same_text(proof_of(request), to_text(Proof::good));
  world.tamper("UPDATE decisions SET verification = (SELECT verification FROM decisions WHERE subject = '" +
               requests[1].id + "') WHERE subject = '" + requests[0].id + "'");
  assert_same_text(proof_of(requests[0]), to_text(Proof::wrong_signature));
  assert_same_text(proof_of(requests[1]), to_text(Proof::good));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(who_is_verified_is_let_in),
      cmocka_unit_test(without_verification_nobody_is),
      cmocka_unit_test(no_needs_no_verification),
      cmocka_unit_test(a_verification_is_for_one_answer),
      cmocka_unit_test(without_the_policy_what_is_given_must_hold),
      cmocka_unit_test(credentials_that_do_not_hold_pair_nothing),
      cmocka_unit_test(a_phone_that_is_paired_anew_has_one_pairing),
      cmocka_unit_test(what_was_verified_can_be_proven_later),
  };
  return cmocka_run_group_tests_name("server, user verification", tests, nullptr, nullptr);
}
