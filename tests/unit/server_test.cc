// SPDX-License-Identifier: Apache-2.0
// The server's rules.
#include <cstring>
#include <functional>
#include <thread>
#include <utility>

#include "base/text.h"
#include "oauth/signature.h"
#include "server/log.h"
#include "server/service/authenticate.h"
#include "server/service/rules.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

void a_push_is_granted_by_the_phones_signature(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  assert_state(request, RequestState::pending);
  const auto list = world.get([&](Context& c) { return pending_for(c, phone.device); });
  assert_int_equal(list.requests.size(), 1);
  assert_same_text(list.requests[0].pairing_id, phone.pairing_id);
  assert_state(world.get(world.decision(phone, request, Choice::allow)), RequestState::granted);
  assert_state(world.read(request), RequestState::granted);
}

void a_signature_counts_for_what_was_signed_only(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone stranger = world.pair("mallory");
  const auto request = world.push("jdoe");
  const auto decide_with = [&](const Device& device, const std::string& signature) {
    return world.refusal([&](Context& c) {
      return decide_request(c, device, request.id, {Choice::allow, "", 0, signature}, UserVerification::off);
    });
  };
  const std::string shown =
      world.get([&](Context& c) { return shown_request(c, request, phone.pairing_id); });
  assert_int_equal(decide_with(phone.device, phone.sign(phone.pairing_id, shown, Choice::deny, "")), 401);
  assert_int_equal(decide_with(phone.device, phone.sign(phone.pairing_id, shown + " ", Choice::allow, "")),
                   401);
  assert_int_equal(decide_with(phone.device, phone.sign(stranger.pairing_id, shown, Choice::allow, "")), 401);
  assert_int_equal(
      decide_with(phone.device, phone.sign(phone.pairing_id, shown, Choice::allow, "", "http://evil")), 401);
  assert_int_equal(decide_with(phone.device, stranger.sign(phone.pairing_id, shown, Choice::allow, "")), 401);
  assert_int_equal(decide_with(stranger.device, stranger.sign(stranger.pairing_id, shown, Choice::allow, "")),
                   404);
  assert_state(world.read(request), RequestState::pending);
}

void a_final_state_never_changes(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  assert_state(world.get(world.decision(phone, request, Choice::deny)), RequestState::denied,
               api::reason::kDenied);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
  const std::string code = world.code(phone);
  assert_state(world.get([&](Context& c) { return submit_code(c, world.login, request.id, code); }),
               RequestState::denied, api::reason::kDenied);
  assert_state(world.get([&](Context& c) { return cancel_request(c, world.login, request.id); }),
               RequestState::denied, api::reason::kDenied);
  world.pass(10 * kMinute);
  assert_state(world.read(request), RequestState::denied, api::reason::kDenied);
}

void a_request_expires_after_its_ttl(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  Initiate parameters = World::push_of("jdoe");
  parameters.ttl_seconds = 30;
  const auto request = world.get(world.start(std::move(parameters)));
  world.pass(30 * kSecond - 1);
  assert_state(world.read(request), RequestState::pending);
  world.pass(1);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
  assert_state(world.read(request), RequestState::expired, api::reason::kExpired);
  for (const int ttl : {4, 301}) {
    Initiate wrong = World::push_of("jdoe");
    wrong.ttl_seconds = ttl;
    assert_int_equal(world.refusal(world.start(std::move(wrong))), 400);
  }
}

void the_number_has_one_attempt(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto with_number = [&] {
    Initiate parameters = World::push_of("jdoe");
    parameters.number_matching = true;
    return world.get(world.start(std::move(parameters)));
  };
  const auto request = with_number();
  assert_int_equal(request.number.size(), 2);
  const std::string shown =
      world.get([&](Context& c) { return shown_request(c, request, phone.pairing_id); });
  assert_null(std::strstr(shown.c_str(), ("\"" + request.number + "\"").c_str()));
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 400);
  const std::string wrong = request.number == "42" ? "43" : "42";
  assert_state(world.get(world.decision(phone, request, Choice::allow, wrong)), RequestState::denied,
               api::reason::kWrongNumber);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow, request.number)), 409);
  const auto second = with_number();
  assert_state(world.get(world.decision(phone, second, Choice::allow, second.number)), RequestState::granted);
  assert_int_equal(world.refusal(world.decision(phone, world.push("jdoe"), Choice::allow, "42")), 400);
}

