// SPDX-License-Identifier: Apache-2.0
#include "pam/offline_login.h"

#include <string>
#include <utility>
#include <variant>

#include "api/reason.h"
#include "helper/protocol.h"
#include "pam/messages.h"

namespace toopher::pam {
namespace {

constexpr unsigned kMaxPrompts = 20;  // replies that are no offline code cost no try, but end somewhere
constexpr std::size_t kFew = 3;

Outcome outcome(Verdict verdict, std::string detail) {
  return {verdict, Method::offline, "", std::move(detail)};
}

}  // namespace

std::optional<Outcome> OfflineLogin::run(std::size_t codes) {
  const Text prompt(messages::kOfflineCode, std::to_string(codes));
  for (;;) {
    const Input input = ask(prompt);
    if (input.what == Typed::broken)
      return Outcome{Verdict::aborted, Method::none, "", "", wrong_codes_ == 0};
    if (input.what == Typed::nothing) return std::nullopt;
    if (auto ended = try_code(*input.code)) return ended;
  }
}

OfflineLogin::Input OfflineLogin::ask(const Text& prompt) {
  for (unsigned prompts = 0; prompts < kMaxPrompts; ++prompts) {
    const Conversation::Reply reply = person_.ask(prompt, terms_.visible_code);
    if (reply.status == Conversation::Status::broken) return {Typed::broken, {}};
    if (reply.status == Conversation::Status::unavailable) return {Typed::nothing, {}};
    if (!terms_.login_password.empty() && reply.text.equals(terms_.login_password))
      return {Typed::nothing, {}};
    OneTimeCode::Parsed parsed = OneTimeCode::parse(reply.text.view());
    if (std::holds_alternative<OneTimeCode::NotACode>(parsed)) return {Typed::nothing, {}};
    auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code != nullptr && code->form() == OneTimeCode::Form::offline) return {Typed::code, std::move(*code)};
    person_.report(messages::kOfflineLength);
  }
  return {Typed::broken, {}};
}

std::optional<Outcome> OfflineLogin::try_code(const OneTimeCode& code) {
  const Answer answer = factor_.offline(code, Deadline::after(clock_, terms_.network_timeout));
  if (answer.kind == Answer::Kind::granted) return granted(answer);
  if (answer.kind == Answer::Kind::denied) return after_wrong_code(answer);
  return failed(answer);
}

std::optional<Outcome> OfflineLogin::after_wrong_code(const Answer& answer) {
  if (answer.reason != api::reason::kInvalidCode) {
    person_.report(messages::kOfflineLocked);
    return outcome(Verdict::codes_used_up, "no offline code counts any more");
  }
  person_.report(messages::kInvalidCode);
  if (++wrong_codes_ < terms_.code_tries) return std::nullopt;
  return outcome(Verdict::codes_used_up, "wrong offline codes");
}

Outcome OfflineLogin::granted(const Answer& answer) {
  const std::string left = std::to_string(answer.offline_codes);
  // Not chatter: who hears it too late is locked out.
  if (answer.offline_codes <= kFew) person_.report({messages::kOfflineFew, left});
  return outcome(Verdict::granted, "offline codes left: " + left);
}

Outcome OfflineLogin::failed(const Answer& answer) {
  if (answer.kind == Answer::Kind::failed) {
    const bool disk = answer.word == helper::failure::kConfig;
    person_.report(disk ? messages::kBroken : messages::kServerFault);
    return outcome(disk ? Verdict::misconfigured : Verdict::server_fault, answer.text);
  }
  const bool interrupted = answer.kind == Answer::Kind::interrupted;
  Outcome ended =
      outcome(Verdict::aborted, interrupted ? "interrupted" : "toopher-helper ended or answered nonsense");
  ended.given_up = interrupted && wrong_codes_ == 0;
  return ended;
}

}  // namespace toopher::pam
