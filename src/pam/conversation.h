// SPDX-License-Identifier: Apache-2.0
// Talking to the person through the host program.
#ifndef TOOPHER_PAM_CONVERSATION_H
#define TOOPHER_PAM_CONVERSATION_H

#include <chrono>
#include <string>

#include "base/deadline.h"
#include "base/secret.h"
#include "pam/handle.h"

namespace toopher::pam {

/// An interface, so that tests can script it.
class Conversation {
 public:
  enum class Status {
    answered,
    unavailable,  ///< the host cannot put this prompt to anybody (sshd's password method, sudo -n)
    broken,       ///< the person gave up, or the host did
  };
  struct Reply {
    Status status = Status::broken;
    Secret text;
  };

  virtual ~Conversation() = default;
  [[nodiscard]] virtual Reply ask(const std::string& prompt, bool visible) = 0;
  virtual void tell(const std::string& text) = 0;    ///< PAM_TEXT_INFO
  virtual void report(const std::string& text) = 0;  ///< PAM_ERROR_MSG
};

/// The host's own conversation function (pam_conv(3)). Replies are capped at PAM_MAX_RESP_SIZE, wiped and freed.
class HostConversation final : public Conversation {
 public:
  /// Nobody fails a prompt this fast: an error within it means that the host cannot prompt at all.
  static constexpr std::chrono::milliseconds kTooFastForAPerson{250};

  HostConversation(const Handle& handle, const Clock& clock) : handle_(handle), clock_(clock) {}
  [[nodiscard]] Reply ask(const std::string& prompt, bool visible) override;
  void tell(const std::string& text) override;
  void report(const std::string& text) override;

 private:
  Handle handle_;
  const Clock& clock_;
};

}  // namespace toopher::pam

#endif
