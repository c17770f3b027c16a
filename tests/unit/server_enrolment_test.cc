// SPDX-License-Identifier: Apache-2.0
// Pairings that begin at the host: who may make a link, who may join by it, and what guessing brings.
#include <optional>

#include "device/enrolment.h"
#include "server/service/enrolment.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

auto link_for(World& world, const std::string& user, const std::string& authorization = {}) {
  return [&world, user, authorization](Context& c) {
    return create_enrolment(c, world.login, user, authorization);
  };
}

device::EnrolmentLink read(const Enrolment& enrolment) {
  auto link = device::EnrolmentLink::parse(enrolment.link.view());
  assert_true(link.has_value());
  return std::move(*link);
}

std::string proof_of(const Phone& phone, const device::EnrolmentLink& link) {
  return device::device_proof(
      link.secret, {link.origin, link.pairing_id, phone.device.signing_key, phone.device.agreement_key});
}

auto join(const Phone& phone, const std::string& pairing, const std::string& proof) {
  return [&phone, pairing, proof](Context& c) { return join_enrolment(c, phone.device, pairing, proof); };
}

PairingState state_of(World& world, const Pairing& pairing) {
  return world.get([&](Context& c) { return read_pairing(c, world.login, pairing.id).state; });
}

void a_device_joins_and_allows(void**) {
  World world;
  const Enrolment made = world.get(link_for(world, "jdoe"));
  assert_true(made.pairing.device_id.empty());
  const auto link = read(made);
  Phone phone = world.new_phone();
  const Joined joined = world.get(join(phone, link.pairing_id, proof_of(phone, link)));
  const device::EnrolmentKeys keys{kOrigin, link.pairing_id, phone.device.signing_key,
                                   phone.device.agreement_key};
  assert_true(joined.proof == device::server_proof(link.secret, keys, joined.pairing.server_point));
  // Joining is no decision: only the device's signed answer enables.
  assert_true(state_of(world, made.pairing) == PairingState::pending);
  const PendingList pending = world.get([&](Context& c) { return pending_for(c, phone.device); });
  assert_int_equal(pending.pairings.size(), 1);
  assert_true(world.get(world.answer_pairing(phone, joined.pairing, Choice::allow)).state ==
              PairingState::enabled);
  phone.pairing_id = joined.pairing.id;
  phone.seed =
      device::agree_on_seed(phone.agreement, *crypto::PublicKey::from_point(joined.pairing.server_point),
                            joined.pairing.id, phone.agreement.public_point(), joined.pairing.server_point);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void a_link_is_good_once(void**) {
  World world;
  const auto link = read(world.get(link_for(world, "jdoe")));
  const Phone first = world.new_phone();
  const Phone second = world.new_phone();
  world.get(join(first, link.pairing_id, proof_of(first, link)));
  assert_int_equal(world.refusal(join(second, link.pairing_id, proof_of(second, link))), 404);
  assert_int_equal(world.refusal(join(first, link.pairing_id, proof_of(first, link))), 404);
}

void a_link_ends_after_ten_minutes(void**) {
  World world;
  const Enrolment made = world.get(link_for(world, "jdoe"));
  const auto link = read(made);
  const Phone phone = world.new_phone();
  world.pass(rules::kEnrolmentLife);
  assert_int_equal(world.refusal(join(phone, link.pairing_id, proof_of(phone, link))), 404);
  assert_true(state_of(world, made.pairing) == PairingState::expired);
}

void five_wrong_proofs_end_a_link(void**) {
  World world;
  const Enrolment made = world.get(link_for(world, "jdoe"));
  const auto link = read(made);
  const Phone phone = world.new_phone();
  const std::string wrong(32, 'x');
  for (int i = 1; i < rules::kMaxWrongProofs; ++i)
    assert_int_equal(world.refusal(join(phone, link.pairing_id, wrong)), 403);
  assert_true(state_of(world, made.pairing) == PairingState::pending);
  assert_int_equal(world.refusal(join(phone, link.pairing_id, wrong)), 403);
  assert_true(state_of(world, made.pairing) == PairingState::expired);
  assert_int_equal(world.refusal(join(phone, link.pairing_id, proof_of(phone, link))), 404);
}

void a_proof_is_of_one_device_and_origin(void**) {
  World world;
  const auto link = read(world.get(link_for(world, "jdoe")));
  const Phone phone = world.new_phone();
  const Phone other = world.new_phone();
  assert_int_equal(world.refusal(join(other, link.pairing_id, proof_of(phone, link))), 403);
  const std::string elsewhere = device::device_proof(
      link.secret,
      {"https://other.example", link.pairing_id, phone.device.signing_key, phone.device.agreement_key});
  assert_int_equal(world.refusal(join(phone, link.pairing_id, elsewhere)), 403);
}

void a_user_with_a_factor_must_approve(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  assert_int_equal(world.refusal(link_for(world, "jdoe")), api::error_code::kApprovalNeeded);
  Initiate wanted = World::code_of("jdoe", world.code(phone));
  wanted.action_name = "pair another phone";
  const auto approval = world.get(world.start(std::move(wanted)));
  const auto link = read(world.get(link_for(world, "jdoe", approval.id)));
  assert_int_equal(world.refusal(link_for(world, "jdoe", approval.id)), api::error_code::kApprovalNeeded);
  Phone further = world.new_phone();
  const Joined joined = world.get(join(further, link.pairing_id, proof_of(further, link)));
  assert_true(world.get(world.answer_pairing(further, joined.pairing, Choice::allow)).state ==
              PairingState::enabled);
}

void a_factor_that_came_meanwhile_is_not_bypassed(void**) {
  World world;
  const auto link = read(world.get(link_for(world, "jdoe")));
  const Phone phone = world.new_phone();
  const Joined joined = world.get(join(phone, link.pairing_id, proof_of(phone, link)));
  const Phone sooner = world.pair("jdoe");
  assert_int_equal(world.refusal(world.answer_pairing(phone, joined.pairing, Choice::allow)), 409);
}

void who_is_only_invited_is_not_paired(void**) {
  World world;
  world.get(link_for(world, "jdoe"));
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kUnknownUser);
}

