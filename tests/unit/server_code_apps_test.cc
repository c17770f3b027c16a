// SPDX-License-Identifier: Apache-2.0
// Other code apps that phones set up: whose phone may, how many, whom it is verified for, and that they end with the phone.
#include "crypto/encoding.h"
#include "device/code_app.h"
#include "device/credential.h"
#include "fake_authenticator.h"
#include "server/service/approvals.h"
#include "server/service/code_apps.h"
#include "server/service/requesters.h"
#include "server/service/reset_links.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;
using webauthn::FakeAuthenticator;

namespace {

/// A call that the device would make now.
device::CallAuthorization call_of(const World& world, const Phone& phone) {
  return {phone.device.id, world.now / kSecond, crypto::base64url_encode(random_bytes(16).view()), ""};
}

auto setting_up(const Phone& phone, const std::string& pairing, const device::CallAuthorization& call,
                UserVerification policy = UserVerification::off,
                const std::optional<webauthn::Assertion>& verification = std::nullopt) {
  return [&phone, pairing, call, policy, verification](Context& c) {
    return set_up_code_app(c, phone.device, pairing, call, policy, verification);
  };
}

auto setting_up(const World& world, const Phone& phone) {
  return setting_up(phone, phone.pairing_id, call_of(world, phone));
}

/// What the other app reads in the link.
Secret seed_of(World& world, const CodeApp& app) {
  Secret seed = world.get([&](Context& c) { return c.store.validator_seed(app.validator.id); });
  const std::string secret = "?secret=" + crypto::base32_encode(seed.view()) + "&";
  assert_true(app.link.view().find(secret) != std::string_view::npos);
  return seed;
}

bool lets_in(World& world, const std::string& user, const Secret& seed) {
  world.pass(2 * kMinute);  // the code is a new one, and what was wrong is forgotten
  const std::string code(otp::totp(seed, world.now / kSecond).view());
  return world.with_code(user, code).state == RequestState::granted;
}

std::vector<PhonesCodeApp> seen_by(World& world, const Phone& phone) {
  return world.get([&](Context& c) { return code_apps_seen_by(c, phone.device, phone.pairing_id); });
}

auto removing(const Phone& phone, const std::string& id) {
  return [&phone, id](Context& c) {
    remove_code_app(c, phone.device, id);
    return true;
  };
}

int events(World& world, const std::string& event, const std::string& containing = "") {
  return world.count("SELECT count(*) FROM audit WHERE event = '" + event + "' AND fields LIKE '%" +
                     containing + "%'");
}

/// Another phone of the user, approved by an administrator.
Phone pair_another(World& world, const std::string& user) {
  Phone phone = world.new_phone();
  const std::string phrase = world.phrase_of(phone);
  const Pairing pairing = world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, user); });
  assert_true(world.get(world.answer_pairing(phone, pairing, Choice::allow)).state == PairingState::enabled);
  phone.pairing_id = pairing.id;
  return phone;
}

void its_codes_let_in_and_are_no_other_s(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const CodeApp app = world.get(setting_up(world, phone));
  const Secret seed = seed_of(world, app);
  assert_false(seed.equals(phone.seed.view()));
  assert_true(app.validator.requester_id == world.login.id);
  assert_int_equal(last_used(seen_by(world, phone).at(0).token), 0);
  assert_true(lets_in(world, "jdoe", seed));
  assert_true(std::abs(last_used(seen_by(world, phone).at(0).token) - world.now) < kMinute);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
  const CodeApp another = world.get(setting_up(world, phone));
  assert_false(seed_of(world, another).equals(seed.view()));
  assert_int_equal(events(world, "code app enrolled", phone.pairing_id), 2);
  assert_int_equal(events(world, "code app enrolled", phone.device.id), 2);
}

