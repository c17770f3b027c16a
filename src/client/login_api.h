// SPDX-License-Identifier: Apache-2.0
// The calls that a login makes: of the server for somebody who may have a phone, and of nobody for a name without an account.
#ifndef TOOPHER_CLIENT_LOGIN_API_H
#define TOOPHER_CLIENT_LOGIN_API_H

#include <chrono>
#include <string>

#include "base/deadline.h"
#include "base/secret.h"
#include "client/result.h"
#include "client/watch.h"

namespace toopher::client {

/// Whom to ask for what. Empty texts are not sent.
struct Login {
  std::string user;  ///< unused with a pairing_id
  std::string pairing_id;
  std::string action;
  std::string terminal;
  std::string terminal_extra;
  std::string metadata;  ///< requester_metadata, a JSON text
  bool automation_allowed = false;
  bool number_matching = false;
};

class LoginApi {
 public:
  virtual ~LoginApi() = default;

  /// Asks the phone; a server that knows `ttl` lets the request live that long.
  [[nodiscard]] virtual InitiateResult push(const Login& login, std::chrono::seconds ttl,
                                            const Deadline& deadline, const Watch& watch) = 0;

  /// Presents a one-time code; the result is never Pending. `supersedes` is the id of this login's push, or "".
  [[nodiscard]] virtual InitiateResult present_code(const Login& login, const Secret& code,
                                                    const std::string& supersedes, const Deadline& deadline,
                                                    const Watch& watch) = 0;

  /// Waits for the phone's decision about a request of push(). A server that does not answer for a while is asked
  /// again until the deadline; that ends in Expired, never in FailureKind::unreachable.
  [[nodiscard]] virtual WaitResult wait(const std::string& id, const Deadline& deadline,
                                        const Watch& watch) = 0;

  /// Withdraws a request; one attempt.
  [[nodiscard]] virtual CancelResult cancel(const std::string& id, const Deadline& deadline,
                                            const Watch& watch) = 0;
};

}  // namespace toopher::client

#endif
