// SPDX-License-Identifier: Apache-2.0
// Recovery codes, and what needs an approval by the factor that a user has.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "api/approved_action.h"
#include "server/service/approvals.h"
#include "server/service/recovery.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;
namespace approved = toopher::api::approved_action;

namespace {

auto new_codes(const World& world, const std::string& user, const std::string& authorization = {}) {
  return [&world, user, authorization](Context& c) {
    std::vector<std::string> codes;
    for (const Secret& code : make_recovery_codes(c, world.login, {user, true, authorization}))
      codes.emplace_back(code.view());
    return codes;
  };
}

std::vector<std::string> codes_by_admin(World& world, const std::string& user) {
  return world.get([&](Context& c) {
    std::vector<std::string> codes;
    for (const Secret& code : make_recovery_codes(c, world.admin, {user, true, ""}))
      codes.emplace_back(code.view());
    return codes;
  });
}

int left(World& world, const std::string& user) {
  return world.get(
      [&](Context& c) { return c.store.recovery_codes_left(user_named(c, world.login, user)->id); });
}

std::string other_code(const std::vector<std::string>& codes) {
  std::string code = "000000000000";
  while (std::find(codes.begin(), codes.end(), code) != codes.end()) ++code.back();
  return code;
}

/// A request of the action that the phone has allowed.
AuthenticationRequest approve(World& world, const Phone& phone, const std::string& user,
                              std::string_view action) {
  Initiate parameters = World::push_of(user);
  parameters.action_name = action;
  const auto request = world.get(world.start(std::move(parameters)));
  return world.get(world.decision(phone, request, Choice::allow, request.number));
}

void ten_codes_each_good_once(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  assert_int_equal(std::set<std::string>(codes.begin(), codes.end()).size(), 10);
  for (const std::string& code : codes) assert_int_equal(code.size(), 12);
  assert_int_equal(left(world, "jdoe"), 10);
  const auto granted = world.with_code("jdoe", codes[3].substr(0, 4) + "-" + codes[3].substr(4));
  assert_state(granted, RequestState::granted);
  assert_true(granted.totp_valid);
  assert_int_equal(left(world, "jdoe"), 9);
  assert_state(world.with_code("jdoe", codes[3]), RequestState::denied, api::reason::kCodeAlreadyUsed);
  assert_state(world.with_code("jdoe", other_code(codes)), RequestState::denied, api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", codes[4]), RequestState::granted);
  world.store.reset();
  world.open();
  assert_state(world.with_code("jdoe", codes[3]), RequestState::denied, api::reason::kCodeAlreadyUsed);
  assert_int_equal(left(world, "jdoe"), 8);
}

void a_code_is_nobody_elses(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  (void)world.get(new_codes(world, "other"));
  const Phone phone = world.pair("third");
  assert_state(world.with_code("other", codes[0]), RequestState::denied, api::reason::kInvalidCode);
  assert_state(world.with_code("third", codes[0]), RequestState::denied, api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", codes[0]), RequestState::granted);
}

void of_many_submissions_of_one_recovery_code_exactly_one_wins(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  auto hashes = std::make_shared<SlowHashes>();
  world.get([&](Context& c) {
    hashes->salt = std::move(*c.store.code_salt(user_named(c, world.login, "jdoe")->id));
    return 0;
  });
  hashes->codes.emplace_back(codes[0]);
  World::hash(*hashes);
  std::array<RequestState, 20> states{};
  std::vector<std::future<void>> all;
  all.reserve(states.size());
  for (RequestState& state : states) {
    all.push_back(world.submitted([&](Transaction& transaction) {
      Context context{transaction, world.now, kOrigin, hashes.get()};
      state = initiate(context, world.login, World::code_of("jdoe", codes[0])).state;
    }));
  }
  for (auto& one : all) one.get();
  assert_int_equal(std::count(states.begin(), states.end(), RequestState::granted), 1);
}

void a_new_list_ends_the_old_one(void**) {
  World world;
  const auto old = world.get(new_codes(world, "jdoe"));
  const auto codes = codes_by_admin(world, "jdoe");
  assert_int_equal(left(world, "jdoe"), 10);
  assert_state(world.with_code("jdoe", old[0]), RequestState::denied, api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", codes[0]), RequestState::granted);
}

void wrong_recovery_codes_and_wrong_codes_are_counted_together(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto codes = codes_by_admin(world, "jdoe");
  for (int i = 0; i < 3; ++i)
    assert_state(world.with_code("jdoe", other_code(codes)), RequestState::denied, api::reason::kInvalidCode);
  for (int i = 0; i < 2; ++i)
    assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
                 api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", codes[0]), RequestState::denied, api::reason::kCodesLocked);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied, api::reason::kCodesLocked);
  world.pass(rules::kFirstLock + kSecond);
  assert_state(world.with_code("jdoe", codes[0]), RequestState::granted);
}

void a_recovery_code_grants_a_pending_push(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto codes = codes_by_admin(world, "jdoe");
  const auto request = world.push("jdoe");
  const auto granted =
      world.get([&](Context& c) { return submit_code(c, world.login, request.id, codes[0]); });
  assert_state(granted, RequestState::granted);
  const auto second = world.push("jdoe");
  assert_state(world.with_code("jdoe", codes[1], second.id), RequestState::granted);
  assert_state(world.read(second), RequestState::cancelled, api::reason::kCancelled);
}

void without_a_phone_a_code_is_asked_for(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  assert_state(world.push("jdoe"), RequestState::denied, api::reason::kOtpRequired);
  for (int i = 0; i < 5; ++i)
    assert_state(world.push("jdoe"), RequestState::denied, api::reason::kOtpRequired);
  for (const std::string& code : codes) assert_state(world.with_code("jdoe", code), RequestState::granted);
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kUnknownUser);
}

void a_reset_takes_recovery_codes_away(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  world.get([&](Context& c) {
    reset_user(c, world.admin, "jdoe");
    return 0;
  });
  assert_int_equal(left(world, "jdoe"), 0);
  assert_int_equal(world.refusal(world.start(World::code_of("jdoe", codes[0]))),
                   api::error_code::kUnknownUser);
}

void who_may_make_recovery_codes(void**) {
  World world;
  const Requester only_login = world.add_requester("only login", {Scope::login});
  const Requester only_admin = world.add_requester("only admin", {Scope::admin});
  const auto by = [&](const Requester& requester, const std::string& user, bool create) {
    return [&, user, create](Context& c) {
      return make_recovery_codes(c, requester, {user, create, ""}).size();
    };
  };
  assert_int_equal(world.refusal(by(only_login, "jdoe", true)), 403);
  assert_int_equal(world.refusal(by(world.login, "nobody", false)), api::error_code::kUnknownUser);
  assert_int_equal(world.get(by(only_admin, "jdoe", true)), 10);
  assert_int_equal(world.get(by(only_admin, "jdoe", false)), 10);
}

void an_approval_is_for_one_action_once(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone second = world.new_phone();
  const std::string phrase = world.phrase_of(second);
  const auto pairing_with = [&](const std::string& authorization) {
    return [&, authorization](Context& c) {
      return create_pairing(c, world.login, phrase, "jdoe", authorization);
    };
  };
  const auto for_pairing = approve(world, phone, "jdoe", approved::kPairAnother);
  const auto for_codes = approve(world, phone, "jdoe", approved::kNewRecoveryCodes);
  assert_int_equal(for_pairing.number.size(), 2);
  assert_int_equal(world.refusal(pairing_with(for_codes.id)), api::error_code::kApprovalNeeded);
  assert_int_equal(world.refusal(new_codes(world, "jdoe", for_pairing.id)), api::error_code::kApprovalNeeded);
  const auto pairing = world.get(pairing_with(for_pairing.id));
  assert_true(world.get(world.answer_pairing(second, pairing, Choice::allow)).state == PairingState::enabled);
  assert_int_equal(world.get(new_codes(world, "jdoe", for_codes.id)).size(), 10);
  assert_int_equal(world.refusal(new_codes(world, "jdoe", for_codes.id)), api::error_code::kApprovalNeeded);
  const std::string another = world.phrase_of(world.new_phone());
  assert_int_equal(world.refusal([&](Context& c) {
    return create_pairing(c, world.login, another, "jdoe", for_pairing.id);
  }),
                   api::error_code::kApprovalNeeded);
}

void a_wrong_phrase_uses_no_approval_up(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto approval = approve(world, phone, "jdoe", approved::kPairAnother);
  assert_int_equal(world.refusal([&](Context& c) {
    return create_pairing(c, world.login, "no such phrase", "jdoe", approval.id);
  }),
                   400);
  const std::string phrase = world.phrase_of(world.new_phone());
  (void)world.get([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe", approval.id); });
}

void what_adds_a_factor_needs_the_number(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (const char* action :
       {"pair another phone", "make new recovery codes", "make offline codes for web1"}) {
    Initiate parameters = World::push_of("jdoe");
    parameters.action_name = action;
    const auto request = world.get(world.start(std::move(parameters)));
    assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 400);
    assert_state(world.get(world.decision(phone, request, Choice::allow, request.number)),
                 RequestState::granted);
  }
}

/// What malware in a session may come by, and why it is worth nothing.
void what_is_no_approval(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone of_other = world.pair("other");
  const auto refused = [&](const std::string& authorization) {
    const std::string phrase = world.phrase_of(of_other);
    assert_int_equal(world.refusal([&](Context& c) {
      return create_pairing(c, world.login, phrase, "jdoe", authorization);
    }),
                     api::error_code::kApprovalNeeded);
    assert_int_equal(world.refusal(new_codes(world, "jdoe", authorization)),
                     api::error_code::kApprovalNeeded);
    assert_int_equal(left(world, "jdoe"), 0);
  };
  refused("");
  refused(random_uuid());
  refused(phone.pairing_id);
  refused(approve(world, phone, "jdoe", "sshd").id);
  refused(world.with_code("jdoe", world.code(phone)).id);
  for (const auto action : {approved::kPairAnother, approved::kNewRecoveryCodes})
    refused(approve(world, of_other, "other", action).id);
  world.pass(20 * kMinute);
  Initiate pending = World::push_of("jdoe");
  pending.action_name = approved::kNewRecoveryCodes;
  const auto request = world.get(world.start(std::move(pending)));
  refused(request.id);
  world.get(world.decision(phone, request, Choice::deny));
  refused(request.id);
  Initiate elsewhere = World::code_of("jdoe", world.code(phone));
  elsewhere.action_name = approved::kNewRecoveryCodes;
  refused(world.get([&](Context& c) { return initiate(c, world.other, elsewhere); }).id);
}

void an_approval_ends_with_the_phone_that_gave_it(void**) {
  World world;
  const Phone stolen = world.pair("jdoe");
  const auto codes = codes_by_admin(world, "jdoe");
  const auto approval = approve(world, stolen, "jdoe", approved::kNewRecoveryCodes);
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, stolen.pairing_id); });
  assert_int_equal(world.refusal(new_codes(world, "jdoe", approval.id)), api::error_code::kApprovalNeeded);
}

/// Whoever stole a code must not keep what it approved until the person has a new phone.
void an_approval_ends_with_a_reset(void**) {
  World world;
  const auto codes = world.get(new_codes(world, "jdoe"));
  Initiate parameters = World::code_of("jdoe", codes[0]);
  parameters.action_name = approved::kPairAnother;
  const auto stolen = world.get(world.start(std::move(parameters)));
  assert_state(stolen, RequestState::granted);
  world.get([&](Context& c) {
    reset_user(c, world.admin, "jdoe");
    return 0;
  });
  (void)world.pair("jdoe");
  const std::string phrase = world.phrase_of(world.new_phone());
  assert_int_equal(
      world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe", stolen.id); }),
      api::error_code::kApprovalNeeded);
}

void a_user_has_at_most_ten_phones(void**) {
  World world;
  const auto ask = [&](const Phone& phone) {
    const std::string phrase = world.phrase_of(phone);
    return [&world, phrase](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); };
  };
  const Phone early = world.new_phone();
  const Pairing waiting = world.get(ask(early));
  for (std::size_t i = 0; i < rules::kMaxPhones; ++i) {
    const Phone phone = world.new_phone();
    world.get(world.answer_pairing(phone, world.get(ask(phone)), Choice::allow));
  }
  assert_int_equal(world.refusal(ask(world.new_phone())), 409);
  assert_int_equal(world.refusal(world.answer_pairing(early, waiting, Choice::allow)), 409);
}

