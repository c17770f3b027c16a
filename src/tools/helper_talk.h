// SPDX-License-Identifier: Apache-2.0
// A tool's questions to toopher-helper, and what it says to a person about answers that it cannot use.
#ifndef TOOPHER_TOOLS_HELPER_TALK_H
#define TOOPHER_TOOLS_HELPER_TALK_H

#include <chrono>
#include <string>

#include "base/deadline.h"
#include "helper/launch.h"

namespace toopher::tools {

/// One session with one helper. `clock` must outlive it. Methods throw Failure when the helper is gone or silent.
class HelperTalk {
 public:
  HelperTalk(helper::HelperProcess helper, const Clock& clock) : helper_(std::move(helper)), clock_(clock) {}

  /// A line without an answer.
  void send(const helper::Message& line);
  /// `timeout` goes with the question.
  [[nodiscard]] helper::Message ask(helper::Message question, std::chrono::seconds timeout);
  /// As ask(), and a terminal shows how long the phone may still take.
  [[nodiscard]] helper::Message ask_phone(helper::Message question, std::chrono::seconds timeout);

 private:
  helper::HelperProcess helper_;
  const Clock& clock_;
};

/// The text of an answer, fit for a terminal.
[[nodiscard]] std::string text_of(const helper::Message& answer);
/// `sentence`, and what the server said.
[[nodiscard]] std::string with_reason(const std::string& sentence, const helper::Message& answer);
/// Throws the Failure for an answer that ends everything.
[[noreturn]] void fail_with(const helper::Message& answer);

}  // namespace toopher::tools

#endif
