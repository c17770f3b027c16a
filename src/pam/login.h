// SPDX-License-Identifier: Apache-2.0
// The login as a small state machine between the person and the factor. Knows neither libpam nor the helper.
#ifndef TOOPHER_PAM_LOGIN_H
#define TOOPHER_PAM_LOGIN_H

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "config/config.h"
#include "pam/conversation.h"
#include "pam/factor.h"
#include "pam/outcome.h"

namespace toopher::pam {

/// What was decided before the login begins.
struct Terms {
  config::Prompt prompt = config::Prompt::during;
  config::NumberMatching number_matching = config::NumberMatching::on;
  std::chrono::seconds push_timeout{45};     ///< how long the person may take on the phone
  std::chrono::seconds network_timeout{10};  ///< how long the server may take for an answer
  unsigned code_tries = 3;
  bool visible_code = true;
  bool automation_allowed = false;
  bool may_be_unpaired = false;     ///< an unpaired user is let past (IGNORE), not refused
  bool can_prompt = true;           ///< false: the host is known to fail every prompt for a code
  bool say_waiting = true;          ///< `prompt = after` tells that it waits
  std::string prompt_text;          ///< the administrator's words for the approval; empty: ours
  bool offline_codes = false;       ///< may be asked for while no server can be reached
  bool silent = false;              ///< PAM_SILENT: no chatter; prompts, the cue and errors stay
  std::string_view login_password;  ///< what an earlier module collected: never sent as a code
};

class Login {
 public:
  /// All references must outlive the object.
  Login(const Terms& terms, Conversation& person, Factor& factor, const Clock& clock)
      : terms_(terms), person_(person), factor_(factor), clock_(clock), can_prompt_(terms.can_prompt) {}

  /// Runs to the end. Asks, waits and sends as `terms` say; a pending push is withdrawn when the person gives up.
  Outcome run();

 private:
  /// What the person typed at a prompt that takes a code.
  enum class Typed { code, enter, unavailable, broken };
  struct Input {
    Typed what;
    std::optional<OneTimeCode> code;
  };

  Outcome run_during();
  Outcome run_before();
  Outcome run_after();

  /// Sends the push; an outcome if that already ends the login.
  std::optional<Outcome> start_push();
  Outcome wait_then_ask_for_code();
  /// Prompts while the push is pending. Ends with a code that was checked, or with the wait after Enter.
  Outcome ask_while_pending();
  /// For a host that turned out to show no prompt.
  Outcome push_again_without_number();
  /// Prompts until a code is right, they are used up, or the person has nothing to type.
  Outcome ask_for_code();

  Input ask(const Text& prompt);
  /// Checks a code: an outcome if the login ends by it, nothing if the person may try again.
  std::optional<Outcome> try_code(const OneTimeCode& code);
  std::optional<Outcome> after_wrong_code(const OneTimeCode& code, const Answer& answer);

  Outcome end(Verdict verdict, Method method, const Answer& answer) const;
  /// A rule of the server counts only where that is allowed, and an approval only for the request that was made.
  Outcome end_by_grant(Method method, const Answer& answer, bool own_request);
  Outcome end_by_push(const Answer& answer);
  Outcome end_by_failure(Method method, const Answer& answer);
  Outcome end_without_server(Method method, const Answer& answer);
  Outcome give_up();

  [[nodiscard]] Text approve_prompt() const;
  [[nodiscard]] Text approve_text() const;
  [[nodiscard]] bool wants_number() const;
  [[nodiscard]] Deadline network_deadline() const;

  const Terms& terms_;
  Conversation& person_;
  Factor& factor_;
  const Clock& clock_;
  bool can_prompt_;
  Deadline deadline_{Clock::TimePoint{}};  ///< of the push; set when it is sent
  std::string request_id_;
  std::string number_;
  bool reached_ = false;  ///< the server answered something that did not end the login
  unsigned wrong_codes_ = 0;
  unsigned prompts_ = 0;
};

}  // namespace toopher::pam

#endif
