// SPDX-License-Identifier: Apache-2.0
// What the server wants to see before it adds a second factor for somebody who has one: the person approves it by a
// phone that is paired, by its code, or by a recovery code.
#ifndef TOOPHER_TOOLS_APPROVAL_H
#define TOOPHER_TOOLS_APPROVAL_H

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/one_time_code.h"
#include "tools/helper_talk.h"
#include "tools/terminal.h"

namespace toopher::tools {

/// How toopher-pair ends besides exit_status: causes that a script tells apart.
namespace pair_status {
inline constexpr int kDenied = 4;       ///< somebody said no on the phone
inline constexpr int kUnanswered = 5;   ///< nobody answered on the phone in time
inline constexpr int kWrongPhrase = 6;  ///< wrong, used or expired
inline constexpr int kNoCode = 7;       ///< paired, but no right code was typed
inline constexpr int kUnapproved = 8;   ///< an approval was needed, and no right code or nothing was typed
}  // namespace pair_status

/// Whom it is about.
struct Subject {
  std::string user;  ///< as the server knows the account
  std::string host;
  std::chrono::seconds network_timeout{10};
};

class Approval {
 public:
  /// How long the phone may take.
  static constexpr std::chrono::seconds kPatience{120};
  static constexpr unsigned kTries = 3;

  /// `talk` must be fresh; references must outlive the object. `action` is one of api/approved_action.h, or what a code
  /// is tried out for.
  Approval(HelperTalk talk, const Subject& subject, std::string_view action, LineInput& input);

  /// The id of the granted request. Throws Failure with a pair_status.
  [[nodiscard]] std::string ask();
  /// The same where there is a factor that can approve, after `announcement`; nothing where there is none. What the server
  /// makes of that is its own decision.
  [[nodiscard]] std::optional<std::string> ask_if_there_is_a_factor(const std::string& announcement);
  /// The id of the granted request, by a code of the phone and nothing else. Throws Failure with pair_status::kNoCode after
  /// kTries wrong ones.
  [[nodiscard]] std::string ask_for_code_of_phone();

 private:
  [[nodiscard]] helper::Message push();
  [[nodiscard]] std::string answer_to(const helper::Message& push);
  [[nodiscard]] std::string ask_for_codes(const std::string& question, bool may_wait);
  /// The id of the granted request; nothing if the code was wrong.
  [[nodiscard]] std::optional<std::string> try_code(const OneTimeCode& code);

  HelperTalk talk_;
  const Subject& subject_;
  std::string action_;
  LineInput& input_;
};

/// Waits for the phone's decision about a push of this session; the id of the granted request. Throws Failure with a
/// pair_status.
[[nodiscard]] std::string wait_for_phone(HelperTalk& talk);

}  // namespace toopher::tools

#endif
