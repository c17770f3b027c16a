// SPDX-License-Identifier: Apache-2.0
// Attacks on the server's rules: other directories, requesters that go, codes for people who cannot log in, clocks that
// jump.
#include <algorithm>
#include <array>

#include "api/approved_action.h"
#include "oauth/signature.h"
#include "server/service/approvals.h"
#include "server/service/authenticate.h"
#include "server/service/bypass.h"
#include "server/service/recovery.h"
#include "server/service/requesters.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

constexpr Millis kHour = 60 * kMinute;
constexpr Millis kYear = 365 * kDay;

Requester in_directory(World& world, const std::string& name, const std::string& directory,
                       RequesterPolicy policy = {}) {
  for (const Scope scope : {Scope::login, Scope::enrol, Scope::admin}) policy.scopes.add(scope);
  return world.get(
      [&](Context& c) { return add_requester(c, world.admin, name, directory, policy).requester; });
}

AuthenticationRequest initiate_by(World& world, const Requester& caller, const Initiate& parameters) {
  return world.get([&](Context& c) { return initiate(c, caller, parameters); });
}

int initiate_refused(World& world, const Requester& caller, const Initiate& parameters) {
  return world.refusal([&](Context& c) { return initiate(c, caller, parameters); });
}

template <typename Rule>
auto void_rule(Rule rule) {
  return [rule](Context& c) {
    rule(c);
    return 0;
  };
}

std::string text_of_refusal(World& world, const Requester& caller, const Initiate& parameters) {
  const auto result = world.ask([&](Context& c) { return initiate(c, caller, parameters); });
  return api::to_json(std::get<api::ApiError>(result));
}

void another_directory_sees_and_touches_nothing(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Requester stranger = in_directory(world, "stranger", "elsewhere");
  const auto request = world.push("jdoe");
  const auto user = world.get([&](Context& c) { return *user_named(c, world.login, "jdoe"); });

  Initiate push = World::push_of("jdoe");
  assert_same_text(text_of_refusal(world, stranger, push),
                   text_of_refusal(world, stranger, World::push_of("nobody")));
  Initiate by_pairing;
  by_pairing.pairing_id = phone.pairing_id;
  Initiate by_no_pairing;
  by_no_pairing.pairing_id = random_uuid();
  assert_same_text(text_of_refusal(world, stranger, by_pairing),
                   text_of_refusal(world, stranger, by_no_pairing));
  const std::string code = world.code(phone);
  assert_int_equal(initiate_refused(world, stranger, World::code_of("jdoe", code)),
                   api::error_code::kUnknownUser);
  Initiate code_by_pairing = World::code_of("", code);
  code_by_pairing.pairing_id = phone.pairing_id;
  assert_int_equal(initiate_refused(world, stranger, code_by_pairing),
                   api::error_code::kPairingNotAuthorized);

  for (const std::string& id : {phone.pairing_id, random_uuid()}) {
    assert_int_equal(world.refusal([&](Context& c) { return read_pairing(c, stranger, id); }), 404);
    assert_int_equal(world.refusal([&](Context& c) { return deactivate_pairing(c, stranger, id); }), 404);
  }
  assert_int_equal(world.refusal([&](Context& c) { return read_request(c, stranger, request.id); }), 404);
  assert_int_equal(world.refusal([&](Context& c) { return cancel_request(c, stranger, request.id); }), 404);
  assert_int_equal(world.refusal([&](Context& c) { return submit_code(c, stranger, request.id, code); }),
                   404);
  assert_int_equal(world.refusal([&](Context& c) { return set_user_enabled(c, stranger, user.id, false); }),
                   api::error_code::kUnknownUser);
  for (auto* const rule : {&reset_user, &unlock_user}) {
    assert_int_equal(world.refusal(void_rule([&](Context& c) { rule(c, stranger, "jdoe"); })),
                     api::error_code::kUnknownUser);
  }
  assert_int_equal(world.refusal([&](Context& c) {
    return make_recovery_codes(c, stranger, {"jdoe", false, ""}).size();
  }),
                   api::error_code::kUnknownUser);
  assert_int_equal(world.refusal([&](Context& c) {
    return make_bypass(c, stranger, {"jdoe", false, kHour, 1}).facts.max_uses;
  }),
                   api::error_code::kUnknownUser);
  assert_false(world.get([&](Context& c) { return user_named(c, stranger, "jdoe").has_value(); }));
  // Nothing of all this was counted or changed.
  assert_state(world.read(request), RequestState::pending);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
}

