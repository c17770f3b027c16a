// SPDX-License-Identifier: Apache-2.0
#include "pam/login.h"

#include <algorithm>
#include <variant>

#include "api/reason.h"
#include "helper/protocol.h"
#include "pam/messages.h"
#include "pam/offline_login.h"

namespace toopher::pam {
namespace {

namespace reason = api::reason;

/// Replies that are neither a code nor worth a try end somewhere.
constexpr unsigned kMaxPrompts = 20;
constexpr std::chrono::seconds kLastLook{3};
/// For a text that is nobody's to translate.
constexpr const char* kAsWritten = "%s";

const char* denial_text(int code) {
  switch (code) {
    case reason::kWrongNumber:
      return messages::kWrongNumber;
    case reason::kExpired:
      return messages::kNotAnswered;
    case reason::kCancelled:
      return messages::kWithdrawn;
    default:
      return messages::kDenied;
  }
}

const char* refusal_text(std::string_view word) {
  namespace refusal = helper::refusal;
  if (word == refusal::kUnpaired) return messages::kUnpaired;
  if (word == refusal::kDeactivated) return messages::kDeactivated;
  if (word == refusal::kNotAuthorized) return messages::kNotAuthorized;
  return messages::kDisabled;
}

std::string detail_of(const Answer& answer) {
  std::string detail = answer.word;
  if (answer.reason != 0)
    detail += (detail.empty() ? "" : " ") + std::string("reason ") + std::to_string(answer.reason);
  if (!answer.text.empty()) detail += (detail.empty() ? "" : ": ") + answer.text;
  return detail;
}

}  // namespace

Outcome Login::run() {
  switch (terms_.prompt) {
    case config::Prompt::before:
      return run_before();
    case config::Prompt::after:
      return run_after();
    case config::Prompt::during:
      break;
  }
  return run_during();
}

Outcome Login::run_during() {
  if (auto ended = start_push()) return *ended;
  return can_prompt_ ? ask_while_pending() : wait_then_ask_for_code();
}

Outcome Login::run_before() {
  while (can_prompt_ && prompts_ < kMaxPrompts) {
    Input input = ask(messages::kPressEnterOrCode);
    if (input.what == Typed::broken) return give_up();
    if (input.what == Typed::unavailable) can_prompt_ = false;
    if (input.what != Typed::code) break;
    if (auto ended = try_code(*input.code)) return *ended;
  }
  if (auto ended = start_push()) return *ended;
  if (!number_.empty()) return ask_while_pending();
  if (!terms_.silent) person_.tell(messages::kWaiting);
  return wait_then_ask_for_code();
}

Outcome Login::run_after() {
  if (auto ended = start_push()) return *ended;
  if (!number_.empty() || terms_.say_waiting) person_.tell(approve_text());
  return wait_then_ask_for_code();
}

bool Login::wants_number() const {
  return terms_.number_matching != config::NumberMatching::off && can_prompt_;
}

Deadline Login::network_deadline() const {
  return Deadline::after(clock_, terms_.network_timeout);
}

std::optional<Outcome> Login::start_push() {
  using Kind = Answer::Kind;
  if (terms_.number_matching == config::NumberMatching::required && !can_prompt_) {
    Answer answer;
    answer.text = "number-matching = required, but this host shows no prompt";
    return end(Verdict::timed_out, Method::push, answer);
  }
  deadline_ = Deadline::after(clock_, terms_.push_timeout);
  const Deadline reply_by(std::min(deadline_.at(), network_deadline().at()));
  const Answer answer = factor_.push(wants_number(), terms_.push_timeout, reply_by);
  reached_ = reached_ || answer.kind == Kind::pending || answer.kind == Kind::refused;
  if (answer.kind == Kind::pending) {
    request_id_ = answer.id;
    number_ = answer.number;
    if (!number_.empty() || terms_.number_matching != config::NumberMatching::required) return std::nullopt;
    factor_.withdraw();
    person_.report(messages::kServerFault);
    Outcome outcome = end(Verdict::server_fault, Method::push, answer);
    outcome.detail = "number-matching = required, but the server gave no number";
    return outcome;
  }
  if (answer.kind == Kind::refused && answer.word == helper::refusal::kCodeRequired) {
    person_.report(messages::kPushNotPossible);
    if (!can_prompt_) return end(Verdict::timed_out, Method::push, answer);
    return ask_for_code();
  }
  return end_by_push(answer);
}

Outcome Login::wait_then_ask_for_code() {
  // Somebody who comes back late may have approved in time: the server is asked once more, and says if it expired.
  const Answer answer = factor_.wait(Deadline(std::max(deadline_.at(), clock_.now() + kLastLook)));
  const bool unanswered = answer.kind == Answer::Kind::expired ||
                          (answer.kind == Answer::Kind::denied && answer.reason == reason::kExpired);
  if (!unanswered) return end_by_push(answer);
  person_.report(messages::kNotAnswered);
  if (!can_prompt_) return end(Verdict::timed_out, Method::push, answer);
  return ask_for_code();
}

Outcome Login::ask_while_pending() {
  while (prompts_ < kMaxPrompts) {
    Input input = ask(approve_prompt());
    switch (input.what) {
      case Typed::broken:
        return give_up();
      case Typed::unavailable:
        can_prompt_ = false;
        return number_.empty() ? wait_then_ask_for_code() : push_again_without_number();
      case Typed::enter:
        return wait_then_ask_for_code();
      case Typed::code:
        if (auto ended = try_code(*input.code)) return *ended;
    }
  }
  return give_up();
}

Outcome Login::push_again_without_number() {
  // A number that nobody can read would make the request unanswerable.
  factor_.withdraw();
  request_id_.clear();
  if (auto ended = start_push()) return *ended;
  return wait_then_ask_for_code();
}

Outcome Login::ask_for_code() {
  unsigned empty_replies = 0;
  while (prompts_ < kMaxPrompts) {
    Input input = ask(messages::kCode);
    if (input.what == Typed::broken) return give_up();
    if (input.what == Typed::code) {
      if (auto ended = try_code(*input.code)) return *ended;
      continue;
    }
    if (input.what == Typed::unavailable || ++empty_replies == terms_.code_tries) break;
  }
  return end(Verdict::timed_out, Method::code, {});
}

Login::Input Login::ask(const Text& prompt) {
  while (prompts_++ < kMaxPrompts) {
    const Conversation::Reply reply = person_.ask(prompt, terms_.visible_code);
    if (reply.status == Conversation::Status::broken) return {Typed::broken, {}};
    if (reply.status == Conversation::Status::unavailable) return {Typed::unavailable, {}};
    // sshd's password method answers every hidden prompt with the login password (hosts that reuse it do alike).
    if (!terms_.login_password.empty() && reply.text.equals(terms_.login_password)) return {Typed::enter, {}};
    OneTimeCode::Parsed parsed = OneTimeCode::parse(reply.text.view());
    auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code != nullptr && code->form() != OneTimeCode::Form::offline) return {Typed::code, std::move(*code)};
    if (std::holds_alternative<OneTimeCode::NotACode>(parsed)) return {Typed::enter, {}};
    person_.report(code != nullptr ? messages::kOfflineNotNow : messages::kWrongLength);
  }
  return {Typed::broken, {}};
}