void a_code_counts_once(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = world.code(phone);
  const auto granted = world.with_code("jdoe", code);
  assert_state(granted, RequestState::granted);
  assert_true(granted.totp_valid);
  for (int i = 0; i < 10; ++i) {
    assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
  }
  assert_state(world.with_code("jdoe", world.code(phone, -1)), RequestState::denied,
               api::reason::kCodeAlreadyUsed);
  assert_state(world.with_code("jdoe", world.code(phone, 1)), RequestState::granted);
  assert_state(world.with_code("jdoe", world.code(phone, 3)), RequestState::denied,
               api::reason::kInvalidCode);
}

void a_used_code_stays_used_after_a_restart(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = world.code(phone);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
  world.store.reset();
  world.open();
  assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
}

void of_many_submissions_of_one_code_exactly_one_wins(void**) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = world.code(phone);
  std::vector<std::thread> threads;
  std::vector<int> granted(kThreads);
  std::vector<int> used(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&world, &code, &granted, &used, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto result = std::get<1>(world.ask(world.start(World::code_of("jdoe", code))));
        granted[t] += result.state == RequestState::granted ? 1 : 0;
        used[t] += result.reason_code == api::reason::kCodeAlreadyUsed ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  int all_granted = 0;
  int all_used = 0;
  for (std::size_t t = 0; t < kThreads; ++t) {
    all_granted += granted[t];
    all_used += used[t];
  }
  assert_int_equal(all_granted, 1);
  assert_int_equal(all_used, kThreads * kEach - 1);
}

void wrong_codes_lock_codes_longer_each_time(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto five_wrong = [&] {
    for (int i = 0; i < rules::kMaxWrongCodes; ++i) {
      assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
                   api::reason::kInvalidCode);
    }
    assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied, api::reason::kCodesLocked);
  };
  five_wrong();
  world.pass(rules::kFirstLock);
  five_wrong();
  world.pass(rules::kFirstLock);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied, api::reason::kCodesLocked);
  world.pass(rules::kFirstLock);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void a_clock_set_back_opens_no_door(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  world.pass(60 * kMinute);
  const std::string used = world.code(phone);
  assert_state(world.with_code("jdoe", used), RequestState::granted);
  world.get(world.decision(phone, world.push("jdoe"), Choice::allow));
  world.pass(-60 * kMinute);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied,
               api::reason::kCodeAlreadyUsed);
  for (int i = 0; i < rules::kMaxWrongCodes; ++i) world.with_code("jdoe", world.wrong_code(phone));
  assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
               api::reason::kCodesLocked);
  for (int i = 0; i < rules::kMaxRefused; ++i) {
    world.get(world.decision(phone, world.push("jdoe"), Choice::deny));
  }
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
}

void a_reset_withdraws_what_is_pending(void**) {
  World world;
  const Phone lost = world.pair("jdoe");
  const auto request = world.push("jdoe");
  world.get([&](Context& c) {
    reset_user(c, world.admin, "jdoe");
    return 0;
  });
  const Phone fresh = world.pair("jdoe");
  assert_state(world.read(request), RequestState::cancelled, api::reason::kCancelled);
  assert_int_equal(world.refusal(world.decision(fresh, request, Choice::allow)), 409);
  assert_int_equal(world.refusal(world.decision(lost, request, Choice::allow)), 404);
}