void names_are_unique_within_a_directory_only(void**) {
  World world;
  const Phone here = world.pair("jdoe");
  const Requester elsewhere = in_directory(world, "elsewhere", "elsewhere");
  const Phone there = world.new_phone();
  const std::string phrase = world.phrase_of(there);
  const Pairing pairing = world.get([&](Context& c) { return create_pairing(c, elsewhere, phrase, "jdoe"); });
  assert_true(world.get(world.answer_pairing(there, pairing, Choice::allow)).state == PairingState::enabled);
  const auto request = initiate_by(world, elsewhere, World::push_of("jdoe"));
  assert_int_equal(world.get([&](Context& c) { return pending_for(c, here.device).requests.size(); }), 0);
  assert_int_equal(world.get([&](Context& c) { return pending_for(c, there.device).requests.size(); }), 1);
  assert_int_equal(world.refusal(world.decision(here, request, Choice::allow)), 404);
  assert_state(initiate_by(world, elsewhere, World::code_of("jdoe", world.code(here))), RequestState::denied,
               api::reason::kInvalidCode);
}

void a_terminal_is_of_one_user(void**) {
  World world;
  (void)world.pair("jdoe");
  (void)world.pair("jane");
  const auto request = world.push("jdoe");
  Initiate with_terminal_of_another = World::push_of("jane");
  with_terminal_of_another.terminal_id = request.terminal.id;
  assert_int_equal(world.refusal(world.start(std::move(with_terminal_of_another))),
                   api::error_code::kUnknownTerminal);
}

void a_push_is_not_sent_without_the_number_that_is_required(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  RequesterPolicy policy;
  policy.number_matching = NumberMatching::required;
  policy.number_digits = 6;
  const Requester strict = in_directory(world, "strict", kDefaultDirectory, policy);
  assert_int_equal(initiate_refused(world, strict, World::push_of("jdoe")), api::error_code::kOtpRequired);
  assert_int_equal(world.get([&](Context& c) { return pending_for(c, phone.device).requests.size(); }), 0);
  Initiate numbered = World::push_of("jdoe");
  numbered.number_matching = true;
  const auto request = initiate_by(world, strict, numbered);
  assert_int_equal(request.number.size(), 6);
  assert_true(request.number.front() != '0');
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 400);
  const std::string wrong = request.number == "123456" ? "123457" : "123456";
  assert_state(world.get(world.decision(phone, request, Choice::allow, wrong)), RequestState::denied,
               api::reason::kWrongNumber);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow, request.number)), 409);
  assert_state(initiate_by(world, strict, World::code_of("jdoe", world.code(phone))), RequestState::granted);
}

void numbers_may_be_switched_off_but_not_where_a_rule_needs_them(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  RequesterPolicy policy;
  policy.number_matching = NumberMatching::off;
  const Requester lax = in_directory(world, "lax", kDefaultDirectory, policy);
  Initiate numbered = World::push_of("jdoe");
  numbered.number_matching = true;
  const auto first = initiate_by(world, lax, numbered);
  assert_same_text(first.number, "");
  assert_int_equal(initiate_by(world, lax, numbered).number.size(), 2);
  world.get(void_rule([&](Context& c) { unlock_user(c, world.admin, "jdoe"); }));
  for (const auto& entry : world.get([&](Context& c) { return pending_for(c, phone.device); }).requests)
    world.get([&](Context& c) { return cancel_request(c, lax, entry.request.id); });
  Initiate approval = World::push_of("jdoe");
  approval.action_name = api::approved_action::kPairAnother;
  assert_int_equal(initiate_by(world, lax, approval).number.size(), 2);
}

