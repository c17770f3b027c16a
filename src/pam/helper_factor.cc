// SPDX-License-Identifier: Apache-2.0
#include "pam/helper_factor.h"

#include <array>

#include "base/text.h"

namespace toopher::pam {
namespace {

using helper::Message;
namespace verb = helper::verb;

/// The helper answers within its deadline; this much later it counts as lost.
constexpr std::chrono::milliseconds kGrace{1500};

Deadline with_grace(const Deadline& deadline) {
  return Deadline(deadline.at() + kGrace);
}

struct VerbKind {
  std::string_view verb;
  Answer::Kind kind;
};

constexpr std::array<VerbKind, 7> kKinds{{{verb::kPending, Answer::Kind::pending},
                                          {verb::kGranted, Answer::Kind::granted},
                                          {verb::kDenied, Answer::Kind::denied},
                                          {verb::kExpired, Answer::Kind::expired},
                                          {verb::kRefused, Answer::Kind::refused},
                                          {verb::kFailed, Answer::Kind::failed},
                                          {verb::kInterrupted, Answer::Kind::interrupted}}};

bool is_number(std::string_view text) {
  return text.size() <= 6 && parse_decimal(text, 999999).has_value();
}

/// More codes than a set ever has would be no number of codes.
std::size_t codes_in(std::string_view text) {
  return static_cast<std::size_t>(parse_decimal(text, 99).value_or(0));
}

}  // namespace

Answer HelperFactor::to_answer(const Message& message, Proof proof) {
  Answer answer;
  for (const VerbKind& row : kKinds)
    if (message.is(row.verb)) answer.kind = row.kind;
  answer.id = message.get("id");
  answer.word = message.get("kind");
  answer.text = sanitize_for_display(message.get("text"));
  answer.automated = message.has("automated");
  answer.reason = static_cast<int>(parse_decimal(message.get("reason"), 99999).value_or(0));
  if (message.has("number")) {
    // A number that is none would be shown beside the login and never match.
    if (!is_number(message.get("number"))) return {};
    answer.number = message.get("number");
  }
  answer.offline_codes = codes_in(message.get(proof == Proof::codes_left ? "left" : "offline"));
  const bool granted = answer.kind == Answer::Kind::granted;
  // Either answer would be nonsense in the other's place.
  if (proof == Proof::codes_left) return granted && !message.has("left") ? Answer{} : answer;
  const bool needs_id = answer.kind == Answer::Kind::pending || granted;
  return needs_id && answer.id.empty() ? Answer{} : answer;
}

Answer HelperFactor::ask(Message question, const Deadline& deadline, Proof proof) {
  helper::LineChannel& channel = process_.channel();
  if (!described_) described_ = channel.send(login_, with_grace(deadline));
  question.set("timeout-ms", std::to_string(deadline.remaining(clock_).count()));
  if (!described_ || !channel.send(question, with_grace(deadline))) return {};
  const auto [status, message] = channel.receive(with_grace(deadline));
  if (status == helper::LineChannel::Status::message) {
    Answer answer = to_answer(*message, proof);
    // An id that the server does not know is no word that nobody is paired.
    if (login_.has("pairing-id") && answer.kind == Answer::Kind::refused &&
        answer.word == helper::refusal::kUnpaired)
      answer.word = helper::refusal::kDeactivated;
    return answer;
  }
  Answer none;
  if (status == helper::LineChannel::Status::interrupted) none.kind = Answer::Kind::interrupted;
  return none;
}

Answer HelperFactor::push(bool number_matching, std::chrono::seconds ttl, const Deadline& deadline) {
  Message question(verb::kPush);
  question.set("ttl", std::to_string(ttl.count()));
  if (number_matching) question.set("number", "1");
  return ask(std::move(question), deadline);
}

Answer HelperFactor::wait(const Deadline& deadline) {
  return ask(Message(verb::kWait), deadline);
}

Answer HelperFactor::code(const OneTimeCode& code, const Deadline& deadline) {
  return ask(Message(verb::kCode).set("otp", code.digits()), deadline);
}

Answer HelperFactor::offline(const OneTimeCode& code, const Deadline& deadline) {
  return ask(Message(verb::kOffline).set("otp", code.digits()), deadline, Proof::codes_left);
}

void HelperFactor::withdraw() {
  constexpr std::chrono::milliseconds kCancelTakes{1000};
  const Deadline deadline = Deadline::after(clock_, kCancelTakes);
  if (!process_.channel().send(Message(verb::kCancel), deadline)) return;
  (void)process_.channel().receive(with_grace(deadline));
}

}  // namespace toopher::pam
