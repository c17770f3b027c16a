// SPDX-License-Identifier: Apache-2.0
// Hard tokens: each code once, even where many bring it at once; one count of wrong codes; no factor without approval.
#include "server/service/rules.h"
#include "server/service/validators.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;

namespace {

const std::string kSeed = "12345678901234567890";

std::string code_of(std::uint64_t counter) {
  return std::string(otp::hotp(Secret(kSeed), counter).view());
}

NewValidator event_token(const std::string& name) {
  NewValidator wanted;
  wanted.seed = Secret(kSeed);
  wanted.requester_specified_id = name;
  wanted.event_based = true;
  return wanted;
}

/// A token of `user`, who is made for it.
Validator give_token(World& world, const std::string& user) {
  return world.get([&](Context& c) {
    const User owner = user_named_or_new(c, world.admin, user);
    return associate_new_validator(c, world.admin, owner, event_token("token of " + user), "");
  });
}

void of_many_submissions_one_counts(void**) {
  World world;
  give_token(world, "jdoe");
  constexpr int kSubmissions = 200;
  int granted = 0;
  std::vector<std::future<void>> done;
  done.reserve(kSubmissions);
  for (int i = 0; i < kSubmissions; ++i) {
    done.push_back(world.submitted([&](Transaction& transaction) {
      Context context{transaction, world.now, kOrigin};
      const auto request = initiate(context, world.login, World::code_of("jdoe", code_of(2)));
      granted += request.state == RequestState::granted ? 1 : 0;
    }));
  }
  for (auto& one : done) one.get();
  assert_int_equal(granted, 1);
}

void wrong_codes_of_phones_and_tokens_are_counted_together(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  give_token(world, "jdoe");
  for (int i = 0; i < rules::kMaxWrongCodes; ++i)
    assert_state(world.with_code("jdoe", world.wrong_code(phone)), RequestState::denied,
                 api::reason::kInvalidCode);
  assert_state(world.with_code("jdoe", code_of(0)), RequestState::denied, api::reason::kCodesLocked);
  world.pass(rules::kFirstLock);
  assert_state(world.with_code("jdoe", code_of(0)), RequestState::granted);
}

void a_used_code_costs_no_try(void**) {
  World world;
  give_token(world, "jdoe");
  assert_state(world.with_code("jdoe", code_of(0)), RequestState::granted);
  for (int i = 0; i < 2 * rules::kMaxWrongCodes; ++i)
    assert_state(world.with_code("jdoe", code_of(0)), RequestState::denied, api::reason::kCodeAlreadyUsed);
  assert_state(world.with_code("jdoe", code_of(1)), RequestState::granted);
}

void an_approval_ends_with_the_token_that_gave_it(void**) {
  World world;
  const Validator token = give_token(world, "jdoe");
  const Phone phone = world.pair("jdoe-other");
  Initiate wanted = World::code_of("jdoe", code_of(0));
  wanted.action_name = "pair another phone";
  const auto approval = world.get(world.start(std::move(wanted)));
  assert_state(approval, RequestState::granted);
  world.get([&](Context& c) {
    dissociate_validator(c, world.admin, *user_named(c, world.admin, "jdoe"), {token.id, ""});
    // Another factor, so that an approval is needed at all.
    NewValidator other = event_token("another");
    other.seed = Secret("another seed of the same size");
    return associate_new_validator(c, world.admin, *user_named(c, world.admin, "jdoe"), other, "");
  });
  const Phone further = world.new_phone();
  const std::string phrase = world.phrase_of(further);
  assert_int_equal(
      world.refusal([&](Context& c) { return create_pairing(c, world.login, phrase, "jdoe", approval.id); }),
      api::error_code::kApprovalNeeded);
}

void tokens_are_seen_by_their_requester_only(void**) {
  World world;
  const Validator token = give_token(world, "jdoe");
  const Requester another = world.add_requester("another administrator", {Scope::admin});
  const auto find_as = [&](const Requester& requester) {
    return [&](Context& c) { return find_validator(c, requester, {token.id, ""}); };
  };
  assert_true(world.get(find_as(world.admin)).id == token.id);
  assert_int_equal(world.refusal(find_as(another)), 404);
  assert_int_equal(world.refusal([&](Context& c) { return provision_validators(c, world.login, {}); }), 403);
}

void wrong_sequences_are_limited(void**) {
  World world;
  const Validator token = give_token(world, "jdoe");
  const auto resync = [&](std::uint64_t first, std::uint64_t second) {
    return [&, first, second](Context& c) {
      const std::string one = code_of(first);
      const std::string two = code_of(second);
      resync_validator(c, world.admin, {token.id, ""}, {one, two});
      return true;
    };
  };
  for (int i = 0; i < rules::kMaxWrongResyncs; ++i) assert_int_equal(world.refusal(resync(5, 7)), 400);
  assert_int_equal(world.refusal(resync(5, 6)), 429);
  world.pass(rules::kWrongResyncWindow);
  assert_true(world.get(resync(5, 6)));
  assert_int_equal(world.refusal(resync(5, 6)), 400);
}

NewValidator code_app(const std::string& otp) {
  NewValidator wanted;
  wanted.seed = Secret(kSeed);
  wanted.otp = Secret(otp);
  return wanted;
}

std::string clock_code(const World& world, std::int64_t steps = 0) {
  return std::string(otp::totp(Secret(kSeed), world.now / kSecond + 30 * steps).view());
}

auto bring(World& world, const std::string& user, std::string otp, const std::string& approval = {}) {
  return [&world, user, otp = std::move(otp), approval](Context& c) {
    return associate_new_validator(c, world.login, user, code_app(otp), approval);
  };
}

void a_token_comes_into_force_by_its_first_code(void**) {
  World world;
  for (const std::string& wrong : {clock_code(world, 9), std::string("123"), std::string(4000, '1')})
    assert_int_equal(world.refusal(bring(world, "jdoe", wrong)), api::error_code::kWrongTokenCode);
  assert_false(world.get([&](Context& c) { return user_named(c, world.login, "jdoe").has_value(); }));
  const std::string code = clock_code(world);
  world.get(bring(world, "jdoe", code));
  assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
  assert_state(world.with_code("jdoe", clock_code(world, 1)), RequestState::granted);
}

void a_token_that_is_brought_again_is_the_same(void**) {
  World world;
  const std::string code = clock_code(world);
  const Validator made = world.get(bring(world, "jdoe", code));
  assert_true(world.get(bring(world, "jdoe", code)).id == made.id);
  assert_state(world.with_code("jdoe", code), RequestState::denied, api::reason::kCodeAlreadyUsed);
  assert_int_equal(world.refusal(bring(world, "another", clock_code(world, 1))), 409);
  assert_int_equal(world.refusal([&](Context& c) {
    return associate_new_validator(c, world.other, "jdoe", code_app(clock_code(world, 1)), "");
  }),
                   409);
  assert_int_equal(world.refusal([&](Context& c) {
    NewValidator longer = code_app(clock_code(world, 1));
    longer.digits = 8;
    return associate_new_validator(c, world.login, "jdoe", longer, "");
  }),
                   409);
}

void a_token_that_comes_back_takes_no_used_code(void**) {
  World world;
  const std::string code = clock_code(world);
  const Validator made = world.get(bring(world, "jdoe", code));
  world.get([&](Context& c) {
    Requester owner = world.login;
    owner.scopes.add(Scope::admin);
    deactivate_validator(c, owner, {made.id, ""});
    return true;
  });
  assert_int_equal(world.refusal(bring(world, "jdoe", code)), api::error_code::kWrongTokenCode);
  const std::string next = clock_code(world, 1);
  assert_true(world.get(bring(world, "jdoe", next)).id == made.id);
  assert_state(world.with_code("jdoe", next), RequestState::denied, api::reason::kCodeAlreadyUsed);
}

void a_user_has_ten_at_most_without_an_administrator(void**) {
  World world;
  const auto give = [&world](const Caller& caller, int number) {
    return [&world, &caller, number](Context& c) {
      NewValidator wanted = event_token("token " + std::to_string(number));
      wanted.seed = Secret("12345678901234567" + std::to_string(100 + number));
      return associate_new_validator(c, caller, user_named_or_new(c, world.admin, "jdoe"), wanted, "");
    };
  };
  for (int i = 0; i < static_cast<int>(rules::kMaxTokens); ++i) world.get(give(world.admin, i));
  assert_int_equal(world.refusal(give(world.login, 10)), 409);
  world.get(give(world.admin, 10));
}

void a_right_code_of_the_new_one_is_no_approval(void**) {
  World world;
  const Phone phone = world.pair("jdoe");
  assert_int_equal(world.refusal(bring(world, "jdoe", clock_code(world))), api::error_code::kApprovalNeeded);
  Initiate wanted = World::code_of("jdoe", world.code(phone));
  wanted.action_name = "add a code token";
  const auto approval = world.get(world.start(std::move(wanted)));
  assert_int_equal(world.refusal(bring(world, "jdoe", clock_code(world, 9), approval.id)),
                   api::error_code::kWrongTokenCode);
  world.get(bring(world, "jdoe", clock_code(world), approval.id));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(of_many_submissions_one_counts),
      cmocka_unit_test(wrong_codes_of_phones_and_tokens_are_counted_together),
      cmocka_unit_test(a_used_code_costs_no_try),
      cmocka_unit_test(an_approval_ends_with_the_token_that_gave_it),
      cmocka_unit_test(tokens_are_seen_by_their_requester_only),
      cmocka_unit_test(wrong_sequences_are_limited),
      cmocka_unit_test(a_token_comes_into_force_by_its_first_code),
      cmocka_unit_test(a_token_that_is_brought_again_is_the_same),
      cmocka_unit_test(a_token_that_comes_back_takes_no_used_code),
      cmocka_unit_test(a_user_has_ten_at_most_without_an_administrator),
      cmocka_unit_test(a_right_code_of_the_new_one_is_no_approval),
  };
  return cmocka_run_group_tests_name("server, tokens", tests, nullptr, nullptr);
}