void policies_are_checked(void**) {
  World world;
  const auto add = [&](const std::string& name, const std::string& directory, int digits) {
    RequesterPolicy policy;
    policy.number_digits = digits;
    return world.refusal(
        [&](Context& c) { return add_requester(c, world.admin, name, directory, policy).requester; });
  };
  assert_int_equal(add("x", "default", 1), 400);
  assert_int_equal(add("x", "default", 7), 400);
  assert_int_equal(add("x", "", 2), 400);
  assert_int_equal(add("x", "Up", 2), 400);
  assert_int_equal(add("", "default", 2), 400);
  assert_int_equal(add("a\nb", "default", 2), 400);
  assert_int_equal(add("login host", "default", 2), 409);
  assert_int_equal(
      world.refusal([&](Context& c) { return add_requester(c, world.login, "y", "default", {}).requester; }),
      403);
}

/// 200 or the error of a call that a requester signs with this secret.
int signed_call(World& world, const Requester& requester, const Secret& secret, std::int64_t timestamp,
                const std::string& nonce) {
  const std::string url = "http://127.0.0.1:8477/v1/users";
  const oauth::Credentials credentials{requester.consumer_key, secret.clone()};
  const std::string header =
      oauth::authorization_header(credentials, "GET", url, {{"name", "x"}}, nonce, timestamp);
  const auto result = world.ask([&](Context& c) {
    return authenticate_requester(c, {"GET", url, "name=x", header, ""}).caller.name;
  });
  return std::holds_alternative<api::ApiError>(result) ? std::get<2>(result).http_status : 200;
}

int call_now(World& world, const Requester& requester, const Secret& secret) {
  return signed_call(world, requester, secret, world.now / kSecond, random_uuid());
}

void two_secrets_overlap_until_their_date(void**) {
  World world;
  const RequesterCredentials first =
      world.get([&](Context& c) { return add_requester(c, world.admin, "host", "default", {}); });
  const auto rotate = [&](Millis overlap) {
    return world.get([&](Context& c) { return rotate_requester_secret(c, world.admin, "host", overlap); });
  };
  const auto call = [&](const Secret& secret) { return call_now(world, first.requester, secret); };
  const RequesterCredentials second = rotate(kHour);
  assert_int_equal(call(first.secret), 200);
  assert_int_equal(call(second.secret), 200);
  assert_int_equal(call(Secret("another")), 401);
  world.pass(kHour - 1);
  assert_int_equal(call(first.secret), 200);
  world.pass(1);
  assert_int_equal(call(first.secret), 401);
  assert_int_equal(call(second.secret), 200);
  world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {}, 1000); }));
  world.pass(-kMinute);  // a clock that was set back brings it back no more
  assert_int_equal(call(first.secret), 401);
  const RequesterCredentials third = rotate(0);
  assert_int_equal(call(second.secret), 401);
  assert_int_equal(call(third.secret), 200);
  (void)rotate(kHour);
  const RequesterCredentials fifth = rotate(kHour);
  assert_int_equal(call(third.secret), 401);
  assert_int_equal(call(fifth.secret), 200);
  assert_int_equal(world.refusal([&](Context& c) {
    return rotate_requester_secret(c, world.admin, "host", rules::kMaxSecretOverlap + 1).requester;
  }),
                   400);
}

void a_nonce_serves_once_whatever_secret_signs(void**) {
  World world;
  const RequesterCredentials first =
      world.get([&](Context& c) { return add_requester(c, world.admin, "host", "default", {}); });
  const RequesterCredentials second =
      world.get([&](Context& c) { return rotate_requester_secret(c, world.admin, "host", kHour); });
  const std::int64_t now = world.now / kSecond;
  assert_int_equal(signed_call(world, first.requester, first.secret, now, "one"), 200);
  assert_int_equal(signed_call(world, first.requester, second.secret, now, "one"), 401);
}

