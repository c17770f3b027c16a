// SPDX-License-Identifier: Apache-2.0
#include "tools/approval.h"

#include <variant>

#include "api/reason.h"
#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

using helper::Message;
namespace verb = helper::verb;

Failure no_code(const std::string& why) {
  return Failure(why + " The pairing itself is made; try again with a code at the next login.",
                 pair_status::kNoCode);
}

Failure unapproved(const std::string& why) {
  return Failure(why + " Nothing was changed.", pair_status::kUnapproved);
}

Failure denied() {
  return Failure("Denied on the phone. Nothing was changed.", pair_status::kDenied);
}

std::uint64_t reason_of(const Message& answer) {
  constexpr std::uint64_t kLargest = 99999;
  return parse_decimal(answer.get("reason"), kLargest).value_or(0);
}

/// A pairing that was ended, or never allowed, is none.
bool means_no_factor(const Message& push) {
  const std::string_view kind = push.is(verb::kRefused) ? push.get("kind") : std::string_view();
  return kind == helper::refusal::kUnpaired || kind == helper::refusal::kDeactivated ||
         kind == helper::refusal::kNotAuthorized;
}

}  // namespace

Approval::Approval(HelperTalk talk, const Subject& subject, std::string_view action, LineInput& input)
    : talk_(std::move(talk)), subject_(subject), action_(action), input_(input) {
  talk_.send(Message(verb::kLogin)
                 .set("user", subject_.user)
                 .set("action", action_)
                 .set("terminal", subject_.host)
                 .set("host", subject_.host)
                 .set("service", "toopher-pair"));
}

Message Approval::push() {
  return talk_.ask(Message(verb::kPush).set("ttl", std::to_string(kPatience.count())).set("number", "1"),
                   subject_.network_timeout);
}

std::string Approval::ask() {
  return answer_to(push());
}

std::optional<std::string> Approval::ask_if_there_is_a_factor(const std::string& announcement) {
  const Message push = this->push();
  if (means_no_factor(push)) return std::nullopt;
  say(announcement);
  return answer_to(push);
}

std::string Approval::answer_to(const Message& push) {
  if (push.is(verb::kRefused) && push.get("kind") == helper::refusal::kCodeRequired)
    return ask_for_codes("Recovery code, or one-time code: ", false);
  if (!push.is(verb::kPending)) fail_with(push);
  const std::string number = sanitize_for_display(push.get("number"));
  say("A phone that is paired already shows the request \"" + action_ + "\".\n");
  return ask_for_codes("Approve it there" + (number.empty() ? "" : " (number " + number + ")") +
                           " and press Enter, or type a one-time code or a recovery code: ",
                       true);
}

std::string Approval::ask_for_codes(const std::string& question, bool may_wait) {
  for (unsigned wrong = 0; wrong < kTries;) {
    const auto typed = tools::ask(input_, question);
    if (!typed) throw unapproved("Nothing was typed.");
    const OneTimeCode::Parsed parsed = OneTimeCode::parse(*typed);
    const auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code != nullptr && code->form() != OneTimeCode::Form::offline) {
      if (auto id = try_code(*code)) return *id;
      ++wrong;
    } else if (may_wait && typed->empty()) {
      return wait_for_phone(talk_);
    } else {
      complain("A one-time code has six to eight digits, a recovery code twelve.");
      ++wrong;
    }
  }
  throw unapproved("No right code was typed.");
}

std::string wait_for_phone(HelperTalk& talk) {
  const Message answer = talk.ask_phone(Message(verb::kWait), Approval::kPatience);
  if (answer.is(verb::kGranted)) return std::string(answer.get("id"));
  const bool expired =
      answer.is(verb::kExpired) || (answer.is(verb::kDenied) && reason_of(answer) == api::reason::kExpired);
  if (expired)
    throw Failure("Nobody answered on the phone in time. Nothing was changed.", pair_status::kUnanswered);
  if (answer.is(verb::kDenied) && reason_of(answer) == api::reason::kWrongNumber)
    throw Failure("Another number was entered on the phone. Nothing was changed.", pair_status::kDenied);
  if (answer.is(verb::kDenied)) throw denied();
  fail_with(answer);
}

std::string Approval::ask_for_code_of_phone() {
  for (unsigned wrong = 0; wrong < kTries;) {
    const auto typed = tools::ask(input_, "One-time code: ");
    if (!typed) throw no_code("No code was typed.");
    const OneTimeCode::Parsed parsed = OneTimeCode::parse(*typed);
    const auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code != nullptr && code->form() == OneTimeCode::Form::otp) {
      if (auto id = try_code(*code)) return *id;
      ++wrong;
    } else {
      complain("A code is six to eight digits.");
    }
  }
  throw no_code("The codes were wrong: is the phone's clock right?");
}

std::optional<std::string> Approval::try_code(const OneTimeCode& code) {
  const Message answer = talk_.ask(Message(verb::kCode).set("otp", code.digits()), subject_.network_timeout);
  if (answer.is(verb::kGranted)) return std::string(answer.get("id"));
  if (!answer.is(verb::kDenied)) fail_with(answer);
  const auto reason = reason_of(answer);
  if (reason == api::reason::kSupersededDenied) throw denied();
  if (reason == api::reason::kCodesLocked)
    throw Failure(with_reason("No code is accepted now.", answer), pair_status::kNoCode);
  complain(reason == api::reason::kCodeAlreadyUsed ? "That code was used already: take the next one."
                                                   : "That code is wrong.");
  return std::nullopt;
}

}  // namespace toopher::tools