void fifty_wrong_codes_a_day_need_an_approved_push(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (int i = 0; i < rules::kMaxWrongCodesPerDay; ++i) {
    assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
                 api::reason::kInvalidCode);
    world.pass(2 * kMinute);
  }
  world.pass(120 * kMinute);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::denied, api::reason::kCodesLocked);
  world.get(world.decision(phone, world.push("jdoe"), Choice::allow));
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void a_wrong_code_leaves_the_push_pending(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  const auto submit = [&](const std::string& code) {
    return world.get([&](Context& c) { return submit_code(c, world.login, request.id, code); });
  };
  assert_state(submit(world.wrong_code(phone)), RequestState::pending, api::reason::kInvalidCode);
  assert_state(world.read(request), RequestState::pending);
  assert_state(submit(world.code(phone)), RequestState::granted);
}

void a_valid_code_withdraws_the_push_it_supersedes(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  assert_state(world.with_code("jdoe", world.wrong_code(phone), request.id), RequestState::denied,
               api::reason::kInvalidCode);
  assert_state(world.read(request), RequestState::pending);
  assert_state(world.with_code("jdoe", world.code(phone), request.id), RequestState::granted);
  assert_state(world.read(request), RequestState::cancelled, api::reason::kCancelled);
  assert_int_equal(world.refusal(world.decision(phone, request, Choice::allow)), 409);
}

void a_code_cannot_overrule_a_denial(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  world.get(world.decision(phone, request, Choice::deny));
  const std::string code = world.code(phone);
  assert_state(world.with_code("jdoe", code, request.id), RequestState::denied,
               api::reason::kSupersededDenied);
  assert_state(world.with_code("jdoe", code), RequestState::granted);
}

void only_an_own_push_of_the_same_user_can_be_superseded(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const Phone second = world.pair("mallory");
  const auto request = world.push("jdoe");
  assert_int_equal(world.refusal(world.start(World::code_of("mallory", world.code(second), request.id))),
                   404);
  assert_int_equal(world.refusal([&](Context& c) {
    return initiate(c, world.other, World::code_of("jdoe", world.code(phone), request.id));
  }),
                   404);
  const auto earlier = world.with_code("jdoe", world.wrong_code(phone));
  assert_int_equal(world.refusal(world.start(World::code_of("jdoe", world.code(phone), earlier.id))), 404);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
}

void pushes_are_limited(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  std::vector<AuthenticationRequest> requests;
  requests.reserve(3);
  for (int i = 0; i < 3; ++i) requests.push_back(world.push("jdoe"));
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), 429);
  assert_same_text(requests[0].number, "");
  assert_int_equal(requests[1].number.size(), rules::kMinNumberDigits);
  assert_int_equal(world.refusal(world.decision(phone, requests[1], Choice::allow)), 400);
  for (const auto& request : requests) world.get(world.decision(phone, request, Choice::deny));
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
  assert_state(world.with_code("jdoe", world.code(phone)), RequestState::granted);
  world.pass(rules::kRefusedWindow);
  assert_state(world.push("jdoe"), RequestState::pending);
}

void unanswered_pushes_count_unless_a_code_followed(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  for (int i = 0; i < 4; ++i) {
    const auto request = world.push("jdoe");
    world.pass(90 * kSecond);
    assert_state(world.with_code("jdoe", world.code(phone), request.id), RequestState::granted);
    assert_state(world.read(request), RequestState::expired, api::reason::kExpired);
  }
  for (int i = 0; i < 3; ++i) {
    world.push("jdoe");
    world.pass(61 * kSecond);
  }
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
}

void not_me_mutes_and_withdraws(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto first = world.push("jdoe");
  const auto second = world.push("jdoe");
  assert_state(world.get(world.decision(phone, first, Choice::not_me)), RequestState::denied,
               api::reason::kNotMe);
  assert_state(world.read(second), RequestState::cancelled, api::reason::kCancelled);
  world.pass(rules::kMute - 1);
  assert_int_equal(world.refusal(world.start(World::push_of("jdoe"))), api::error_code::kOtpRequired);
  world.pass(1);
  assert_state(world.push("jdoe"), RequestState::pending);
}