void nobody_who_is_disabled_approves(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto approval = approve(world, phone, "jdoe", approved::kNewRecoveryCodes);
  const auto set_enabled = [&](bool enabled) {
    world.get([&](Context& c) {
      return set_user_enabled(c, world.admin, user_named(c, world.login, "jdoe")->id, enabled);
    });
  };
  set_enabled(false);
  assert_int_equal(world.refusal(new_codes(world, "jdoe", approval.id)), api::error_code::kApprovalNeeded);
  set_enabled(true);
  assert_int_equal(world.get(new_codes(world, "jdoe", approval.id)).size(), 10);
}

void what_cannot_be_an_id_is_not_recorded(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (const std::string& wrong : {std::string(60000, 'x'), std::string("\xff"), std::string("x\0y", 3)})
    assert_int_equal(world.refusal(new_codes(world, "jdoe", wrong)), 400);
}

void an_approval_is_good_for_five_minutes(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto old = approve(world, phone, "jdoe", approved::kNewRecoveryCodes);
  world.pass(rules::kApprovalLife + 1);
  assert_int_equal(world.refusal(new_codes(world, "jdoe", old.id)), api::error_code::kApprovalNeeded);
  world.pass(-2 * rules::kApprovalLife - 2);  // a clock that was set back
  assert_int_equal(world.refusal(new_codes(world, "jdoe", old.id)), api::error_code::kApprovalNeeded);
  world.pass(2 * rules::kApprovalLife + 1);
  assert_int_equal(world.get(new_codes(world, "jdoe", old.id)).size(), 10);
}

