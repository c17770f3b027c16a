// SPDX-License-Identifier: Apache-2.0
// Automation rules, and the proofs that signed decisions are; attacked.
#include <algorithm>
#include <array>
#include <functional>

#include "api/approved_action.h"
#include "server/service/automation.h"
#include "server/service/proofs.h"
#include "server/service/requesters.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

template <typename Rule>
auto void_rule(Rule rule) {
  return [rule](Context& c) {
    rule(c);
    return 0;
  };
}

Initiate sudo_at(const std::string& extra, const std::string& name = "host") {
  Initiate parameters = World::push_of("jdoe");
  parameters.terminal_name = name;
  parameters.terminal_extra = extra;
  parameters.action_name = "sudo";
  return parameters;
}

AuthenticationRequest by_login(World& world, const Initiate& parameters) {
  return world.get([&](Context& c) { return initiate(c, world.login, parameters); });
}

/// A rule of jdoe's phone for sudo at the terminal "one".
void remember(World& world, const Phone& phone, int days = 30) {
  const auto request = world.get(world.start(sudo_at("one")));
  assert_state(world.get(world.decision(phone, request, Choice::allow, request.number, days)),
               RequestState::granted);
  world.pass(1);  // what is refused in the same moment is not counted
}

bool is_automated(World& world, const Requester& caller, const Initiate& parameters) {
  const auto request = world.get([&](Context& c) { return initiate(c, caller, parameters); });
  const bool automated = !request.rule_id.empty();
  assert_state(request, automated ? RequestState::granted : RequestState::pending);
  if (!automated) world.get([&](Context& c) { return cancel_request(c, caller, request.id); });
  // What the test asks in vain must not add up to a limit.
  world.get(void_rule([&](Context& c) { unlock_user(c, world.admin, parameters.user_name); }));
  return automated;
}
bool is_automated(World& world) {
  return is_automated(world, world.login, sudo_at("one"));
}

std::vector<AutomationRule> seen(World& world, const Phone& phone) {
  return world.get([&](Context& c) { return rules_seen_by(c, phone.device); });
}

void a_rule_answers_what_it_was_made_for_and_nothing_else(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  (void)world.pair("jane");
  assert_false(is_automated(world));
  remember(world, phone);
  assert_true(is_automated(world));
  assert_true(is_automated(world, world.login, sudo_at("one", "under another name")));
  assert_false(is_automated(world, world.login, sudo_at("two")));
  Initiate other_action = sudo_at("one");
  other_action.action_name = "su";
  assert_false(is_automated(world, world.login, other_action));
  Initiate by_name = sudo_at("");
  assert_false(is_automated(world, world.login, by_name));
  assert_false(is_automated(world, world.other, sudo_at("one")));
  Initiate other_user = sudo_at("one");
  other_user.user_name = "jane";
  assert_false(is_automated(world, world.login, other_user));
  Initiate not_allowed = sudo_at("one");
  not_allowed.automation_allowed = false;
  assert_false(is_automated(world, world.login, not_allowed));
  assert_true(is_automated(world));
}

void the_days_are_part_of_what_is_signed(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.get(world.start(sudo_at("one")));
  const std::string shown =
      world.get([&](Context& c) { return shown_request(c, request, phone.pairing_id); });
  const auto decide = [&](int signed_days, int sent_days) {
    return world.refusal([&](Context& c) {
      return decide_request(c, phone.device, request.id,
                            {Choice::allow, "", sent_days,
                             phone.sign(phone.pairing_id, shown, Choice::allow, "", kOrigin, signed_days)},
                            UserVerification::off);
    });
  };
  assert_int_equal(decide(0, 1), 401);
  assert_int_equal(decide(1, 365), 401);
  assert_int_equal(decide(1, 0), 401);
  assert_int_equal(decide(366, 366), 400);
  assert_int_equal(decide(-1, -1), 400);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::deny, "", 1)), 400);
  assert_state(world.read(request), RequestState::pending);
  assert_true(seen(world, phone).empty());
}

void a_rule_needs_leave_of_requester_and_policy(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  Initiate not_allowed = sudo_at("one");
  not_allowed.automation_allowed = false;
  const auto request = world.get(world.start(std::move(not_allowed)));
  assert_int_equal(
      world.get([&](Context& c) { return pending_for(c, phone.device); }).requests[0].longest_rule, 0);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow, "", 1)), 400);
  assert_state(world.get(world.decision(phone, request, Choice::allow)), RequestState::granted);
  remember(world, phone);
  const auto set_policy = [&](NumberMatching numbers, bool automation) {
    RequesterPolicy policy;
    policy.scopes = world.login.scopes;
    policy.number_matching = numbers;
    policy.automation = automation;
    world.login =
        world.get([&](Context& c) { return set_requester_policy(c, world.admin, "login host", policy); });
  };
  set_policy(NumberMatching::on, false);
  assert_false(is_automated(world));
  set_policy(NumberMatching::required, true);
  Initiate numbered = sudo_at("one");
  numbered.number_matching = true;
  assert_false(is_automated(world, world.login, numbered));
  const auto with_number = world.get(world.start(std::move(numbered)));
  assert_int_equal(world.refusal(world.decision(phone, with_number, Choice::allow, with_number.number, 1)),
                   400);
  world.get([&](Context& c) { return cancel_request(c, world.login, with_number.id); });
  set_policy(NumberMatching::on, true);
  assert_true(is_automated(world));
}