void only_the_pairing_s_own_phone_may(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone thief = world.pair("mallory");
  const auto refused = [&](const Phone& by, const std::string& pairing) {
    return world.refusal(setting_up(by, pairing, call_of(world, by)));
  };
  assert_int_equal(refused(thief, phone.pairing_id), 404);
  assert_int_equal(refused(phone, random_uuid()), 404);
  const Phone waiting = world.new_phone();
  assert_int_equal(refused(waiting, world.ask_to_pair(waiting, "new").id), 404);
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  assert_int_equal(refused(phone, phone.pairing_id), api::error_code::kPairingDeactivated);
  assert_int_equal(world.count("SELECT count(*) FROM validators"), 0);
}

void not_while_something_is_wrong(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto enable = [&](bool enabled) {
    return world.get([&](Context& c) {
      return set_user_enabled(c, world.admin, user_named(c, world.admin, "jdoe")->id, enabled);
    });
  };
  enable(false);
  assert_int_equal(world.refusal(setting_up(world, phone)), api::error_code::kUserDisabled);
  enable(true);
  world.get(world.decision(phone, world.push("jdoe"), Choice::not_me));
  assert_int_equal(world.refusal(setting_up(world, phone)), 409);
  world.pass(rules::kMute);
  world.get(setting_up(world, phone));
  world.get([&](Context& c) {
    remove_requester(c, world.admin, world.login.name);
    return true;
  });
  assert_int_equal(world.refusal(setting_up(world, phone)), 409);
}

void five_of_a_user_and_ten_calls_an_hour(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone other = pair_another(world, "jdoe");
  std::string last;
  for (std::size_t i = 0; i < rules::kMaxCodeApps; ++i)
    last = world.get(setting_up(world, i % 2 == 0 ? phone : other)).validator.id;
  assert_int_equal(world.refusal(setting_up(world, phone)), 409);
  assert_int_equal(world.refusal(setting_up(world, other)), 409);
  for (int i = 0; i < rules::kMaxNewCodeApps - static_cast<int>(rules::kMaxCodeApps); ++i) {
    assert_true(world.get(removing(phone, last)));
    last = world.get(setting_up(world, phone)).validator.id;
  }
  assert_true(world.get(removing(phone, last)));
  assert_int_equal(world.refusal(setting_up(world, phone)), 429);
  world.pass(rules::kNewCodeAppWindow + 1);
  world.get(setting_up(world, phone));
}

void every_phone_of_the_user_sees_and_removes_it_and_no_other_s(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone own = pair_another(world, "jdoe");
  const Phone stranger = world.pair("mallory");
  const CodeApp app = world.get(setting_up(world, phone));
  const Secret seed = seed_of(world, app);
  assert_int_equal(seen_by(world, stranger).size(), 0);
  assert_int_equal(world.refusal(removing(stranger, app.validator.id)), 404);
  assert_int_equal(seen_by(world, own).size(), 1);
  assert_true(seen_by(world, own).front().pairing.id == phone.pairing_id);
  assert_true(world.get(removing(own, app.validator.id)));
  assert_int_equal(world.refusal(removing(own, app.validator.id)), 404);
  assert_int_equal(seen_by(world, phone).size(), 0);
  assert_false(lets_in(world, "jdoe", seed));
  assert_int_equal(events(world, "code app ended", own.device.id), 1);
  assert_int_equal(world.count("SELECT count(*) FROM validators WHERE length(sealed_seed) > 0"), 0);
}

/// Those of an administrator are no phone's.
void what_others_have_made_is_left_alone(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const CodeApp given =
      world.get([&](Context& c) { return enrol_code_app(c, world.admin, "jdoe", world.login.name); });
  assert_int_equal(seen_by(world, phone).size(), 0);
  assert_int_equal(world.refusal(removing(phone, given.validator.id)), 404);
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  assert_true(lets_in(world, "jdoe", seed_of(world, given)));
}