std::optional<Outcome> Login::try_code(const OneTimeCode& code) {
  const Answer answer = factor_.code(code, network_deadline());
  switch (answer.kind) {
    case Answer::Kind::granted:
      return end_by_grant(Method::code, answer, true);
    case Answer::Kind::denied:
      return after_wrong_code(code, answer);
    case Answer::Kind::pending:  // a server that did not look at the code
    case Answer::Kind::expired:
    case Answer::Kind::refused:
    case Answer::Kind::failed:
    case Answer::Kind::interrupted:
    case Answer::Kind::lost:
      break;
  }
  return end_by_failure(Method::code, answer);
}

std::optional<Outcome> Login::after_wrong_code(const OneTimeCode& code, const Answer& answer) {
  reached_ = true;
  if (answer.reason == reason::kSupersededDenied) {
    person_.report(messages::kDenied);
    return end(Verdict::denied, Method::push, answer);
  }
  if (answer.reason == reason::kCodeAlreadyUsed) {
    person_.report(code.form() == OneTimeCode::Form::recovery ? messages::kRecoveryCodeAlreadyUsed
                                                              : messages::kCodeAlreadyUsed);
    return std::nullopt;
  }
  person_.report(answer.reason == reason::kCodesLocked ? messages::kCodesLocked : messages::kInvalidCode);
  if (++wrong_codes_ < terms_.code_tries) return std::nullopt;
  factor_.withdraw();
  return end(Verdict::codes_used_up, Method::code, answer);
}

