// SPDX-License-Identifier: Apache-2.0
// A name that is no account's: asked, answered and refused as a person who does not answer, so that nobody learns which
// names exist.
#ifndef TOOPHER_PAM_UNKNOWN_ACCOUNT_H
#define TOOPHER_PAM_UNKNOWN_ACCOUNT_H

#include <string>

#include "helper/protocol.h"
#include "pam/conversation.h"
#include "pam/outcome.h"

namespace toopher::pam {

/// The helper's `login` line; it does not tell the name.
[[nodiscard]] helper::Message unknown_account_line();

/// How the login ends: never in success, and otherwise with the code of an account that exists.
[[nodiscard]] Outcome end_for_unknown_account(Outcome outcome, config::FailurePolicy policy);

/// Replies as they may have been typed. sshd hands over as many junk characters instead (fake_password() of auth-pam.c);
/// as many as a code has are taken for a wrong code.
class UnknownAccountConversation final : public Conversation {
 public:
  /// `person` must outlive the object.
  explicit UnknownAccountConversation(Conversation& person) : person_(person) {}
  [[nodiscard]] Reply ask(const Text& prompt, bool visible) override;
  void tell(const Text& text) override { person_.tell(text); }
  void report(const Text& text) override { person_.report(text); }

 private:
  Conversation& person_;
};

}  // namespace toopher::pam

#endif