/// Whichever way the pairing ends; the other phone's stays.
void it_ends_with_its_phone(void**) {
  World world;
  const Phone other = world.pair("jdoe");
  const Secret kept = seed_of(world, world.get(setting_up(world, other)));
  const auto deactivated = [&](const Phone& phone) {
    world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  };
  const auto reset_by_link_of = [&](const Phone& phone) {
    const Secret link = world.get([&](Context& c) {
      return server::make_reset_link(c, world.admin, phone.pairing_id, {"", ""});
    });
    const std::string token(link.view().substr(link.view().find('=') + 1));
    assert_true(world.get([&](Context& c) { return reset_by_link(c, phone.pairing_id, token, ""); }) ==
                ResetOutcome::done);
  };
  const auto replaced = [&](const Phone& phone) {
    const std::string phrase = world.phrase_of(phone);
    const Pairing anew =
        world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); });
    world.get(world.answer_pairing(phone, anew, Choice::allow));
  };
  const std::vector<std::function<void(const Phone&)>> ways = {deactivated, reset_by_link_of, replaced};
  for (const auto& end : ways) {
    const Phone stolen = pair_another(world, "jdoe");
    const Secret seed = seed_of(world, world.get(setting_up(world, stolen)));
    assert_true(lets_in(world, "jdoe", seed));
    end(stolen);
    assert_false(lets_in(world, "jdoe", seed));
    assert_int_equal(events(world, "code app ended", stolen.pairing_id), 1);
    assert_true(lets_in(world, "jdoe", kept));
  }
  world.get([&](Context& c) {
    reset_user(c, world.admin, "jdoe");
    return true;
  });
  assert_int_equal(world.count("SELECT count(*) FROM validators WHERE active = 1"), 0);
}

void a_reported_login_ends_all_that_phones_have_set_up(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone other = pair_another(world, "jdoe");
  const Phone stranger = world.pair("mallory");
  for (const Phone* one : {&phone, &other, &stranger}) world.get(setting_up(world, *one));
  world.get(world.decision(phone, world.push("jdoe"), Choice::not_me));
  assert_int_equal(seen_by(world, other).size(), 0);
  assert_int_equal(seen_by(world, stranger).size(), 1);
}

/// What its codes have approved is worth nothing once it is removed.
void approvals_end_with_it(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const CodeApp app = world.get(setting_up(world, phone));
  const std::string code(otp::totp(seed_of(world, app), world.now / kSecond).view());
  Initiate wanted = World::code_of("jdoe", code);
  wanted.action_name = "pair another phone";
  const auto approval = world.get(world.start(std::move(wanted)));
  assert_state(approval, RequestState::granted);
  assert_true(world.get(removing(phone, app.validator.id)));
  const Phone further = world.new_phone();
  const std::string phrase = world.phrase_of(further);
  assert_int_equal(
      world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe", approval.id); }),
      api::error_code::kApprovalNeeded);
}

/// A phone whose authenticator knows its person.
struct VerifyingPhone {
  Phone phone;
  FakeAuthenticator authenticator{kOrigin};

  auto setting_up_verified(const device::CallAuthorization& call, const device::CallAuthorization& verified,
                           UserVerification policy = UserVerification::required) {
    const auto assertion =
        authenticator.get(crypto::sha256(device::code_app_bytes(kOrigin, phone.pairing_id, verified)));
    return setting_up(phone, phone.pairing_id, call, policy, assertion);
  }
};

VerifyingPhone pair_verifying(World& world, const std::string& user) {
  VerifyingPhone owner{world.new_phone()};
  const Pairing pairing = world.ask_to_pair(owner.phone, user);
  world.get([&](Context& c) {
    const std::string shown = shown_pairing(c, pairing);
    const std::string statement = device::decision_bytes(kOrigin, pairing.id, shown, Choice::allow, "");
    const OfferedCredential offered{
        owner.authenticator.create(crypto::sha256(statement)),
        owner.phone.signing.sign(device::credential_bytes(kOrigin, pairing.id, owner.authenticator.id,
                                                          owner.authenticator.key.public_point()))};
    return decide_pairing(c, owner.phone.device, pairing.id, Choice::allow,
                          owner.phone.sign(pairing.id, shown, Choice::allow, ""), offered);
  });
  owner.phone.pairing_id = pairing.id;
  return owner;
}