void codes_of_phone_and_paper_approve_too(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto with = [&](std::string_view action, const std::string& code) {
    Initiate parameters = World::code_of("jdoe", code);
    parameters.action_name = action;
    return world.get(world.start(std::move(parameters))).id;
  };
  const auto codes =
      world.get(new_codes(world, "jdoe", with(approved::kNewRecoveryCodes, world.code(phone))));
  // The phone is lost: an administrator took it away, and a code is what is left.
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  const Phone next = world.new_phone();
  const std::string phrase = world.phrase_of(next);
  assert_int_equal(world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe"); }),
                   api::error_code::kApprovalNeeded);
  const std::string approval = with(approved::kPairAnother, codes[0]);
  const auto pairing =
      world.get([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe", approval); });
  assert_true(world.get(world.answer_pairing(next, pairing, Choice::allow)).state == PairingState::enabled);
}

void codes_made_meanwhile_stop_a_pairing(void**) {
  World world;
  const Phone phone = world.new_phone();
  const Pairing pairing = world.ask_to_pair(phone, "jdoe");
  (void)world.get(new_codes(world, "jdoe"));
  assert_int_equal(world.refusal(world.answer_pairing(phone, pairing, Choice::allow)), 409);
}

void of_two_uses_of_an_approval_one_counts(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto approval = approve(world, phone, "jdoe", approved::kPairAnother);
  struct Attempt {
    std::string phrase;
    bool made = false;
  };
  std::array<Attempt, 8> attempts;
  for (Attempt& attempt : attempts) attempt.phrase = world.phrase_of(world.new_phone());
  std::vector<std::future<void>> all;
  all.reserve(attempts.size());
  for (Attempt& attempt : attempts) {
    all.push_back(world.submitted([&](Transaction& transaction) {
      Context context{transaction, world.now, kOrigin};
      try {
        (void)create_pairing(context, world.login, attempt.phrase, "jdoe", approval.id);
        attempt.made = true;
      } catch (const Refused&) {
        attempt.made = false;  // another one came between while this was run for the first time
      }
    }));
  }
  for (auto& one : all) one.get();
  assert_int_equal(
      std::count_if(attempts.begin(), attempts.end(), [](const Attempt& one) { return one.made; }), 1);
}

void digests_depend_on_salt_and_code(void**) {
  const auto digests = [](const char* salt, std::initializer_list<const char*> codes) {
    SlowHashes made;
    made.salt = Secret(salt);
    for (const char* code : codes) made.codes.emplace_back(code);
    made.compute();
    return made;
  };
  const SlowHashes two = digests("salt", {"123456789012", "123456789013"});
  const SlowHashes again = digests("salt", {"123456789013"});
  assert_true(two.hashes[0] != two.hashes[1]);
  assert_true(two.hashes[1] == again.hashes[0]);
  assert_true(digests("pepper", {"123456789013"}).hashes != again.hashes);
  assert_true(again.are_of("salt", "123456789013"));
  assert_false(again.are_of("pepper", "123456789013"));
  assert_false(again.are_of("salt", "123456789012"));
  assert_false(two.are_of("salt", "123456789012"));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(ten_codes_each_good_once),
      cmocka_unit_test(a_code_is_nobody_elses),
      cmocka_unit_test(of_many_submissions_of_one_recovery_code_exactly_one_wins),
      cmocka_unit_test(a_new_list_ends_the_old_one),
      cmocka_unit_test(wrong_recovery_codes_and_wrong_codes_are_counted_together),
      cmocka_unit_test(a_recovery_code_grants_a_pending_push),
      cmocka_unit_test(without_a_phone_a_code_is_asked_for),
      cmocka_unit_test(a_reset_takes_recovery_codes_away),
      cmocka_unit_test(who_may_make_recovery_codes),
      cmocka_unit_test(an_approval_is_for_one_action_once),
      cmocka_unit_test(a_wrong_phrase_uses_no_approval_up),
      cmocka_unit_test(what_adds_a_factor_needs_the_number),
      cmocka_unit_test(what_is_no_approval),
      cmocka_unit_test(an_approval_ends_with_the_phone_that_gave_it),
      cmocka_unit_test(an_approval_ends_with_a_reset),
      cmocka_unit_test(a_user_has_at_most_ten_phones),
      cmocka_unit_test(nobody_who_is_disabled_approves),
      cmocka_unit_test(what_cannot_be_an_id_is_not_recorded),
      cmocka_unit_test(an_approval_is_good_for_five_minutes),
      cmocka_unit_test(codes_of_phone_and_paper_approve_too),
      cmocka_unit_test(codes_made_meanwhile_stop_a_pairing),
      cmocka_unit_test(of_two_uses_of_an_approval_one_counts),
      cmocka_unit_test(digests_depend_on_salt_and_code),
  };
  return cmocka_run_group_tests_name("server, recovery codes", tests, nullptr, nullptr);
}