void a_repeat_returns_the_first_result(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const std::string code = world.code(phone);
  const auto attempt = [&](const std::string& terminal) {
    Initiate parameters = World::code_of("jdoe", code);
    parameters.client_request_id = "0123456789abcdef";
    parameters.terminal_name = terminal;
    return parameters;
  };
  const auto first = world.get(world.start(attempt("host")));
  assert_state(first, RequestState::granted);
  const auto again = world.get(world.start(attempt("host")));
  assert_same_text(again.id, first.id);
  assert_state(again, RequestState::granted);
  assert_int_equal(world.refusal(world.start(attempt("elsewhere"))), 409);
  assert_state(world.get([&](Context& c) { return initiate(c, world.other, attempt("host")); }),
               RequestState::denied, api::reason::kCodeAlreadyUsed);
  world.pass(rules::kDefaultTtlSeconds * kSecond + rules::kRepeatLife - 1);
  assert_state(world.get(world.start(attempt("host"))), RequestState::granted);
  world.pass(1);
  assert_int_equal(world.refusal(world.start(attempt("host"))), 409);
}

using Changes = std::vector<std::function<void(Initiate&)>>;

/// The call that `make` makes gives the request of `id` again, but with none of `changes`.
template <typename Make>
void assert_repeats_unless_changed(World& world, const std::string& id, Make make, const Changes& changes) {
  for (const auto& change : changes) {
    Initiate another = make();
    change(another);
    assert_int_equal(world.refusal(world.start(std::move(another))), 409);
  }
  assert_same_text(world.get(world.start(make())).id, id);
}

void a_repeat_has_the_same_parameters(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  (void)world.pair("other");
  const auto push = [] {
    Initiate parameters = World::push_of("jdoe");
    parameters.client_request_id = "0123456789abcdef";
    parameters.terminal_name = "host";
    parameters.terminal_extra = "extra";
    parameters.action_name = "sudo";
    parameters.metadata = "{}";
    return parameters;
  };
  const auto first = world.get(world.start(push()));
  assert_same_text(world.get(world.start(push())).id, first.id);
  const Changes changes = {
      [&](Initiate& p) { p.pairing_id = phone.pairing_id; },
      [](Initiate& p) { p.user_name = "other"; },
      [&](Initiate& p) { p.terminal_id = first.terminal.id; },
      [](Initiate& p) { p.terminal_name = "hos"; },
      [](Initiate& p) { p.terminal_name = "hostextra", p.terminal_extra = ""; },
      [](Initiate& p) { p.action_name = ""; },
      [](Initiate& p) { p.metadata = "{ }"; },
      [](Initiate& p) { p.otp = Secret("123456"); },
      [](Initiate& p) { p.ttl_seconds = 30; },
      [](Initiate& p) { p.automation_allowed = !p.automation_allowed; },
      [](Initiate& p) { p.number_matching = !p.number_matching; },
  };
  assert_repeats_unless_changed(world, first.id, push, changes);
}

void a_repeat_of_a_code_has_the_same_code(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  const std::string typed = world.code(phone);
  const auto code = [&typed] {
    Initiate parameters = World::code_of("jdoe", typed);
    parameters.client_request_id = "0123456789abcdef";
    return parameters;
  };
  const auto first = world.get(world.start(code()));
  assert_state(first, RequestState::granted);
  const Changes changes = {
      [&](Initiate& p) { p.supersedes = request.id; },
      [&](Initiate& p) { p.otp = Secret(typed + "0"); },
      [](Initiate& p) { p.otp = Secret(); },
  };
  assert_repeats_unless_changed(world, first.id, code, changes);
}