void a_link_is_shown_to_its_requester_only(void**) {
  World world;
  const Enrolment made = world.get(link_for(world, "jdoe"));
  const auto link_as = [&](const Requester& requester) {
    return [&](Context& c) { return link_of_enrolment(c, requester, made.pairing.id); };
  };
  assert_true(world.get(link_as(world.login)).equals(made.link.view()));
  assert_int_equal(world.refusal(link_as(world.other)), 404);
  assert_int_equal(world.refusal(link_as(world.admin)), 404);
  const Phone phone = world.new_phone();
  world.get(join(phone, made.pairing.id, proof_of(phone, read(made))));
  assert_int_equal(world.refusal(link_as(world.login)), 404);
}

Invitation invitation_of(const std::string& user, Millis life = rules::kInvitationLife) {
  return {user, "login host", life};
}

auto invitation(const World& world, const Invitation& wanted) {
  return [&world, wanted](Context& c) { return invite(c, world.admin, wanted); };
}

void an_administrator_invites(void**) {
  World world;
  assert_int_equal(world.refusal([&](Context& c) { return invite(c, world.login, invitation_of("jdoe")); }),
                   403);
  const Invited first = world.get(invitation(world, invitation_of("jdoe")));
  assert_false(first.further);
  world.pair("jdoe");
  const Invited second = world.get(invitation(world, invitation_of("jdoe")));
  assert_true(second.further);
  const auto link = read(second.enrolment);
  const Phone phone = world.new_phone();
  world.pass(rules::kInvitationLife - kSecond);
  const Joined joined = world.get(join(phone, link.pairing_id, proof_of(phone, link)));
  assert_true(world.get(world.answer_pairing(phone, joined.pairing, Choice::allow)).state ==
              PairingState::enabled);
}

void an_invitation_ends_in_time(void**) {
  World world;
  const auto link = read(world.get(invitation(world, invitation_of("jdoe", kMinute))).enrolment);
  const Phone phone = world.new_phone();
  world.pass(kMinute);
  assert_int_equal(world.refusal(join(phone, link.pairing_id, proof_of(phone, link))), 404);
  assert_int_equal(world.refusal(invitation(world, invitation_of("jdoe", 0))), 400);
  assert_int_equal(world.refusal(invitation(world, invitation_of("jdoe", rules::kMaxInvitationLife + 1))),
                   400);
}

void ten_phones_are_enough(void**) {
  World world;
  for (std::size_t i = 0; i < rules::kMaxPhones; ++i) {
    Phone phone = world.new_phone();
    const auto link = read(world.get(invitation(world, invitation_of("jdoe"))).enrolment);
    const Joined joined = world.get(join(phone, link.pairing_id, proof_of(phone, link)));
    world.get(world.answer_pairing(phone, joined.pairing, Choice::allow));
  }
  assert_int_equal(world.refusal(invitation(world, invitation_of("jdoe"))), 409);
}

void housekeeping_keeps_what_stands_for_no_device(void**) {
  World world;
  world.pass(100 * kDay);
  world.get([](Context& c) {
    (void)c.store.prune(c.now, {}, 1000);
    return true;
  });
  world.get(link_for(world, "jdoe"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_device_joins_and_allows),
      cmocka_unit_test(a_link_is_good_once),
      cmocka_unit_test(a_link_ends_after_ten_minutes),
      cmocka_unit_test(five_wrong_proofs_end_a_link),
      cmocka_unit_test(a_proof_is_of_one_device_and_origin),
      cmocka_unit_test(a_user_with_a_factor_must_approve),
      cmocka_unit_test(a_factor_that_came_meanwhile_is_not_bypassed),
      cmocka_unit_test(who_is_only_invited_is_not_paired),
      cmocka_unit_test(a_link_is_shown_to_its_requester_only),
      cmocka_unit_test(an_administrator_invites),
      cmocka_unit_test(an_invitation_ends_in_time),
      cmocka_unit_test(ten_phones_are_enough),
      cmocka_unit_test(housekeeping_keeps_what_stands_for_no_device),
  };
  return cmocka_run_group_tests_name("server, enrolment", tests, nullptr, nullptr);
}