Outcome Login::end(Verdict verdict, Method method, const Answer& answer) const {
  return {verdict, method, answer.id.empty() ? request_id_ : answer.id, detail_of(answer)};
}

Outcome Login::end_by_grant(Method method, const Answer& answer, bool own_request) {
  if (own_request && (!answer.automated || terms_.automation_allowed))
    return end(Verdict::granted, method, answer);
  person_.report(messages::kServerFault);
  Outcome outcome = end(Verdict::server_fault, method, answer);
  outcome.detail = own_request ? "granted by a rule, but automation-allowed = no" : "granted another request";
  return outcome;
}

Outcome Login::end_by_push(const Answer& answer) {
  if (answer.kind == Answer::Kind::granted)
    return end_by_grant(Method::push, answer, request_id_.empty() || answer.id == request_id_);
  if (answer.kind == Answer::Kind::denied) {
    person_.report(denial_text(answer.reason));
    return end(answer.reason == reason::kExpired ? Verdict::timed_out : Verdict::denied, Method::push,
               answer);
  }
  return end_by_failure(Method::push, answer);
}

Outcome Login::end_by_failure(Method method, const Answer& answer) {
  if (answer.kind == Answer::Kind::refused) {
    const bool unpaired = answer.word == helper::refusal::kUnpaired;
    if (unpaired && terms_.may_be_unpaired) return end(Verdict::unpaired_optional, Method::none, answer);
    person_.report(refusal_text(answer.word));
    return end(unpaired ? Verdict::unpaired_required : Verdict::refused, method, answer);
  }
  if (answer.kind == Answer::Kind::failed) {
    if (answer.word == helper::failure::kUnreachable) return end_without_server(method, answer);
    const bool local = answer.word == helper::failure::kConfig;
    person_.report(local ? messages::kBroken : messages::kServerFault);
    return end(local ? Verdict::misconfigured : Verdict::server_fault, method, answer);
  }
  const bool interrupted = answer.kind == Answer::Kind::interrupted;
  Outcome outcome = end(Verdict::aborted, method, answer);
  outcome.detail = interrupted ? "interrupted" : "toopher-helper ended or answered nonsense";
  outcome.given_up = interrupted && wrong_codes_ == 0;
  return outcome;
}

Outcome Login::end_without_server(Method method, const Answer& answer) {
  if (!reached_ && can_prompt_ && OfflineLogin::is_possible(terms_, answer))
    if (auto ended = OfflineLogin(terms_, person_, factor_, clock_).run(answer.offline_codes)) return *ended;
  person_.report(messages::kUnreachable);
  // What it said before (the phone may have refused by now, or a code was wrong) must not end in failure-policy.
  return end(reached_ ? Verdict::server_fault : Verdict::unreachable, method, answer);
}

Outcome Login::give_up() {
  factor_.withdraw();
  Outcome outcome = end(Verdict::aborted, Method::none, {});
  outcome.given_up = wrong_codes_ == 0;
  return outcome;
}

Text Login::approve_prompt() const {
  if (!terms_.prompt_text.empty())
    return number_.empty() ? Text(messages::kOwnPrompt, terms_.prompt_text)
                           : Text(messages::kOwnNumberPrompt, terms_.prompt_text, number_);
  return number_.empty() ? Text(messages::kApproveOrCode) : Text(messages::kApproveNumberOrCode, number_);
}

Text Login::approve_text() const {
  if (!terms_.prompt_text.empty())
    return number_.empty() ? Text(kAsWritten, terms_.prompt_text)
                           : Text(messages::kOwnNumberText, terms_.prompt_text, number_);
  return number_.empty() ? Text(messages::kApprove) : Text(messages::kApproveNumber, number_);
}

}  // namespace toopher::pam