void a_removed_requester_is_gone_at_once(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  RequesterPolicy policy;
  policy.scopes.add(Scope::login);
  policy.scopes.add(Scope::enrol);
  const RequesterCredentials host =
      world.get([&](Context& c) { return add_requester(c, world.admin, "host", "default", policy); });
  const RequesterCredentials fresh =
      world.get([&](Context& c) { return rotate_requester_secret(c, world.admin, "host", kHour); });
  const auto request = initiate_by(world, host.requester, World::push_of("jdoe"));
  const auto kept = world.push("jdoe");
  const Phone waiting = world.new_phone();
  const std::string phrase = world.phrase_of(waiting);
  const Pairing pairing =
      world.get([&](Context& c) { return create_pairing(c, host.requester, phrase, "new"); });
  world.get(void_rule([&](Context& c) { remove_requester(c, world.admin, "host"); }));
  assert_int_equal(call_now(world, host.requester, host.secret), 401);
  assert_int_equal(call_now(world, host.requester, fresh.secret), 401);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
  assert_int_equal(world.refusal(world.answer_pairing(waiting, pairing, Choice::allow)), 409);
  assert_state(world.get(world.decision(phone, kept, Choice::allow, kept.number)), RequestState::granted);
  assert_int_equal(world.refusal(void_rule([&](Context& c) { remove_requester(c, world.admin, "host"); })),
                   404);
  const RequesterCredentials again =
      world.get([&](Context& c) { return add_requester(c, world.admin, "host", "default", policy); });
  assert_int_equal(call_now(world, again.requester, again.secret), 200);
  assert_int_equal(world.refusal([&](Context& c) { return read_request(c, again.requester, request.id); }),
                   404);
  world.store.reset();
  world.open();  // the key file still fits
}

std::string bypass(World& world, const std::string& user, Millis duration, int uses = 1) {
  return world.get([&](Context& c) {
    return std::string(make_bypass(c, world.admin, {user, true, duration, uses}).code.view());
  });
}

void a_bypass_code_is_good_as_often_and_as_long_as_was_said(void**) {
  World world;
  const std::string once = bypass(world, "new", kHour);
  assert_int_equal(once.size(), 12);
  assert_state(world.push("new"), RequestState::denied, api::reason::kOtpRequired);
  assert_state(world.with_code("new", once), RequestState::granted);
  assert_int_equal(world.refusal(world.start(World::code_of("new", once))), api::error_code::kUnknownUser);
  (void)world.pair("jdoe");
  const std::string twice = bypass(world, "jdoe", kHour, 2);
  for (int i = 0; i < 2; ++i) assert_state(world.with_code("jdoe", twice), RequestState::granted);
  for (int i = 0; i < 10; ++i)
    assert_state(world.with_code("jdoe", twice), RequestState::denied, api::reason::kCodeAlreadyUsed);
  const std::string any = bypass(world, "jdoe", kHour, 0);
  assert_state(world.with_code("jdoe", twice), RequestState::denied, api::reason::kInvalidCode);
  world.pass(kHour - 1);
  assert_state(world.with_code("jdoe", any), RequestState::granted);
  assert_state(world.with_code("jdoe", any), RequestState::granted);
  world.pass(1);
  assert_state(world.with_code("jdoe", any), RequestState::denied, api::reason::kInvalidCode);
  world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {}, 1000); }));
  world.pass(-kHour);
  assert_state(world.with_code("jdoe", any), RequestState::denied, api::reason::kInvalidCode);
  assert_int_equal(world.count("SELECT count(*) FROM audit WHERE event = 'ALERT bypass code used'"), 5);
}

void a_bypass_code_waits_while_codes_are_locked(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = bypass(world, "jdoe", kHour);
  for (int i = 0; i < rules::kMaxWrongCodes; ++i)
    assert_state(world.with_code("jdoe", "000000000000"), RequestState::denied, api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodesLocked);
  assert_state(initiate_by(world, world.other, World::code_of("jdoe", world.code(phone))),
               RequestState::denied, api::reason::kCodesLocked);
  const auto request = world.push("jdoe");
  assert_state(world.get([&](Context& c) { return submit_code(c, world.login, request.id, code); }),
               RequestState::pending, api::reason::kCodesLocked);
  world.get(void_rule([&](Context& c) { unlock_user(c, world.admin, "jdoe"); }));
  assert_state(world.with_code("jdoe", code), RequestState::granted);
}

void recovery_and_bypass_codes_do_not_end_each_other(void**) {
  World world;
  (void)world.pair("jdoe");
  const auto recovery = [&] {
    return world.get([&](Context& c) {
      return std::string(make_recovery_codes(c, world.admin, {"jdoe", false, ""}).front().view());
    });
  };
  const std::string before = recovery();
  const std::string code = bypass(world, "jdoe", kHour, 0);
  assert_state(world.with_code("jdoe", before), RequestState::granted);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
  const std::string after = recovery();
  assert_state(world.with_code("jdoe", code), RequestState::granted);
  assert_state(world.with_code("jdoe", after), RequestState::granted);
  world.get(void_rule([&](Context& c) { end_bypass(c, world.admin, "jdoe"); }));
  assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kInvalidCode);
}