void what_adds_a_factor_is_never_automated(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (const char* action :
       {"pair another phone", "make new recovery codes", "make offline codes for web1"}) {
    Initiate parameters = sudo_at("one");
    parameters.action_name = action;
    const auto request = world.get(world.start(std::move(parameters)));
    assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow, request.number, 1)), 400);
    assert_state(world.get(world.decision(phone, request, Choice::allow, request.number)),
                 RequestState::granted);
  }
  // Not even by a row that somebody put into the database.
  Initiate parameters = sudo_at("one");
  parameters.action_name = api::approved_action::kPairAnother;
  const auto request = by_login(world, parameters);
  world.get(world.decision(phone, request, Choice::allow, request.number));
  const AutomationRule forged{
      random_uuid(), request.user_id,     world.login.id, phone.pairing_id, request.id, request.terminal.id,
      "host",        request.action.name, world.now,      world.now + kDay, 0};
  world.get(void_rule([&](Context& c) { c.store.insert_rule(forged); }));
  assert_state(by_login(world, parameters), RequestState::pending);
}

void no_rule_answers_beside_a_push_or_while_muted(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  remember(world, phone);
  const auto waiting = world.get(world.start(sudo_at("two")));
  const auto beside = world.get(world.start(sudo_at("one")));
  assert_state(beside, RequestState::pending);
  assert_int_equal(beside.number.size(), 2);
  world.get([&](Context& c) { return cancel_request(c, world.login, beside.id); });
  world.get(world.decision(phone, waiting, Choice::not_me));
  assert_int_equal(world.refusal(world.start(sudo_at("one"))), api::error_code::kOtpRequired);
  world.pass(rules::kMute);
  assert_false(is_automated(world));  // "not me" has ended it as well
  remember(world, phone);
  for (int i = 0; i < rules::kMaxRefused; ++i)
    world.get(world.decision(phone, world.get(world.start(sudo_at("two"))), Choice::deny));
  assert_int_equal(world.refusal(world.start(sudo_at("one"))), api::error_code::kOtpRequired);
}

/// Malware that has its sudo allowed by a rule must not thereby reset what protects the person.
void an_automated_grant_lifts_no_limit(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  remember(world, phone);
  for (int i = 0; i < rules::kMaxRefused - 1; ++i)
    world.get(world.decision(phone, world.get(world.start(sudo_at("two"))), Choice::deny));
  assert_state(world.get(world.start(sudo_at("one"))), RequestState::granted);
  world.get(world.decision(phone, world.get(world.start(sudo_at("two"))), Choice::deny));
  assert_int_equal(world.refusal(world.start(sudo_at("two"))), api::error_code::kOtpRequired);
  for (int i = 0; i < rules::kMaxWrongCodesPerDay; ++i) {
    world.with_code("jdoe", world.wrong_code(phone));
    world.pass(2 * kMinute);
  }
  world.pass(120 * kMinute);
  assert_state(world.get(world.start(sudo_at("one"))), RequestState::granted);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied, api::reason::kCodesLocked);
}

void a_rule_ends(void**) {
  const auto after = [](const std::function<void(World&, const Phone&)>& end) {
    World world;
    const Phone phone = world.pair("jdoe");
    remember(world, phone);
    assert_true(is_automated(world));
    end(world, phone);
    return is_automated(world);
  };
  const auto user_id = [](World& world) {
    return world.get([&](Context& c) { return user_named(c, world.login, "jdoe")->id; });
  };
  const auto end_pairing_of = [](World& world, const Phone& phone) {
    // A further phone stays, so that a push is possible.
    const Phone further = world.new_phone();
    const std::string phrase = world.phrase_of(further);
    const Pairing pairing =
        world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); });
    world.get(world.answer_pairing(further, pairing, Choice::allow));
    world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  };
  assert_true(after([](World& world, const Phone&) { world.pass(30 * kDay - kSecond); }));
  assert_false(after([](World& world, const Phone&) { world.pass(30 * kDay); }));
  assert_false(after(end_pairing_of));
  assert_false(after([](World& world, const Phone& phone) {
    const std::string id = seen(world, phone).at(0).id;
    world.get(void_rule([&](Context& c) { remove_rule(c, phone.device, id); }));
  }));
  assert_false(after([](World& world, const Phone&) {
    world.get(void_rule([&](Context& c) { reset_user(c, world.admin, "jdoe"); }));
    (void)world.pair("jdoe");
  }));
  assert_false(after([&](World& world, const Phone&) {
    const std::string id = user_id(world);
    for (const bool enabled : {false, true})
      world.get([&](Context& c) { return set_user_enabled(c, world.admin, id, enabled); });
  }));
  assert_false(after([](World& world, const Phone& phone) {
    world.get(world.decision(phone, world.get(world.start(sudo_at("two"))), Choice::not_me));
    world.pass(rules::kMute);
  }));
}