/// Earlier versions keyed the digest of a push's parameters, too: a login goes on over the upgrade.
void a_push_of_an_earlier_version_is_repeated(void**) {
  World world;
  (void)world.pair("jdoe");
  AuthenticationRequest earlier = world.push("jdoe");
  earlier.id = random_uuid();
  earlier.client_request_id = "0123456789abcdef";
  world.get([&](Context& c) {
    // The parameters of push_of(), each with its length in front.
    earlier.fingerprint = c.store.keyed_digest("0:4:jdoe0:4:host0:0:0:0:0:1:01:11:0");
    c.store.insert_request(earlier);
    return true;
  });
  Initiate again = World::push_of("jdoe");
  again.client_request_id = earlier.client_request_id;
  assert_same_text(world.get(world.start(std::move(again))).id, earlier.id);
}

void requesters_keep_to_their_own_and_to_their_scopes(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  const auto request = world.push("jdoe");
  assert_int_equal(world.refusal([&](Context& c) { return read_request(c, world.other, request.id); }), 404);
  assert_int_equal(world.refusal([&](Context& c) { return cancel_request(c, world.other, request.id); }),
                   404);
  const Requester enroller = world.add_requester("enroller", {Scope::enrol});
  assert_int_equal(world.refusal([&](Context& c) { return initiate(c, enroller, World::push_of("jdoe")); }),
                   403);
  const Requester only_login = world.add_requester("only login", {Scope::login});
  assert_int_equal(world.refusal([&](Context& c) { return create_pairing(c, only_login, "a b", "new"); }),
                   403);
  assert_int_equal(
      world.refusal([&](Context& c) { return deactivate_pairing(c, world.login, phone.pairing_id); }), 403);
  assert_int_equal(world.refusal([&](Context& c) {
    reset_user(c, world.login, "jdoe");
    return 0;
  }),
                   403);
}

void a_further_phone_needs_an_administrator(void**) {
  World world;
  const Phone first = world.new_phone();
  const Phone second = world.new_phone();
  const Pairing for_first = world.ask_to_pair(first, "jdoe");
  const Pairing for_second = world.ask_to_pair(second, "jdoe");
  world.get(world.answer_pairing(first, for_first, Choice::allow));
  assert_int_equal(world.refusal(world.answer_pairing(second, for_second, Choice::allow)), 409);
  const std::string phrase = world.phrase_of(second);
  assert_int_equal(world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe"); }),
                   api::error_code::kApprovalNeeded);
  const auto by_admin = world.get([&](Context& c) { return create_pairing(c, world.admin, phrase, "jdoe"); });
  assert_true(world.get(world.answer_pairing(second, by_admin, Choice::allow)).state ==
              PairingState::enabled);
}

void initiate_tells_why_nobody_can_be_asked(void**) {
  World world;
  const auto code_of_push = [&](const std::string& user) {
    return world.refusal(world.start(World::push_of(user)));
  };
  assert_int_equal(code_of_push("nobody"), api::error_code::kUnknownUser);
  const Phone phone = world.new_phone();
  const Pairing pairing = world.ask_to_pair(phone, "jdoe");
  assert_int_equal(code_of_push("jdoe"), api::error_code::kPairingNotAuthorized);
  world.get(world.answer_pairing(phone, pairing, Choice::deny));
  assert_int_equal(code_of_push("jdoe"), api::error_code::kUnknownUser);
  Initiate unknown_pairing;
  unknown_pairing.pairing_id = random_uuid();
  assert_int_equal(world.refusal(world.start(std::move(unknown_pairing))),
                   api::error_code::kPairingNotAuthorized);

  const Phone paired = world.pair("jane");
  const auto jane = world.get([&](Context& c) { return *user_named(c, world.login, "jane"); });
  const auto enable = [&](bool enabled) {
    world.get([&](Context& c) { return set_user_enabled(c, world.admin, jane.id, enabled); });
  };
  enable(false);
  assert_int_equal(code_of_push("jane"), api::error_code::kUserDisabled);
  enable(true);
  Initiate unknown_terminal = World::push_of("jane");
  unknown_terminal.terminal_name.clear();
  unknown_terminal.terminal_extra = "never seen";
  assert_int_equal(world.refusal(world.start(std::move(unknown_terminal))),
                   api::error_code::kUnknownTerminal);
  world.get([&](Context& c) { return deactivate_pairing(c, world.admin, paired.pairing_id); });
  assert_int_equal(code_of_push("jane"), api::error_code::kPairingDeactivated);
}

