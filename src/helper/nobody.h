// SPDX-License-Identifier: Apache-2.0
// Stands in for the server where a name has no account: what comes is what comes for somebody who has a phone and does not
// answer, outages and the time that a call takes included. Whoever tries names learns nothing.
#ifndef TOOPHER_HELPER_NOBODY_H
#define TOOPHER_HELPER_NOBODY_H

#include "client/login_api.h"
#include "client/toopher_api.h"

namespace toopher::helper {

/// The server is asked whether it answers, and hears no name; it has no request afterwards.
class Nobody final : public client::LoginApi {
 public:
  /// Both must outlive the object.
  Nobody(client::ToopherApi& api, const Clock& clock) : api_(api), clock_(clock) {}

  /// Pending, with a made-up number.
  [[nodiscard]] client::InitiateResult push(const client::Login& login, std::chrono::seconds ttl,
                                            const Deadline& deadline, const client::Watch& watch) override;
  /// Denied: not valid. The code goes nowhere.
  [[nodiscard]] client::InitiateResult present_code(const client::Login& login, const Secret& code,
                                                    const std::string& supersedes, const Deadline& deadline,
                                                    const client::Watch& watch) override;
  /// Expired, when the ttl is over.
  [[nodiscard]] client::WaitResult wait(const std::string& id, const Deadline& deadline,
                                        const client::Watch& watch) override;
  [[nodiscard]] client::CancelResult cancel(const std::string& id, const Deadline& deadline,
                                            const client::Watch& watch) override;

 private:
  client::ToopherApi& api_;
  const Clock& clock_;
  Deadline expiry_{Clock::TimePoint{}};
};

}  // namespace toopher::helper

#endif