void a_rule_that_ended_is_not_brought_back_by_the_clock(void**) {
  for (const bool swept : {false, true}) {
    World world;
    const Phone phone = world.pair("jdoe");
    remember(world, phone, 1);
    world.pass(kDay);
    if (swept) {
      world.get(void_rule([&](Context& c) { expire_rules(c); }));
    } else {
      assert_false(is_automated(world));
    }
    world.pass(-kDay + kMinute);
    assert_false(is_automated(world));
  }
  World world;
  const Phone phone = world.pair("jdoe");
  remember(world, phone, 1);
  world.pass(-365 * kDay);
  assert_false(is_automated(world));
}

void the_other_phone_sees_and_ends_what_a_stolen_one_made(void**) {
  World world;
  const Phone stolen = world.pair("jdoe");
  const Phone stranger = world.pair("jane");
  const Phone own = world.new_phone();
  const std::string phrase = world.phrase_of(own);
  const Pairing pairing =
      world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); });
  world.get(world.answer_pairing(own, pairing, Choice::allow));
  remember(world, stolen);
  assert_true(seen(world, stranger).empty());
  const auto rules = seen(world, own);
  assert_int_equal(rules.size(), 1);
  const auto remove = [&](const Phone& phone) {
    return void_rule([&](Context& c) { remove_rule(c, phone.device, rules[0].id); });
  };
  assert_int_equal(world.refusal(remove(stranger)), 404);
  assert_true(is_automated(world));
  world.get(remove(own));
  assert_false(is_automated(world));
  assert_int_equal(world.refusal(remove(own)), 404);
}

void a_second_rule_takes_the_place_of_the_first(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto first = by_login(world, sudo_at("one"));
  const auto second = by_login(world, sudo_at("one"));
  world.get(world.decision(phone, first, Choice::allow, "", 30));
  world.get(world.decision(phone, second, Choice::allow, second.number, 1));
  const auto rules = seen(world, phone);
  assert_int_equal(rules.size(), 1);
  assert_int_equal(rules[0].expires, world.now + kDay);
  for (std::size_t i = 1; i < rules::kMaxRules; ++i) {
    const auto request = world.get(world.start(sudo_at("terminal " + std::to_string(i))));
    world.get(world.decision(phone, request, Choice::allow, "", 1));
  }
  const auto too_many = world.get(world.start(sudo_at("one too many")));
  assert_int_equal(world.refusal(world.decision(phone, too_many, Choice::allow, "", 1)), 409);
  assert_state(world.get(world.decision(phone, too_many, Choice::allow)), RequestState::granted);
}

Proven proof_of(World& world, const AuthenticationRequest& request) {
  return world.get([&](Context& c) { return prove_request(c, world.admin, request.id); });
}

void assert_proof(World& world, const AuthenticationRequest& request, Proof proof) {
  assert_same_text(to_text(proof_of(world, request).proof), to_text(proof));
}

void the_past_keeps_what_a_rule_rests_on(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  remember(world, phone);
  world.pass(29 * kDay);
  const auto by_rule = world.get(world.start(sudo_at("one")));
  assert_false(by_rule.rule_id.empty());
  world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {7, 7}, 1000); }));
  assert_proof(world, by_rule, Proof::good);
}

void a_grant_can_be_proven_later(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto numbered = [&] {
    Initiate parameters = sudo_at("one");
    parameters.number_matching = true;
    return world.get(world.start(std::move(parameters)));
  };
  const auto by_push = numbered();
  world.get(world.decision(phone, by_push, Choice::allow, by_push.number, 1));
  const auto by_rule = world.get(world.start(sudo_at("one")));
  const auto by_code = world.with_code("jdoe", world.code(phone));
  const auto denied = world.push("jdoe");
  world.get(world.decision(phone, denied, Choice::deny));
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  assert_proof(world, by_push, Proof::good);
  assert_proof(world, by_rule, Proof::good);
  assert_proof(world, by_code, Proof::by_code);
  assert_proof(world, denied, Proof::not_granted);
  const auto all = world.get([&](Context& c) { return prove_user(c, world.admin, "jdoe", 0, 100); });
  assert_int_equal(all.size(), 3);
  for (const Proven& one : all) assert_false(is_alarming(one.proof));
  assert_int_equal(world.refusal([&](Context& c) { return prove_request(c, world.login, by_push.id).proof; }),
                   403);
  assert_int_equal(
      world.refusal([&](Context& c) { return prove_request(c, world.admin, random_uuid()).proof; }), 404);
}

