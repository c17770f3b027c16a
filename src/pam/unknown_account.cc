// SPDX-License-Identifier: Apache-2.0
#include "pam/unknown_account.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/one_time_code.h"

namespace toopher::pam {
namespace {

constexpr std::size_t kMostSeparators = 2;  // in 1234-5678-9012
constexpr std::string_view kJunk = "\b\n\r\177INCORRECT";

bool is_junk(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != kJunk[i % kJunk.size()]) return false;
  return true;
}

}  // namespace

helper::Message unknown_account_line() {
  return helper::Message(helper::verb::kLogin).set("nobody", "1");
}

Outcome end_for_unknown_account(Outcome outcome, config::FailurePolicy policy) {
  outcome.request_id.clear();
  switch (outcome.verdict) {
    case Verdict::aborted:
    case Verdict::unreachable:
    case Verdict::server_fault:
    case Verdict::misconfigured:
      if (!grants(outcome.verdict, policy)) return outcome;
      break;
    default:
      break;
  }
  outcome.verdict = Verdict::unknown_user;
  return outcome;
}

Conversation::Reply UnknownAccountConversation::ask(const Text& prompt, bool visible) {
  Reply reply = person_.ask(prompt, visible);
  if (reply.status != Status::answered || !is_junk(reply.text.view())) return reply;
  for (std::size_t separators = 0; separators <= std::min(kMostSeparators, reply.text.size()); ++separators) {
    const std::string digits(reply.text.size() - separators, '0');
    if (!std::holds_alternative<OneTimeCode>(OneTimeCode::parse(digits))) continue;
    reply.text = Secret(digits);
    break;
  }
  return reply;
}

}  // namespace toopher::pam