void of_many_uses_of_a_bypass_code_one_counts(void**) {
  World world;
  (void)world.pair("jdoe");
  const std::string code = bypass(world, "jdoe", kHour);
  auto hashes = std::make_shared<SlowHashes>();
  hashes->salt = world.get(
      [&](Context& c) { return std::move(*c.store.code_salt(user_named(c, world.login, "jdoe")->id)); });
  hashes->codes.emplace_back(code);
  World::hash(*hashes);
  std::array<RequestState, 20> states{};
  std::vector<std::future<void>> all;
  all.reserve(states.size());
  for (RequestState& state : states) {
    all.push_back(world.submitted([&](Transaction& transaction) {
      Context context{transaction, world.now, kOrigin, hashes.get()};
      state = initiate(context, world.login, World::code_of("jdoe", code)).state;
    }));
  }
  for (auto& one : all) one.get();
  assert_int_equal(std::count(states.begin(), states.end(), RequestState::granted), 1);
}

/// Malware in a session that has no second factor yet must not get one while somebody's bypass code is about.
void a_bypass_code_in_force_guards_the_account(void**) {
  World world;
  const std::string code = bypass(world, "new", kHour, 0);
  const Phone phone = world.new_phone();
  const std::string phrase = world.phrase_of(phone);
  assert_int_equal(world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "new"); }),
                   api::error_code::kApprovalNeeded);
  Initiate approval = World::code_of("new", code);
  approval.action_name = api::approved_action::kPairAnother;
  const auto granted = world.get(world.start(std::move(approval)));
  (void)world.get([&](Context& c) { return create_pairing(c, world.login, phrase, "new", granted.id); });
}

void a_reset_takes_a_bypass_code_away(void**) {
  World world;
  const std::string code = bypass(world, "jdoe", kHour, 0);
  world.get(void_rule([&](Context& c) { reset_user(c, world.admin, "jdoe"); }));
  assert_int_equal(world.refusal(world.start(World::code_of("jdoe", code))), api::error_code::kUnknownUser);
}

void who_may_make_a_bypass_code(void**) {
  World world;
  const auto make = [&](const Requester& by, Millis duration, int uses) {
    return world.refusal([&](Context& c) {
      return make_bypass(c, by, {"jdoe", true, duration, uses}).facts.max_uses;
    });
  };
  assert_int_equal(make(world.login, kHour, 1), 403);
  assert_int_equal(make(world.admin, 0, 1), 400);
  assert_int_equal(make(world.admin, rules::kMaxBypass + 1, 1), 400);
  assert_int_equal(make(world.admin, kHour, -1), 400);
}

std::int64_t enrol_until(World& world, const Requester& caller, const std::string& user) {
  const auto result = world.ask([&](Context& c) { return initiate(c, caller, World::push_of(user)); });
  const auto& error = std::get<api::ApiError>(result);
  assert_true(error.code == api::error_code::kUnknownUser || error.enrol_until == 0);
  assert_same_text(error.message == api::unknown_user().message ? "" : error.message,
                   error.code == api::error_code::kUnknownUser ? "" : error.message);
  return error.enrol_until;
}