void where_the_policy_wants_it_the_person_is_verified_for_this_call(void**) {
  World world;
  VerifyingPhone owner = pair_verifying(world, "jdoe");
  VerifyingPhone thief = pair_verifying(world, "mallory");
  const auto call = call_of(world, owner.phone);
  const auto required = UserVerification::required;
  const auto refused = [&](const auto& rule) {
    assert_int_equal(world.refusal(rule), 403);
    assert_int_equal(world.count("SELECT count(*) FROM validators"), 0);
  };
  refused(setting_up(owner.phone, owner.phone.pairing_id, call, required));
  auto other_time = call;
  other_time.timestamp += 1;
  refused(owner.setting_up_verified(call, other_time));
  auto other_nonce = call;
  other_nonce.nonce = crypto::base64url_encode(random_bytes(16).view());
  refused(owner.setting_up_verified(call, other_nonce));
  const std::string bytes = device::code_app_bytes(kOrigin, owner.phone.pairing_id, call);
  refused(setting_up(owner.phone, owner.phone.pairing_id, call, required,
                     thief.authenticator.get(crypto::sha256(bytes))));
  refused(setting_up(owner.phone, owner.phone.pairing_id, call, required,
                     owner.authenticator.get(crypto::sha256(
                         device::decision_bytes(kOrigin, owner.phone.pairing_id, "", Choice::allow, "")))));
  owner.authenticator.flags = webauthn::kPresent;
  refused(owner.setting_up_verified(call, call));
  owner.authenticator.flags |= webauthn::kVerified;
  const auto once = owner.setting_up_verified(call, call);
  world.get(once);
  assert_int_equal(events(world, "code app enrolled", "\"user_verification\":\"yes\""), 1);
  // The call itself counts once (authenticate.h); and the authenticator's counter says so, too.
  assert_int_equal(world.refusal(once), 403);
  assert_int_equal(world.count("SELECT count(*) FROM validators"), 1);
}

void a_pairing_without_a_credential_cannot_where_the_policy_wants_it(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto call = call_of(world, phone);
  assert_int_equal(world.refusal(setting_up(phone, phone.pairing_id, call, UserVerification::required)), 403);
  FakeAuthenticator made_up{kOrigin};
  const auto assertion = made_up.get(crypto::sha256(device::code_app_bytes(kOrigin, phone.pairing_id, call)));
  for (const auto policy : {UserVerification::required, UserVerification::off})
    assert_int_equal(world.refusal(setting_up(phone, phone.pairing_id, call, policy, assertion)), 403);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(its_codes_let_in_and_are_no_other_s),
      cmocka_unit_test(only_the_pairing_s_own_phone_may),
      cmocka_unit_test(not_while_something_is_wrong),
      cmocka_unit_test(five_of_a_user_and_ten_calls_an_hour),
      cmocka_unit_test(every_phone_of_the_user_sees_and_removes_it_and_no_other_s),
      cmocka_unit_test(what_others_have_made_is_left_alone),
      cmocka_unit_test(it_ends_with_its_phone),
      cmocka_unit_test(a_reported_login_ends_all_that_phones_have_set_up),
      cmocka_unit_test(approvals_end_with_it),
      cmocka_unit_test(where_the_policy_wants_it_the_person_is_verified_for_this_call),
      cmocka_unit_test(a_pairing_without_a_credential_cannot_where_the_policy_wants_it),
  };
  return cmocka_run_group_tests_name("server, other code apps", tests, nullptr, nullptr);
}