void a_forged_grant_is_found(void**) {
  const auto after = [](const std::string& sql, Proof expected) {
    World world;
    const Phone phone = world.pair("jdoe");
    const auto request = world.push("jdoe");
    world.get(world.decision(phone, request, Choice::allow));
    const auto other = world.get(world.start(sudo_at("one")));
    world.get(world.decision(phone, other, Choice::deny));
    assert_proof(world, request, Proof::good);
    world.tamper(sql);
    assert_proof(world, request, expected);
    assert_true(is_alarming(expected));
  };
  after("DELETE FROM decisions", Proof::missing);
  after("UPDATE decisions SET choice = 'deny' WHERE choice = 'allow'", Proof::wrong_signature);
  after("UPDATE decisions SET remember_days = 5 WHERE choice = 'allow'", Proof::wrong_signature);
  after("UPDATE decisions SET shown = replace(shown, 'log in', 'sudo')", Proof::wrong_signature);
  after("UPDATE decisions SET origin = 'http://evil'", Proof::wrong_signature);
  after("UPDATE requests SET action_name = 'sudo' WHERE state = 1", Proof::does_not_fit);
  after("UPDATE requests SET number = '42' WHERE state = 1", Proof::does_not_fit);
  after("UPDATE requests SET terminal_name = 'elsewhere' WHERE state = 1", Proof::does_not_fit);
  after("DELETE FROM devices", Proof::unknown_device);
}

void a_denial_that_was_turned_into_a_grant_is_found(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  world.get(world.decision(phone, request, Choice::deny));
  world.tamper("UPDATE requests SET state = 1");
  assert_proof(world, request, Proof::does_not_fit);
}

void a_rule_that_nobody_signed_proves_nothing(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  remember(world, phone, 1);
  const auto automated = world.get(world.start(sudo_at("one")));
  assert_proof(world, automated, Proof::good);
  world.tamper("UPDATE automation_rules SET action = 'su'");
  assert_proof(world, automated, Proof::does_not_fit);
}

void every_granted_push_has_one_decision(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  const std::string shown =
      world.get([&](Context& c) { return shown_request(c, request, phone.pairing_id); });
  std::array<bool, 20> decided{};
  std::vector<std::future<void>> all;
  for (std::size_t i = 0; i < decided.size(); ++i) {
    const Choice choice = i % 2 == 0 ? Choice::allow : Choice::deny;
    const std::string signature = phone.sign(phone.pairing_id, shown, choice, "");
    all.push_back(world.submitted([&, i, choice, signature](Transaction& transaction) {
      Context context{transaction, world.now, kOrigin};
      try {
        (void)decide_request(context, phone.device, request.id, {choice, "", 0, signature},
                             UserVerification::off);
        decided[i] = true;
      } catch (const Refused&) {
        decided[i] = false;  // another one came between while this was run for the first time
      }
    }));
  }
  for (auto& one : all) one.get();
  assert_int_equal(std::count(decided.begin(), decided.end(), true), 1);
  assert_int_equal(world.count("SELECT count(*) FROM decisions WHERE subject = '" + request.id + "'"), 1);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_rule_answers_what_it_was_made_for_and_nothing_else),
      cmocka_unit_test(the_days_are_part_of_what_is_signed),
      cmocka_unit_test(a_rule_needs_leave_of_requester_and_policy),
      cmocka_unit_test(what_adds_a_factor_is_never_automated),
      cmocka_unit_test(no_rule_answers_beside_a_push_or_while_muted),
      cmocka_unit_test(an_automated_grant_lifts_no_limit),
      cmocka_unit_test(a_rule_ends),
      cmocka_unit_test(a_rule_that_ended_is_not_brought_back_by_the_clock),
      cmocka_unit_test(the_other_phone_sees_and_ends_what_a_stolen_one_made),
      cmocka_unit_test(a_second_rule_takes_the_place_of_the_first),
      cmocka_unit_test(a_grant_can_be_proven_later),
      cmocka_unit_test(a_forged_grant_is_found),
      cmocka_unit_test(a_denial_that_was_turned_into_a_grant_is_found),
      cmocka_unit_test(a_rule_that_nobody_signed_proves_nothing),
      cmocka_unit_test(the_past_keeps_what_a_rule_rests_on),
      cmocka_unit_test(every_granted_push_has_one_decision),
  };
  return cmocka_run_group_tests_name("server, automation and proofs", tests, nullptr, nullptr);
}