void phrases_are_single_use_and_not_to_be_guessed(void**) {
  World world;
  const Phone phone = world.new_phone();
  const std::string replaced = world.phrase_of(phone);
  const std::string phrase = world.phrase_of(phone);
  assert_int_equal(phrase.find_first_of("0123456789"), std::string::npos);
  const auto create = [](const Requester& by, const std::string& typed) {
    return [&by, typed](Context& c) { return create_pairing(c, by, typed, "jdoe"); };
  };
  assert_int_equal(world.refusal(create(world.login, replaced)), 400);
  world.get(create(world.login, "  " + to_lower_ascii(phrase) + " "));
  assert_int_equal(world.refusal(create(world.login, phrase)), 400);
  const std::string late = world.phrase_of(phone);
  world.pass(rules::kPhraseLife);
  assert_int_equal(world.refusal(create(world.login, late)), 400);
  for (int i = 0; i < rules::kMaxWrongPhrases; ++i) {
    assert_int_equal(world.refusal(create(world.other, "wrong phrase")), 400);
  }
  assert_int_equal(world.refusal(create(world.other, world.phrase_of(phone))), 429);
  assert_true(world.get(create(world.login, world.phrase_of(phone))).state == PairingState::pending);
}

void a_call_counts_once_and_only_while_fresh(void**) {
  World world;
  const std::string url = "http://127.0.0.1:8477/v1/users";
  const auto call = [&](std::int64_t timestamp, const std::string& nonce, const std::string& secret) {
    const oauth::Credentials credentials{world.login.consumer_key, Secret(secret)};
    const std::string header =
        oauth::authorization_header(credentials, "GET", url, {{"name", "x"}}, nonce, timestamp);
    const auto result = world.ask([&](Context& c) {
      return authenticate_requester(c, {"GET", url, "name=x", header, ""}).caller.name;
    });
    return std::holds_alternative<api::ApiError>(result) ? std::get<2>(result).http_status : 200;
  };
  const std::int64_t now = world.now / kSecond;
  const std::string secret = "secret of login host";
  assert_int_equal(call(now, "one", secret), 200);
  assert_int_equal(call(now, "one", secret), 401);
  assert_int_equal(call(now + 1, "one", secret), 200);
  assert_int_equal(call(now, "two", "another secret"), 401);
  assert_int_equal(call(now, "two", secret), 200);
  assert_int_equal(call(now - 301, "three", secret), 401);
  assert_int_equal(call(now + 301, "four", secret), 401);
  world.pass(4 * kMinute);
  world.get([&](Context& c) {
    c.store.prune(world.now, {}, 1000);
    return 0;
  });
  assert_int_equal(call(now, "one", secret), 401);
}

void a_failing_operation_does_not_sink_its_neighbours(void**) {
  World world;
  std::vector<std::future<void>> futures;
  futures.reserve(3);
  const auto submit = [&](Store::Operation operation) {
    auto done = std::make_shared<std::promise<void>>();
    futures.push_back(done->get_future());
    world.store->submit(std::move(operation), [done](const std::exception_ptr& outcome) {
      if (outcome) {
        done->set_exception(outcome);
      } else {
        done->set_value();
      }
    });
  };
  const auto insert = [&](const std::string& name, bool failing) {
    submit([&world, name, failing](Transaction& transaction) {
      User user;
      user.id = random_uuid();
      user.name = name;
      user.created = world.now;
      transaction.insert_user(user);
      if (failing) throw std::runtime_error("on purpose");
    });
  };
  insert("before", false);
  insert("failing", true);
  insert("after", false);
  futures[0].get();
  bool failed = false;
  try {
    futures[1].get();
  } catch (const std::runtime_error&) {
    failed = true;
  }
  assert_true(failed);
  futures[2].get();
  const auto exists = [&](const std::string& name) {
    return world.get([&](Context& c) { return user_named(c, world.login, name).has_value(); });
  };
  assert_true(exists("before"));
  assert_false(exists("failing"));
  assert_true(exists("after"));
}

