// SPDX-License-Identifier: Apache-2.0
// The login while no server can be reached: one of the person's offline codes, which the helper checks on this host.
#ifndef TOOPHER_PAM_OFFLINE_LOGIN_H
#define TOOPHER_PAM_OFFLINE_LOGIN_H

#include <optional>

#include "base/deadline.h"
#include "pam/conversation.h"
#include "pam/factor.h"
#include "pam/login.h"
#include "pam/outcome.h"

namespace toopher::pam {

class OfflineLogin {
 public:
  /// All references must outlive the object.
  OfflineLogin(const Terms& terms, Conversation& person, Factor& factor, const Clock& clock)
      : terms_(terms), person_(person), factor_(factor), clock_(clock) {}

  /// Whether this answer says that no server can be reached but offline codes would count, and the terms let them.
  [[nodiscard]] static bool is_possible(const Terms& terms, const Answer& answer) {
    return terms.offline_codes && answer.offline_codes > 0;
  }

  /// Prompts until a code is right, too many were wrong, or the person has none. Nothing then: there is no way in but the
  /// policy's.
  std::optional<Outcome> run(std::size_t codes);

 private:
  enum class Typed { code, nothing, broken };
  struct Input {
    Typed what;
    std::optional<OneTimeCode> code;
  };

  [[nodiscard]] Input ask(const Text& prompt);
  /// An outcome if the login ends by it, nothing if the person may try again.
  std::optional<Outcome> try_code(const OneTimeCode& code);
  std::optional<Outcome> after_wrong_code(const Answer& answer);
  Outcome granted(const Answer& answer);
  Outcome failed(const Answer& answer);

  const Terms& terms_;
  Conversation& person_;
  Factor& factor_;
  const Clock& clock_;
  unsigned wrong_codes_ = 0;
};

}  // namespace toopher::pam

#endif
