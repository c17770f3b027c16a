// SPDX-License-Identifier: Apache-2.0
// Offline codes within one session: when they may be made and when they count, by what the helper itself heard of the
// server.
#ifndef TOOPHER_HELPER_OFFLINE_CODES_H
#define TOOPHER_HELPER_OFFLINE_CODES_H

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/one_time_code.h"
#include "client/result.h"
#include "client/toopher_api.h"
#include "helper/protocol.h"
#include "offline/store.h"

namespace toopher::helper {

class OfflineCodes {
 public:
  /// `store` is null where this host keeps no offline codes. All must outlive the object.
  OfflineCodes(const offline::Store* store, client::ToopherApi& api, const Clock& clock)
      : store_(store), api_(api), clock_(clock) {}

  /// Notes what came of a question to the server about `user`. A refusal that revokes takes the codes away before this
  /// returns.
  template <class Result>
  void hear(const std::string& user, const Result& result);

  /// Adds to an answer how many codes would count, if all that was heard in this session is that no server can be reached.
  void offer(const std::string& user, Message& answer) const;

  /// What a granted login means for the codes. Not needed for the answer, so it is done after that was sent.
  void settle();

  [[nodiscard]] bool are_kept() const { return store_ != nullptr; }
  /// The answer to whoever wants new ones where none are kept.
  [[nodiscard]] static Message not_kept();

  /// `login` as a request for new codes: its action names them and this machine, whatever the caller wrote.
  [[nodiscard]] static client::Login approval_of(client::Login login);
  /// `id` is the pending request for new codes.
  void asked_for_approval(const std::string& id) { request_ = id; }

  /// New codes, once for each approval.
  [[nodiscard]] Message make(const std::string& user, const Deadline& deadline);
  [[nodiscard]] Message spend(const std::string& user, const OneTimeCode& code,
                              const Deadline& deadline) const;

 private:
  void note_grant(const std::string& user, const client::Granted& granted);
  void revoke(const std::string& user) const;
  [[nodiscard]] bool no_server() const { return unreachable_ && !answered_; }

  struct Grant {
    std::string user;
    std::string pairing_id;
  };

  const offline::Store* store_;
  client::ToopherApi& api_;
  const Clock& clock_;
  bool unreachable_ = false;  ///< the verdict that failure-policy speaks of
  bool answered_ = false;     ///< something else than that was heard
  std::string request_;       ///< id of the request for new codes
  std::string approved_by_;   ///< the pairing whose phone approved it
  std::optional<Grant> unsettled_;
};

extern template void OfflineCodes::hear(const std::string&, const client::InitiateResult&);
extern template void OfflineCodes::hear(const std::string&, const client::WaitResult&);

}  // namespace toopher::helper

#endif
