// SPDX-License-Identifier: Apache-2.0
#include "tools/helper_talk.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "tools/failure.h"
#include "tools/terminal.h"

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

void show_seconds_left(milliseconds left) {
  say("\r\033[KWaiting for the phone: " + std::to_string(std::chrono::ceil<seconds>(left).count()) +
      " s left ");
}

}  // namespace

std::string text_of(const Message& answer) {
  return sanitize_for_display(answer.get("text"));
}

std::string with_reason(const std::string& sentence, const Message& answer) {
  const std::string text = text_of(answer);
  return text.empty() ? sentence : sentence + " The server says: " + text;
}

void fail_with(const Message& answer) {
  if (answer.is(verb::kInterrupted)) throw Failure("Interrupted.");
  if (answer.is(verb::kFailed)) {
    const std::string text = text_of(answer);
    if (answer.get("kind") == helper::failure::kUnreachable) throw Unreachable(text);
    throw Failure(text.empty() ? "toopher-helper failed." : text);
  }
  if (answer.is(verb::kRefused)) throw Failure(with_reason("The server refused.", answer));
  throw Failure("toopher-helper gave an answer that does not belong here (" +
                sanitize_for_display(answer.verb()) + "); install tools and helper from one build.");
}

void HelperTalk::send(const Message& line) {
  if (!helper_.channel().send(line, Deadline::after(clock_, kGrace)))
    throw Failure("toopher-helper ended unexpectedly.");
}

Message HelperTalk::ask(Message question, seconds timeout) {
  const Deadline deadline = Deadline::after(clock_, timeout);
  send(question.set("timeout-ms", std::to_string(milliseconds(timeout).count())));
  LineChannel::Received received = helper_.channel().receive(Deadline(deadline.at() + kGrace));
  if (received.status == LineChannel::Status::message) return std::move(*received.message);
  throw Failure("toopher-helper did not answer.");
}

Message HelperTalk::ask_phone(Message question, seconds timeout) {
  const Deadline deadline(Deadline::after(clock_, timeout).at() + kGrace);
  send(question.set("timeout-ms", std::to_string(milliseconds(timeout).count())));
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (!terminal) say("Waiting for the phone ...\n");
  for (;;) {
    if (terminal) show_seconds_left(deadline.remaining(clock_));
    const Clock::TimePoint tick = std::min(deadline.at(), clock_.now() + kTick);
    LineChannel::Received received = helper_.channel().receive(Deadline(tick));
    if (received.status == LineChannel::Status::timeout && !deadline.expired(clock_)) continue;
    if (terminal) say("\r\033[K");
    if (received.status == LineChannel::Status::message) return std::move(*received.message);
    throw Failure("toopher-helper did not answer; what came of it is not known.");
  }
}

}  // namespace toopher::tools