void another_key_file_is_noticed_at_once(void**) {
  World world;
  world.store.reset();
  bool noticed = false;
  try {
    world.open_with(crypto::SealingKey::generate());
  } catch (const StoreError&) {
    noticed = true;
  }
  assert_true(noticed);
}

void only_an_alert_is_logged_as_a_warning(void**) {
  const auto logged = [](const char* line) { return audit_line(LogFormat::json, line); };
  assert_same_text(
      logged(R"({"time":"now","event":"ALERT codes locked","user":"jdoe"})"),
      R"({"kind":"audit","level":"warning","time":"now","event":"ALERT codes locked","user":"jdoe"})");
  // What a host sends along is no event.
  assert_same_text(
      logged(R"({"time":"now","event":"push sent","metadata":"\"event\":\"ALERT "})"),
      R"({"kind":"audit","level":"notice","time":"now","event":"push sent","metadata":"\"event\":\"ALERT "})");
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_push_is_granted_by_the_phones_signature),
      cmocka_unit_test(a_signature_counts_for_what_was_signed_only),
      cmocka_unit_test(a_final_state_never_changes),
      cmocka_unit_test(a_request_expires_after_its_ttl),
      cmocka_unit_test(the_number_has_one_attempt),
      cmocka_unit_test(a_code_counts_once),
      cmocka_unit_test(a_used_code_stays_used_after_a_restart),
      cmocka_unit_test(of_many_submissions_of_one_code_exactly_one_wins),
      cmocka_unit_test(wrong_codes_lock_codes_longer_each_time),
      cmocka_unit_test(a_clock_set_back_opens_no_door),
      cmocka_unit_test(a_reset_withdraws_what_is_pending),
      cmocka_unit_test(fifty_wrong_codes_a_day_need_an_approved_push),
      cmocka_unit_test(a_wrong_code_leaves_the_push_pending),
      cmocka_unit_test(a_valid_code_withdraws_the_push_it_supersedes),
      cmocka_unit_test(a_code_cannot_overrule_a_denial),
      cmocka_unit_test(only_an_own_push_of_the_same_user_can_be_superseded),
      cmocka_unit_test(pushes_are_limited),
      cmocka_unit_test(unanswered_pushes_count_unless_a_code_followed),
      cmocka_unit_test(not_me_mutes_and_withdraws),
      cmocka_unit_test(a_repeat_returns_the_first_result),
      cmocka_unit_test(a_repeat_has_the_same_parameters),
      cmocka_unit_test(a_repeat_of_a_code_has_the_same_code),
      cmocka_unit_test(a_push_of_an_earlier_version_is_repeated),
      cmocka_unit_test(requesters_keep_to_their_own_and_to_their_scopes),
      cmocka_unit_test(a_further_phone_needs_an_administrator),
      cmocka_unit_test(initiate_tells_why_nobody_can_be_asked),
      cmocka_unit_test(phrases_are_single_use_and_not_to_be_guessed),
      cmocka_unit_test(a_call_counts_once_and_only_while_fresh),
      cmocka_unit_test(a_failing_operation_does_not_sink_its_neighbours),
      cmocka_unit_test(another_key_file_is_noticed_at_once),
      cmocka_unit_test(only_an_alert_is_logged_as_a_warning),
  };
  return cmocka_run_group_tests_name("server", tests, nullptr, nullptr);
}
