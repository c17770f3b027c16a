// SPDX-License-Identifier: Apache-2.0
// The login against a scripted person and a scripted server: each row says what is asked, answered, and how it ends.
#include "pam/login.h"

#include <security/pam_modules.h>

#include <deque>

#include "api/reason.h"
#include "helper/protocol.h"
#include "pam/messages.h"
#include "pam/unknown_account.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::pam;

namespace {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

/// What the person and the server are expected to see, in order, and what they answer.
struct Step {
  std::string
      expected;  ///< "ask …", "tell …", "report …", "push [number]", "wait", "code 123456", "withdraw"
  std::string reply;  ///< what is typed
  Answer answer;
  Conversation::Status status = Conversation::Status::answered;
};

class Script final : public Conversation, public Factor {
 public:
  explicit Script(const std::vector<Step>& steps) : steps_(steps.begin(), steps.end()) {}

  Reply ask(const Text& prompt, bool visible) override {
    const Step step = next("ask " + std::string(visible ? "" : "hidden ") + prompt.in(english));
    return {step.status, Secret(step.reply)};
  }
  void tell(const Text& text) override { next("tell " + text.in(english)); }
  void report(const Text& text) override { next("report " + text.in(english)); }
  Answer push(bool number_matching, std::chrono::seconds ttl, const Deadline& deadline) override {
    assert_int_equal(ttl.count(), 45);
    assert_int_equal(deadline.remaining(clock).count(), 10'000);
    return next(number_matching ? "push number" : "push").answer;
  }
  Answer wait(const Deadline& deadline) override {
    // One deadline from the push on: time spent at the prompt does not prolong it.
    assert_true(deadline.remaining(clock) <= std::chrono::seconds(45));
    return next("wait").answer;
  }
  Answer code(const OneTimeCode& code, const Deadline& deadline) override {
    assert_int_equal(deadline.remaining(clock).count(), 10'000);
    return next("code " + std::string(code.digits())).answer;
  }
  Answer offline(const OneTimeCode& code, const Deadline& deadline) override {
    assert_int_equal(deadline.remaining(clock).count(), 10'000);
    return next("offline " + std::string(code.digits())).answer;
  }
  void withdraw() override { next("withdraw"); }

  void finish() const {
    if (!steps_.empty()) fail_msg("left over: %s", steps_.front().expected.c_str());
  }

  FakeClock clock;

 private:
  const Catalogue english;

  Step next(const std::string& happened) {
    if (steps_.empty()) {
      fail_msg("unexpected: %s", happened.c_str());
      return {};
    }
    Step step = steps_.front();
    steps_.pop_front();
    assert_same_text(happened, step.expected);
    return step;
  }

  std::deque<Step> steps_;
};

Answer of(Answer::Kind kind, int reason = 0) {
  Answer answer;
  answer.kind = kind;
  answer.reason = reason;
  answer.id = "r1";
  return answer;
}
Answer pending(const std::string& number = "") {
  Answer answer = of(Answer::Kind::pending);
  answer.number = number;
  return answer;
}
Answer word(Answer::Kind kind, std::string_view of_word) {
  Answer answer = of(kind);
  answer.id.clear();
  answer.word = of_word;
  return answer;
}

const std::string kAsk42 =
    "ask Approve the request on your phone (number 42) and press Enter, or type a one-time code: ";
const std::string kAsk = "ask Approve the request on your phone and press Enter, or type a one-time code: ";
const std::string kAskCode = std::string("ask ") + messages::kCode;
const std::string kAskBefore = std::string("ask ") + messages::kPressEnterOrCode;
const std::string kInvalid = std::string("report ") + messages::kInvalidCode;
const std::string kLate = std::string("report ") + messages::kNotAnswered;
const Answer kGranted = of(Answer::Kind::granted);
const Answer kDenied = of(Answer::Kind::denied, api::reason::kDenied);
const Answer kExpired = of(Answer::Kind::expired);
const Answer kWrong = of(Answer::Kind::denied, api::reason::kInvalidCode);

struct Scenario {
  const char* name;
  Terms terms;
  std::vector<Step> steps;
  Verdict verdict;
  Method method;
};

Terms with(config::Prompt prompt) {
  Terms terms;
  terms.prompt = prompt;
  return terms;
}
Terms cannot_prompt(config::NumberMatching matching = config::NumberMatching::on) {
  Terms terms;
  terms.can_prompt = false;
  terms.number_matching = matching;
  return terms;
}
Terms with_password(std::string_view password) {
  Terms terms;
  terms.login_password = password;
  terms.visible_code = false;
  return terms;
}
Terms may_be_unpaired() {
  Terms terms;
  terms.may_be_unpaired = true;
  return terms;
}

Terms with_offline_codes(config::Prompt prompt = config::Prompt::during) {
  Terms terms = with(prompt);
  terms.offline_codes = true;
  return terms;
}
/// No server, `codes` would count; or with Kind::granted, that many are left.
Answer with_codes(std::size_t codes, Answer::Kind kind = Answer::Kind::failed) {
  Answer answer = word(kind, kind == Answer::Kind::failed ? helper::failure::kUnreachable : "");
  answer.offline_codes = codes;
  return answer;
}
Answer offline_denied(int reason) {
  Answer answer = of(Answer::Kind::denied, reason);
  answer.id.clear();
  return answer;
}

const std::string kAskOffline =
    "ask The authentication server cannot be reached. Type an offline code (9 left): ";
const std::string kUnreachable = std::string("report ") + messages::kUnreachable;

std::vector<Scenario> offline_scenarios() {
  using Kind = Answer::Kind;
  using Status = Conversation::Status;
  const Step down{"push number", "", with_codes(9)};
  const Step right{"offline 1234567890", "", with_codes(8, Kind::granted)};
  const Step wrong{"offline 1111111111", "", offline_denied(api::reason::kInvalidCode)};
  const Step typed{kAskOffline, "12345-67890", {}};
  const Step mistyped{kAskOffline, "1111111111", {}};
  const Terms terms = with_offline_codes();
  return {
      {"an offline code", terms, {down, typed, right}, Verdict::granted, Method::offline},
      {"few are left",
       terms,
       {down,
        typed,
        {"offline 1234567890", "", with_codes(3, Kind::granted)},
        {"report Offline codes left on this computer: 3. Make new ones with toopher-pair --offline-codes.",
         "",
         {}}},
       Verdict::granted,
       Method::offline},
      {"the last one",
       terms,
       {down,
        typed,
        {"offline 1234567890", "", with_codes(0, Kind::granted)},
        {"report Offline codes left on this computer: 0. Make new ones with toopher-pair --offline-codes.",
         "",
         {}}},
       Verdict::granted,
       Method::offline},
      {"wrong, then right",
       terms,
       {down, mistyped, wrong, {kInvalid, "", {}}, typed, right},
       Verdict::granted,
       Method::offline},
      {"wrong ones used up",
       terms,
       {down,
        mistyped,
        wrong,
        {kInvalid, "", {}},
        mistyped,
        wrong,
        {kInvalid, "", {}},
        mistyped,
        wrong,
        {kInvalid, "", {}}},
       Verdict::codes_used_up,
       Method::offline},
      {"locked",
       terms,
       {down,
        typed,
        {"offline 1234567890", "", offline_denied(api::reason::kCodesLocked)},
        {std::string("report ") + messages::kOfflineLocked, "", {}}},
       Verdict::codes_used_up,
       Method::offline},
      {"a code of another form stays here",
       terms,
       {down, {kAskOffline, "123456", {}}, {"report An offline code has 10 digits.", "", {}}, typed, right},
       Verdict::granted,
       Method::offline},
      {"nobody has one",
       terms,
       {down, {kAskOffline, "", {}}, {kUnreachable, "", {}}},
       Verdict::unreachable,
       Method::push},
      {"gives up at the offline prompt",
       terms,
       {down, {kAskOffline, "", {}, Status::broken}},
       Verdict::aborted,
       Method::none},
      {"a host that fails the offline prompt",
       terms,
       {down, {kAskOffline, "", {}, Status::unavailable}, {kUnreachable, "", {}}},
       Verdict::unreachable,
       Method::push},
      {"the disk is full",
       terms,
       {down,
        typed,
        {"offline 1234567890", "", word(Kind::failed, helper::failure::kConfig)},
        {std::string("report ") + messages::kBroken, "", {}}},
       Verdict::misconfigured,
       Method::offline},
      {"the helper says something else",
       terms,
       {down,
        typed,
        {"offline 1234567890", "", word(Kind::failed, helper::failure::kUnreachable)},
        {std::string("report ") + messages::kServerFault, "", {}}},
       Verdict::server_fault,
       Method::offline},
      {"the helper dies",
       terms,
       {down, typed, {"offline 1234567890", "", {}}},
       Verdict::aborted,
       Method::offline},
      {"not where they are switched off",
       {},
       {down, {kUnreachable, "", {}}},
       Verdict::unreachable,
       Method::push},
      {"not where nothing can be typed",
       [] {
         Terms silent = with_offline_codes();
         silent.can_prompt = false;
         return silent;
       }(),
       {{"push", "", with_codes(9)}, {kUnreachable, "", {}}},
       Verdict::unreachable,
       Method::push},
      {"not after the server was reached",
       terms,
       {{"push number", "", pending("42")},
        {kAsk42, "000000", {}},
        {"code 000000", "", with_codes(9)},
        {kUnreachable, "", {}}},
       Verdict::server_fault,
       Method::code},
      {"not for another failure",
       terms,
       {{"push number", "", word(Kind::failed, helper::failure::kTls)},
        {std::string("report ") + messages::kServerFault, "", {}}},
       Verdict::server_fault,
       Method::push},
      {"after a one-time code that reached nobody",
       with_offline_codes(config::Prompt::before),
       {{kAskBefore, "123456", {}}, {"code 123456", "", with_codes(9)}, typed, right},
       Verdict::granted,
       Method::offline},
  };
}

std::vector<Scenario> scenarios() {
  using config::Prompt;
  using Kind = Answer::Kind;
  using Status = Conversation::Status;
  const Step push{"push number", "", pending("42")};
  const Step enter{kAsk42, "", {}};
  return {
      {"approved, then Enter", {}, {push, enter, {"wait", "", kGranted}}, Verdict::granted, Method::push},
      {"a code while pending",
       {},
       {push, {kAsk42, "123 456", {}}, {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"denied",
       {},
       {push, enter, {"wait", "", kDenied}, {"report The request was denied on your phone.", "", {}}},
       Verdict::denied,
       Method::push},
      {"wrong number",
       {},
       {push,
        enter,
        {"wait", "", of(Kind::denied, api::reason::kWrongNumber)},
        {"report Another number was entered on the phone.", "", {}}},
       Verdict::denied,
       Method::push},
      {"timeout, then a code",
       {},
       {push,
        enter,
        {"wait", "", kExpired},
        {kLate, "", {}},
        {kAskCode, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"expired on the server",
       {},
       {push,
        enter,
        {"wait", "", of(Kind::denied, api::reason::kExpired)},
        {kLate, "", {}},
        {kAskCode, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"timeout, then nothing",
       {},
       {push,
        enter,
        {"wait", "", kExpired},
        {kLate, "", {}},
        {kAskCode, "", {}},
        {kAskCode, "", {}},
        {kAskCode, "", {}}},
       Verdict::timed_out,
       Method::code},
      {"wrong code, then right",
       {},
       {push,
        {kAsk42, "000000", {}},
        {"code 000000", "", kWrong},
        {kInvalid, "", {}},
        {kAsk42, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"wrong code, then approved",
       {},
       {push,
        {kAsk42, "000000", {}},
        {"code 000000", "", kWrong},
        {kInvalid, "", {}},
        enter,
        {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"codes used up",
       {},
       {push,
        {kAsk42, "000000", {}},
        {"code 000000", "", kWrong},
        {kInvalid, "", {}},
        {kAsk42, "000001", {}},
        {"code 000001", "", kWrong},
        {kInvalid, "", {}},
        {kAsk42, "000002", {}},
        {"code 000002", "", kWrong},
        {kInvalid, "", {}},
        {"withdraw", "", {}}},
       Verdict::codes_used_up,
       Method::code},
      {"used code costs no try",
       {},
       {push,
        {kAsk42, "111111", {}},
        {"code 111111", "", of(Kind::denied, api::reason::kCodeAlreadyUsed)},
        {"report That code was used already. Wait for the next one.", "", {}},
        {kAsk42, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"used recovery code costs no try",
       {},
       {push,
        {kAsk42, "1234-5678-9012", {}},
        {"code 123456789012", "", of(Kind::denied, api::reason::kCodeAlreadyUsed)},
        {"report That recovery code was used already. Take another one.", "", {}},
        {kAsk42, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"a code after a denial on the phone",
       {},
       {push,
        {kAsk42, "123456", {}},
        {"code 123456", "", of(Kind::denied, api::reason::kSupersededDenied)},
        {"report The request was denied on your phone.", "", {}}},
       Verdict::denied,
       Method::push},
      {"digits of a wrong length stay here",
       {},
       {push,
        {kAsk42, "1234", {}},
        {"report A one-time code has 6 to 8 digits, a recovery code 12.", "", {}},
        {kAsk42, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"a recovery code at the same prompt",
       {},
       {push, {kAsk42, "1234-5678-9012", {}}, {"code 123456789012", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"an offline code stays here",
       {},
       {push,
        {kAsk42, "12345-67890", {}},
        {std::string("report ") + messages::kOfflineNotNow, "", {}},
        {kAsk42, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"words mean Enter",
       {},
       {push, {kAsk42, "ok", {}}, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"a six-digit login password is never sent",
       with_password("123456"),
       {push, {"ask hidden " + kAsk42.substr(4), "123456", {}}, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"an eight-digit code that begins like the password is sent",
       with_password("123456"),
       {push, {"ask hidden " + kAsk42.substr(4), "12345678", {}}, {"code 12345678", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"the person gives up",
       {},
       {push, {kAsk42, "", {}, Status::broken}, {"withdraw", "", {}}},
       Verdict::aborted,
       Method::none},
      {"a host without prompts",
       cannot_prompt(),
       {{"push", "", pending()}, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"a host without prompts times out",
       cannot_prompt(),
       {{"push", "", pending()}, {"wait", "", kExpired}, {kLate, "", {}}},
       Verdict::timed_out,
       Method::push},
      {"a number that cannot be shown",
       cannot_prompt(config::NumberMatching::required),
       {},
       Verdict::timed_out,
       Method::push},
      {"a host that turns out to have no prompts",
       {},
       {push,
        {kAsk42, "", {}, Status::unavailable},
        {"withdraw", "", {}},
        {"push", "", pending()},
        {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"its second push is granted at once",
       {},
       {push,
        {kAsk42, "", {}, Status::unavailable},
        {"withdraw", "", {}},
        {"push", "",
         [] {
           Answer other = kGranted;
           other.id = "r2";
           return other;
         }()}},
       Verdict::granted,
       Method::push},
      {"no prompts, which the first one shows",
       with(Prompt::before),
       {{kAskBefore, "", {}, Status::unavailable},
        {"push", "", pending()},
        {"tell Waiting for your phone.", "", {}},
        {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"an outage after a wrong code",
       with(Prompt::before),
       {{kAskBefore, "000000", {}},
        {"code 000000", "", kWrong},
        {kInvalid, "", {}},
        {kAskBefore, "", {}},
        {"push number", "", word(Kind::failed, helper::failure::kUnreachable)},
        {std::string("report ") + messages::kUnreachable, "", {}}},
       Verdict::server_fault,
       Method::push},
      {"an outage after the phone was asked",
       {},
       {push,
        {kAsk42, "000000", {}},
        {"code 000000", "", word(Kind::failed, helper::failure::kUnreachable)},
        {std::string("report ") + messages::kUnreachable, "", {}}},
       Verdict::server_fault,
       Method::code},
      {"no number, no prompts",
       {},
       {{"push number", "", pending()}, {kAsk, "", {}, Status::unavailable}, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"code up front",
       with(Prompt::before),
       {{kAskBefore, "123456", {}}, {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"push up front",
       with(Prompt::before),
       {{kAskBefore, "", {}}, push, enter, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"push up front without number",
       with(Prompt::before),
       {{kAskBefore, "", {}},
        {"push number", "", pending()},
        {"tell Waiting for your phone.", "", {}},
        {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"wrong code up front, then push",
       with(Prompt::before),
       {{kAskBefore, "000000", {}},
        {"code 000000", "", kWrong},
        {kInvalid, "", {}},
        {kAskBefore, "", {}},
        push,
        enter,
        {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"gives up up front",
       with(Prompt::before),
       {{kAskBefore, "", {}, Status::broken}, {"withdraw", "", {}}},
       Verdict::aborted,
       Method::none},
      {"hands-free",
       with(Prompt::after),
       {push, {"tell Approve the request on your phone (number 42).", "", {}}, {"wait", "", kGranted}},
       Verdict::granted,
       Method::push},
      {"hands-free, timeout, code",
       with(Prompt::after),
       {push,
        {"tell Approve the request on your phone (number 42).", "", {}},
        {"wait", "", kExpired},
        {kLate, "", {}},
        {kAskCode, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"unpaired and optional",
       may_be_unpaired(),
       {{"push number", "", word(Kind::refused, helper::refusal::kUnpaired)}},
       Verdict::unpaired_optional,
       Method::none},
      {"unpaired and required",
       {},
       {{"push number", "", word(Kind::refused, helper::refusal::kUnpaired)},
        {std::string("report ") + messages::kUnpaired, "", {}}},
       Verdict::unpaired_required,
       Method::push},
      {"switched off is not unpaired",
       may_be_unpaired(),
       {{"push number", "", word(Kind::refused, helper::refusal::kDisabled)},
        {std::string("report ") + messages::kDisabled, "", {}}},
       Verdict::refused,
       Method::push},
      {"removed is not unpaired",
       may_be_unpaired(),
       {{"push number", "", word(Kind::refused, helper::refusal::kDeactivated)},
        {std::string("report ") + messages::kDeactivated, "", {}}},
       Verdict::refused,
       Method::push},
      {"codes only",
       {},
       {{"push number", "", word(Kind::refused, helper::refusal::kCodeRequired)},
        {"report No request can be sent to your phone now.", "", {}},
        {kAskCode, "123456", {}},
        {"code 123456", "", kGranted}},
       Verdict::granted,
       Method::code},
      {"no server",
       {},
       {{"push number", "", word(Kind::failed, helper::failure::kUnreachable)},
        {std::string("report ") + messages::kUnreachable, "", {}}},
       Verdict::unreachable,
       Method::push},
      {"TLS",
       {},
       {{"push number", "", word(Kind::failed, helper::failure::kTls)},
        {std::string("report ") + messages::kServerFault, "", {}}},
       Verdict::server_fault,
       Method::push},
      {"wrong credentials",
       {},
       {{"push number", "", word(Kind::failed, helper::failure::kCredentials)},
        {std::string("report ") + messages::kServerFault, "", {}}},
       Verdict::server_fault,
       Method::push},
      {"the helper dies", {}, {{"push number", "", {}}}, Verdict::aborted, Method::push},
      {"the helper dies while waiting", {}, {push, enter, {"wait", "", {}}}, Verdict::aborted, Method::push},
      {"the helper dies over a code",
       {},
       {push, {kAsk42, "123456", {}}, {"code 123456", "", {}}},
       Verdict::aborted,
       Method::code},
      {"interrupted", {}, {push, enter, {"wait", "", of(Kind::interrupted)}}, Verdict::aborted, Method::push},
  };
}

void play(const std::vector<Scenario>& rows) {
  for (const Scenario& scenario : rows) {
    print_message("  %s\n", scenario.name);
    Script script(scenario.steps);
    const Outcome outcome = Login(scenario.terms, script, script, script.clock).run();
    script.finish();
    assert_same_text(name_of(outcome.verdict), name_of(scenario.verdict));
    assert_same_text(name_of(outcome.method), name_of(scenario.method));
  }
}

void scenarios_end_as_they_must(void**) {
  play(scenarios());
}

void offline_codes_count_without_a_server(void**) {
  play(offline_scenarios());
}

void only_who_guessed_nothing_is_spared_the_delay(void**) {
  const Step push{"push number", "", pending("42")};
  const Step guess{kAsk42, "000000", {}};
  const Step wrong{"code 000000", "", kWrong};
  const Step invalid{kInvalid, "", {}};
  const Step leave{kAsk42, "", {}, Conversation::Status::broken};
  const Step interrupted{"wait", "", of(Answer::Kind::interrupted)};
  const Step enter{kAsk42, "", {}};
  const Step down{"push number", "", with_codes(9)};
  const Step leave_offline{kAskOffline, "", {}, Conversation::Status::broken};
  const Step guess_offline{kAskOffline, "1111111111", {}};
  const Step wrong_offline{"offline 1111111111", "", offline_denied(api::reason::kInvalidCode)};
  const struct {
    std::vector<Step> steps;
    bool given_up;
  } rows[] = {
      {{push, leave, {"withdraw", "", {}}}, true},
      {{push, enter, interrupted}, true},
      {{down, leave_offline}, true},
      {{push, guess, wrong, invalid, leave, {"withdraw", "", {}}}, false},
      {{push, guess, wrong, invalid, enter, interrupted}, false},
      {{down, guess_offline, wrong_offline, invalid, leave_offline}, false},
      {{push, enter, {"wait", "", {}}}, false},
      {{down, guess_offline, {"offline 1111111111", "", {}}}, false},
  };
  const Terms terms = with_offline_codes();
  for (const auto& row : rows) {
    Script script(row.steps);
    const Outcome outcome = Login(terms, script, script, script.clock).run();
    script.finish();
    assert_true(outcome.verdict == Verdict::aborted);
    assert_true(outcome.given_up == row.given_up);
  }
}

void required_numbers_are_insisted_on(void**) {
  Terms terms;
  terms.number_matching = config::NumberMatching::required;
  Script script({{"push number", "", pending()},
                 {"withdraw", "", {}},
                 {std::string("report ") + messages::kServerFault, "", {}}});
  assert_true(Login(terms, script, script, script.clock).run().verdict == Verdict::server_fault);
  script.finish();
}

void an_approval_of_another_request_does_not_count(void**) {
  Answer other = kGranted;
  other.id = "r2";
  Script script({{"push number", "", pending("42")},
                 {kAsk42, "", {}},
                 {"wait", "", other},
                 {std::string("report ") + messages::kServerFault, "", {}}});
  const Terms terms;
  assert_true(Login(terms, script, script, script.clock).run().verdict == Verdict::server_fault);
}

void a_rule_may_approve_only_where_allowed(void**) {
  Answer by_rule = kGranted;
  by_rule.automated = true;
  Terms terms;
  Script refused({{"push number", "", by_rule}, {std::string("report ") + messages::kServerFault, "", {}}});
  assert_true(Login(terms, refused, refused, refused.clock).run().verdict == Verdict::server_fault);
  Script code({{"push number", "", pending("42")},
               {kAsk42, "123456", {}},
               {"code 123456", "", by_rule},  // so nobody looked at the code
               {std::string("report ") + messages::kServerFault, "", {}}});
  assert_true(Login(terms, code, code, code.clock).run().verdict == Verdict::server_fault);
  terms.automation_allowed = true;
  Script allowed({{"push number", "", by_rule}});
  assert_true(Login(terms, allowed, allowed, allowed.clock).run().verdict == Verdict::granted);
}

void plays(const Terms& terms, const std::vector<Step>& steps) {
  Script script(steps);
  assert_true(Login(terms, script, script, script.clock).run().verdict == Verdict::granted);
  script.finish();
}

void the_administrators_words_keep_the_number(void**) {
  Terms terms;
  terms.prompt_text = "Confirm at ACME (100%s)";
  const Step granted{"wait", "", kGranted};
  plays(terms,
        {{"push number", "", pending("42")}, {"ask Confirm at ACME (100%s) (number 42): ", "", {}}, granted});
  plays(terms, {{"push number", "", pending()}, {"ask Confirm at ACME (100%s): ", "", {}}, granted});
  terms.prompt = config::Prompt::after;
  plays(terms,
        {{"push number", "", pending("42")}, {"tell Confirm at ACME (100%s) (number 42)", "", {}}, granted});
  plays(terms, {{"push number", "", pending()}, {"tell Confirm at ACME (100%s)", "", {}}, granted});
}

void pam_silent_drops_chatter_and_keeps_the_cue(void**) {
  Terms terms;
  const Step granted{"wait", "", kGranted};
  const Step waiting{std::string("tell ") + messages::kWaiting, "", {}};
  const Step cue{"tell Approve the request on your phone (number 42).", "", {}};
  terms.prompt = config::Prompt::before;
  plays(terms, {{kAskBefore, "", {}}, {"push number", "", pending()}, waiting, granted});
  terms.silent = true;
  plays(terms, {{kAskBefore, "", {}}, {"push number", "", pending()}, granted});
  terms.prompt = config::Prompt::after;
  plays(terms, {{"push number", "", pending("42")}, cue, granted});
  plays(terms, {{"push number", "", pending("42")},
                cue,
                {"wait", "", kExpired},
                {kLate, "", {}},
                {kAskCode, "123456", {}},
                {"code 123456", "", kGranted}});
}

void endless_typing_ends(void**) {
  std::vector<Step> steps{{"push number", "", pending("42")}};
  for (int i = 0; i < 20; ++i) {
    steps.push_back({kAsk42, "1", {}});
    steps.push_back({std::string("report ") + messages::kWrongLength, "", {}});
  }
  steps.push_back({"withdraw", "", {}});
  Script script(steps);
  const Terms terms;
  assert_true(Login(terms, script, script, script.clock).run().verdict == Verdict::aborted);
  script.finish();
}

void only_approval_and_explicit_policy_let_in(void**) {
  using config::FailurePolicy;
  struct Row {
    Verdict verdict;
    int deny;
    int allow;
  };
  const Row rows[] = {
      {Verdict::aborted, PAM_ABORT, PAM_ABORT},
      {Verdict::granted, PAM_SUCCESS, PAM_SUCCESS},
      {Verdict::exempt, PAM_IGNORE, PAM_IGNORE},
      {Verdict::unpaired_optional, PAM_IGNORE, PAM_IGNORE},
      {Verdict::unpaired_required, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::denied, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::timed_out, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::codes_used_up, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::refused, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::unreachable, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS},
      {Verdict::server_fault, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
      {Verdict::misconfigured, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
      {Verdict::unknown_user, PAM_MAXTRIES, PAM_MAXTRIES},
      {Verdict::remembered, PAM_ABORT, PAM_ABORT},
  };
  for (const Row& row : rows) {
    assert_int_equal(pam_code(row.verdict, FailurePolicy::deny, AsksAgain::on_same_handle), row.deny);
    assert_int_equal(pam_code(row.verdict, FailurePolicy::allow, AsksAgain::on_same_handle), row.allow);
    const auto in_sshd = [](int code) {
      return code == PAM_SUCCESS || code == PAM_IGNORE ? code : PAM_MAXTRIES;
    };
    assert_int_equal(pam_code(row.verdict, FailurePolicy::deny, AsksAgain::in_fresh_process),
                     in_sshd(row.deny));
    assert_int_equal(pam_code(row.verdict, FailurePolicy::allow, AsksAgain::in_fresh_process),
                     in_sshd(row.allow));
    const bool failure =
        row.deny != PAM_SUCCESS && row.deny != PAM_IGNORE && row.verdict != Verdict::remembered;
    assert_int_equal(is_final_failure(row.verdict, FailurePolicy::deny), failure);
  }
}

void a_name_without_account_never_gets_in(void**) {
  using config::FailurePolicy;
  for (const Verdict verdict :
       {Verdict::aborted, Verdict::granted, Verdict::exempt, Verdict::unpaired_optional, Verdict::denied,
        Verdict::timed_out, Verdict::codes_used_up, Verdict::refused, Verdict::unreachable,
        Verdict::server_fault, Verdict::misconfigured}) {
    for (const FailurePolicy policy : {FailurePolicy::deny, FailurePolicy::allow}) {
      const Outcome outcome = end_for_unknown_account({verdict, Method::push, "an id", "why"}, policy);
      const int code = pam_code(outcome.verdict, policy, AsksAgain::on_same_handle);
      assert_int_not_equal(code, PAM_SUCCESS);
      assert_int_not_equal(code, PAM_IGNORE);
      assert_true(outcome.request_id.empty());
      // Where an account that exists is refused, the host learns the same.
      const int known = pam_code(verdict, policy, AsksAgain::on_same_handle);
      if (known != PAM_SUCCESS && known != PAM_IGNORE) assert_int_equal(code, known);
    }
  }
}

/// Answers every prompt with one text.
class Echo final : public Conversation {
 public:
  explicit Echo(std::string_view text) : text_(text) {}
  Reply ask(const Text& /*prompt*/, bool /*visible*/) override { return {Status::answered, Secret(text_)}; }
  void tell(const Text& /*text*/) override {}
  void report(const Text& /*text*/) override {}

 private:
  std::string_view text_;
};

void junk_of_sshd_counts_as_what_was_typed(void**) {
  const std::string junk = "\b\n\r\177INCORRECT\b\n\r";
  struct Row {
    std::string typed;
    std::string taken;
  };
  const Row rows[] = {
      {"", ""},
      {junk.substr(0, 5), junk.substr(0, 5)},  // no code has this length
      {junk.substr(0, 6), "000000"},
      {junk.substr(0, 8), "00000000"},
      {junk.substr(0, 11), "0000000000"},
      {junk.substr(0, 14), "000000000000"},
      {junk, junk},
      {"123456", "123456"},  // other hosts hand over what was typed
      {"\b\n\r\177xy", "\b\n\r\177xy"},
  };
  for (const Row& row : rows) {
    Echo echo(row.typed);
    const auto reply = UnknownAccountConversation(echo).ask("code", true);
    assert_true(reply.status == Conversation::Status::answered);
    assert_true(reply.text.view() == row.taken);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(scenarios_end_as_they_must),
      cmocka_unit_test(offline_codes_count_without_a_server),
      cmocka_unit_test(only_who_guessed_nothing_is_spared_the_delay),
      cmocka_unit_test(required_numbers_are_insisted_on),
      cmocka_unit_test(an_approval_of_another_request_does_not_count),
      cmocka_unit_test(a_rule_may_approve_only_where_allowed),
      cmocka_unit_test(the_administrators_words_keep_the_number),
      cmocka_unit_test(pam_silent_drops_chatter_and_keeps_the_cue),
      cmocka_unit_test(endless_typing_ends),
      cmocka_unit_test(only_approval_and_explicit_policy_let_in),
      cmocka_unit_test(a_name_without_account_never_gets_in),
      cmocka_unit_test(junk_of_sshd_counts_as_what_was_typed),
  };
  return cmocka_run_group_tests_name("login", tests, nullptr, nullptr);
}