void only_who_has_no_factor_may_be_let_in_to_enrol(void**) {
  World world;
  const Phone phone = world.pair("paired");
  const Requester elsewhere = in_directory(world, "elsewhere", "elsewhere");
  const Millis until = world.now + kHour;
  assert_int_equal(enrol_until(world, world.login, "new"), 0);
  world.get(void_rule([&](Context& c) { set_directory_enrol_until(c, world.admin, until); }));
  assert_int_equal(enrol_until(world, world.login, "new"), until / kSecond);
  assert_int_equal(enrol_until(world, elsewhere, "new"), 0);
  assert_state(world.push("paired"), RequestState::pending);
  // Whoever had a phone is not new: the date of the directory is not for them, one of their own is.
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, phone.pairing_id); });
  assert_int_equal(enrol_until(world, world.login, "paired"), 0);
  const Millis own = until - kMinute;
  world.get([&](Context& c) { return set_enrol_until(c, world.admin, "paired", own); });
  assert_int_equal(enrol_until(world, world.login, "paired"), own / kSecond);
  const Phone refusing = world.new_phone();
  world.get(world.answer_pairing(refusing, world.ask_to_pair(refusing, "denier"), Choice::deny));
  assert_int_equal(enrol_until(world, world.login, "denier"), until / kSecond);
  (void)bypass(world, "paired", kHour);
  assert_state(world.push("paired"), RequestState::denied, api::reason::kOtpRequired);
  world.pass(kHour);
  assert_int_equal(enrol_until(world, world.login, "new"), 0);
  world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {}, 1000); }));
  world.pass(-kHour);
  assert_int_equal(enrol_until(world, world.login, "new"), 0);
  assert_int_equal(
      world.refusal(void_rule([&](Context& c) { set_directory_enrol_until(c, world.login, until); })), 403);
  assert_int_equal(world.refusal([&](Context& c) {
    return set_enrol_until(c, world.admin, "new", world.now + 2 * kYear);
  }),
                   400);
}

void who_is_switched_off_is_so_for_what_waits_as_well(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  const auto user = world.get([&](Context& c) { return *user_named(c, world.login, "jdoe"); });
  const auto set_enabled = [&](bool enabled) {
    world.get([&](Context& c) { return set_user_enabled(c, world.admin, user.id, enabled); });
  };
  const std::string code = world.code(phone);
  set_enabled(false);
  assert_state(world.read(request), RequestState::cancelled, api::reason::kCancelled);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
  assert_int_equal(world.refusal(world.start(World::code_of("jdoe", code))), api::error_code::kUserDisabled);
  set_enabled(true);
  assert_state(world.read(request), RequestState::cancelled, api::reason::kCancelled);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
}

void withdrawn_pushes_count_too(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (int i = 0; i < rules::kMaxRefused; ++i) {
    const auto request = world.push("jdoe");
    world.get([&](Context& c) { return cancel_request(c, world.login, request.id); });
  }
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
  // One valid code speaks for one push only.
  world.pass(rules::kRefusedWindow);
  std::vector<std::string> pushes;
  pushes.reserve(3);
  for (int i = 0; i < 3; ++i) pushes.push_back(world.push("jdoe").id);
  assert_state(world.with_code("jdoe", world.code(phone), pushes[0]), RequestState::granted);
  for (const std::string& id : pushes)
    world.get([&](Context& c) { return cancel_request(c, world.login, id); });
  const auto third = world.push("jdoe");
  world.get([&](Context& c) { return cancel_request(c, world.login, third.id); });
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
}

void a_used_code_typed_again_is_no_wrong_try(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = world.code(phone);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
  for (int i = 0; i < 2 * rules::kMaxWrongCodes; ++i)
    assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
  world.pass(30 * kSecond);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void wrong_codes_of_many_users_are_told(void**) {
  World world;
  const auto alerts = [&] {
    return world.count("SELECT count(*) FROM audit WHERE event = 'ALERT wrong codes of many users'");
  };
  std::vector<Phone> phones;
  const auto name = [](std::size_t i) { return "user" + std::to_string(i); };
  for (std::size_t i = 0; i < rules::kMaxTriedUsers; ++i) phones.push_back(world.pair(name(i)));
  const auto try_all = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      for (int wrong = 0; wrong < 2; ++wrong) world.with_code(name(i), world.wrong_code(phones[i]));
  };
  try_all(0, phones.size() - 1);
  assert_int_equal(alerts(), 0);
  world.pass(rules::kWrongCodeWindow + 1);
  try_all(0, 1);
  assert_int_equal(alerts(), 0);
  try_all(1, phones.size());
  assert_int_equal(alerts(), 1);
  assert_int_equal(
      world.count("SELECT count(*) FROM audit WHERE event = 'ALERT wrong codes of many users' AND "
                  "fields LIKE '%\"requester\":\"login host\"%'"),
      1);
  world.pass(rules::kWrongCodeWindow + 1);
  try_all(0, phones.size() - 1);
  assert_int_equal(alerts(), 1);
}

