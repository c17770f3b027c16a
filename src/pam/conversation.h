// SPDX-License-Identifier: Apache-2.0
// Talking to the person through the host program.
#ifndef TOOPHER_PAM_CONVERSATION_H
#define TOOPHER_PAM_CONVERSATION_H

#include <chrono>
#include <string>

#include "base/deadline.h"
#include "base/secret.h"
#include "pam/handle.h"
#include "pam/text.h"

namespace toopher::pam {

/// An interface, so that tests can script it.
class Conversation {
 public:
  enum class Status {
    answered,
    unavailable,  ///< the host cannot put this prompt to anybody (sshd's password method)
    broken,       ///< the person gave up, or the host did
  };
  struct Reply {
    Status status = Status::broken;
    Secret text;
  };

  virtual ~Conversation() = default;
  [[nodiscard]] virtual Reply ask(const Text& prompt, bool visible) = 0;
  virtual void tell(const Text& text) = 0;    ///< PAM_TEXT_INFO
  virtual void report(const Text& text) = 0;  ///< PAM_ERROR_MSG
};

/// What a host does with prompts, other than to show them.
struct Manners {
  /// Words of the caller's take their place (sudo -p), and may be taken for a question for the password.
  bool replaces_prompts = false;
  /// Without a reply to one it fails in the end, whatever the module says (sudo).
  bool fails_without_reply = false;
};

/// The host's own conversation function (pam_conv(3)). Texts are shown in the catalogue's language. Replies are capped at
/// PAM_MAX_RESP_SIZE, wiped and freed. A prompt that is replaced is told before, and what is typed then is not shown.
class HostConversation final : public Conversation {
 public:
  /// Nobody fails a prompt this fast: an error within it means that the host cannot prompt at all.
  static constexpr std::chrono::milliseconds kTooFastForAPerson{100};

  HostConversation(const Handle& handle, const Clock& clock, const Catalogue& catalogue, Manners manners = {})
      : handle_(handle), clock_(clock), catalogue_(catalogue), manners_(manners) {}
  [[nodiscard]] Reply ask(const Text& prompt, bool visible) override;
  void tell(const Text& text) override;
  void report(const Text& text) override;

 private:
  Handle handle_;
  const Clock& clock_;
  const Catalogue& catalogue_;
  Manners manners_;
};

}  // namespace toopher::pam

#endif
