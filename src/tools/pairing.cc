// SPDX-License-Identifier: Apache-2.0
#include "tools/pairing.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "api/reason.h"
#include "base/one_time_code.h"
#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

using helper::LineChannel;
using helper::Message;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace verb = helper::verb;

/// The helper answers before the time it was given is over; this much later it counts as lost.
constexpr milliseconds kGrace{1500};
constexpr milliseconds kTick{1000};

std::string text_of(const Message& message) {
  return sanitize_for_display(message.get("text"));
}

std::string with_reason(const std::string& sentence, const Message& message) {
  const std::string text = text_of(message);
  return text.empty() ? sentence : sentence + " The server says: " + text;
}

[[noreturn]] void fail_with(const Message& message) {
  if (message.is(verb::kInterrupted)) throw Failure("Interrupted.");
  if (message.is(verb::kFailed)) {
    const std::string text = text_of(message);
    if (message.get("kind") == helper::failure::kUnreachable) throw Unreachable(text);
    throw Failure(text.empty() ? "toopher-helper failed." : text);
  }
  if (message.is(verb::kRefused)) throw Failure(with_reason("The server refused.", message));
  throw Failure("toopher-helper gave an answer that does not belong here (" +
                sanitize_for_display(message.verb()) + "); install tools and helper from one build.");
}

void show_seconds_left(milliseconds left) {
  say("\r\033[KWaiting for the phone: " + std::to_string(std::chrono::ceil<seconds>(left).count()) +
      " s left ");
}

Failure no_code(const std::string& why) {
  return Failure(why + " The pairing itself is made; try again with a code at the next login.",
                 pair_status::kNoCode);
}

}  // namespace

std::string normalise_phrase(std::string_view typed) {
  std::string phrase;
  for (const std::string_view word : split(trim(typed), ' '))
    if (!word.empty()) phrase += (phrase.empty() ? "" : " ") + to_lower_ascii(word);
  return phrase;
}

void Pairing::make() {
  const bool given = !request_.phrase.empty();
  for (unsigned tries = given ? 1 : kTries; tries > 0; --tries) {
    const std::optional<std::string> typed =
        given ? request_.phrase : ask(input_, "Pairing phrase that the phone shows: ");
    if (!typed) throw UsageError("No phrase was given. toopher-authenticator pair shows one.");
    if (offer(normalise_phrase(*typed))) return wait_for_phone();
    complain(
        "The server knows no such phrase. It is good once, for ten minutes; check it, or get a new one.");
  }
  throw Failure("Nothing was paired.", pair_status::kWrongPhrase);
}

bool Pairing::offer(const std::string& phrase) {
  if (phrase.empty()) return false;
  const Message answer = ask_helper(Message(verb::kPair).set("user", request_.user).set("phrase", phrase),
                                    request_.network_timeout);
  if (answer.is(verb::kPending)) return true;
  if (answer.is(verb::kRefused) && answer.get("kind") == helper::refusal::kPhrase) return false;
  fail_with(answer);
}

void Pairing::wait_for_phone() {
  const Deadline deadline = Deadline::after(clock_, kPatience);
  const Message question =
      Message(verb::kPairWait).set("timeout-ms", std::to_string(milliseconds(kPatience).count()));
  if (!helper_.channel().send(question, deadline)) throw Failure("toopher-helper ended unexpectedly.");
  const Message answer = wait_showing_progress(Deadline(deadline.at() + kGrace));
  if (answer.is(verb::kPaired)) return;
  if (answer.is(verb::kDenied))
    throw Failure("Denied on the phone. Nothing was paired.", pair_status::kDenied);
  if (answer.is(verb::kExpired))
    throw Failure(
        "Nobody answered on the phone in time, so nothing was paired. Run toopher-pair again, with a new "
        "phrase.",
        pair_status::kUnanswered);
  fail_with(answer);
}

Message Pairing::wait_showing_progress(const Deadline& deadline) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (!terminal) say("Waiting for the phone ...\n");
  for (;;) {
    if (terminal) show_seconds_left(deadline.remaining(clock_));
    const Clock::TimePoint tick = std::min(deadline.at(), clock_.now() + kTick);
    LineChannel::Received received = helper_.channel().receive(Deadline(tick));
    if (received.status == LineChannel::Status::timeout && !deadline.expired(clock_)) continue;
    if (terminal) say("\r\033[K");
    if (received.status == LineChannel::Status::message) return std::move(*received.message);
    throw Failure("toopher-helper did not answer; whether the phone was paired is not known.");
  }
}

void Pairing::prove_code() {
  const Message login = Message(verb::kLogin)
                            .set("user", request_.user)
                            .set("action", "pair")
                            .set("terminal", request_.host)
                            .set("host", request_.host)
                            .set("service", "toopher-pair");
  if (!helper_.channel().send(login, Deadline::after(clock_, kGrace)))
    throw no_code("toopher-helper ended unexpectedly.");
  say("Now the way without network: have the phone show a one-time code.\n");
  for (unsigned wrong = 0; wrong < kTries;) {
    const std::optional<std::string> typed = ask(input_, "One-time code: ");
    if (!typed) throw no_code("No code was typed.");
    const OneTimeCode::Parsed parsed = OneTimeCode::parse(*typed);
    const auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code != nullptr && code->form() == OneTimeCode::Form::otp) {
      if (try_code(code->digits())) return;
      ++wrong;
    } else {
      complain("A code is six to eight digits.");
    }
  }
  throw no_code("The codes were wrong: is the phone's clock right?");
}

bool Pairing::try_code(std::string_view code) {
  const Message answer = ask_helper(Message(verb::kCode).set("otp", code), request_.network_timeout);
  if (answer.is(verb::kGranted)) return true;
  if (!answer.is(verb::kDenied)) fail_with(answer);
  const auto reason = parse_decimal(answer.get("reason"), 99999).value_or(0);
  if (reason == api::reason::kCodesLocked) throw no_code(with_reason("No code is accepted now.", answer));
  complain(reason == api::reason::kCodeAlreadyUsed ? "That code was used already: wait for the next one."
                                                   : "That code is wrong.");
  return false;
}

Message Pairing::ask_helper(Message question, seconds timeout) {
  const Deadline deadline = Deadline::after(clock_, timeout);
  question.set("timeout-ms", std::to_string(milliseconds(timeout).count()));
  if (!helper_.channel().send(question, deadline)) throw Failure("toopher-helper ended unexpectedly.");
  return receive(Deadline(deadline.at() + kGrace));
}

Message Pairing::receive(const Deadline& deadline) {
  LineChannel::Received received = helper_.channel().receive(deadline);
  if (received.status == LineChannel::Status::message) return std::move(*received.message);
  throw Failure("toopher-helper did not answer.");
}

}  // namespace toopher::tools