void tries_while_locked_make_no_lock_longer(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (int i = 0; i < rules::kMaxWrongCodes; ++i) world.with_code("jdoe", world.wrong_code(phone));
  for (int i = 0; i < 2 * rules::kMaxWrongCodesPerDay; ++i)
    assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
                 api::reason::kCodesLocked);
  world.pass(rules::kFirstLock);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void no_jump_of_the_clock_makes_a_call_good_again(void**) {
  for (const Millis jump : {kHour, kDay, kYear}) {
    World world;
    const Secret secret("secret of login host");
    const std::int64_t then = world.now / kSecond;
    const auto replay = [&] { return signed_call(world, world.login, secret, then, "nonce"); };
    const auto prune = [&] {
      world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {}, 1000); }));
    };
    assert_int_equal(replay(), 200);
    world.pass(jump);
    prune();
    assert_int_equal(replay(), 401);
    world.pass(-jump);
    prune();
    assert_int_equal(replay(), 401);
    // Whoever calls now is served, although the clock was wrong for a while.
    world.pass(kSecond);
    assert_int_equal(call_now(world, world.login, secret), 200);
    world.pass(-jump);
    assert_int_equal(signed_call(world, world.login, secret, then, "nonce"), 401);
  }
}

void no_jump_of_the_clock_brings_something_back(void**) {
  for (const Millis jump : {kHour, kDay, kYear}) {
    World world;
    const Phone phone = world.pair("jdoe");
    const std::string code = world.code(phone);
    assert_state(world.with_code("jdoe", code), RequestState::granted);
    const auto request = world.push("jdoe");
    const Phone waiting = world.new_phone();
    const Pairing pairing = world.ask_to_pair(waiting, "new");
    world.pass(-jump);
    assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kInvalidCode);
    assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
    assert_int_equal(world.refusal(world.answer_pairing(waiting, pairing, Choice::allow)), 409);
    world.pass(jump);
    assert_state(world.read(request), RequestState::expired, api::reason::kExpired);
    assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
    world.pass(jump);
    world.get(void_rule([&](Context& c) { (void)c.store.prune(world.now, {}, 1000); }));
    world.pass(-jump);
    assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(another_directory_sees_and_touches_nothing),
      cmocka_unit_test(names_are_unique_within_a_directory_only),
      cmocka_unit_test(a_terminal_is_of_one_user),
      cmocka_unit_test(a_push_is_not_sent_without_the_number_that_is_required),
      cmocka_unit_test(numbers_may_be_switched_off_but_not_where_a_rule_needs_them),
      cmocka_unit_test(policies_are_checked),
      cmocka_unit_test(two_secrets_overlap_until_their_date),
      cmocka_unit_test(a_nonce_serves_once_whatever_secret_signs),
      cmocka_unit_test(a_removed_requester_is_gone_at_once),
      cmocka_unit_test(a_bypass_code_is_good_as_often_and_as_long_as_was_said),
      cmocka_unit_test(a_bypass_code_waits_while_codes_are_locked),
      cmocka_unit_test(recovery_and_bypass_codes_do_not_end_each_other),
      cmocka_unit_test(of_many_uses_of_a_bypass_code_one_counts),
      cmocka_unit_test(a_bypass_code_in_force_guards_the_account),
      cmocka_unit_test(a_reset_takes_a_bypass_code_away),
      cmocka_unit_test(who_may_make_a_bypass_code),
      cmocka_unit_test(only_who_has_no_factor_may_be_let_in_to_enrol),
      cmocka_unit_test(who_is_switched_off_is_so_for_what_waits_as_well),
      cmocka_unit_test(withdrawn_pushes_count_too),
      cmocka_unit_test(a_used_code_typed_again_is_no_wrong_try),
      cmocka_unit_test(wrong_codes_of_many_users_are_told),
      cmocka_unit_test(tries_while_locked_make_no_lock_longer),
      cmocka_unit_test(no_jump_of_the_clock_makes_a_call_good_again),
      cmocka_unit_test(no_jump_of_the_clock_brings_something_back),
  };
  return cmocka_run_group_tests_name("server, rules", tests, nullptr, nullptr);
}
