// SPDX-License-Identifier: Apache-2.0
// The calls a requester makes to a Toopher server, each within a deadline and with one outcome that says what happened.
#ifndef TOOPHER_CLIENT_TOOPHER_API_H
#define TOOPHER_CLIENT_TOOPHER_API_H

#include <chrono>
#include <string>
#include <variant>

#include "api/json.h"
#include "base/deadline.h"
#include "base/secret.h"
#include "client/login_api.h"
#include "client/requests.h"
#include "client/result.h"
#include "client/watch.h"

namespace toopher::client {

class ToopherApi final : public LoginApi {
 public:
  /// Throws std::runtime_error if libcurl cannot start. `clock` must outlive the object.
  ToopherApi(Requester requester, const Clock& clock)
      : requests_(std::move(requester), clock), clock_(clock) {}

  [[nodiscard]] InitiateResult push(const Login& login, std::chrono::seconds ttl, const Deadline& deadline,
                                    const Watch& watch) override;
  [[nodiscard]] InitiateResult present_code(const Login& login, const Secret& code,
                                            const std::string& supersedes, const Deadline& deadline,
                                            const Watch& watch) override;
  [[nodiscard]] WaitResult wait(const std::string& id, const Deadline& deadline, const Watch& watch) override;
  [[nodiscard]] CancelResult cancel(const std::string& id, const Deadline& deadline,
                                    const Watch& watch) override;

  /// Whether a server answers this requester: asks for a request that does not exist, which changes nothing there.
  /// Fails as push() would, within the same time.
  [[nodiscard]] ReachResult reach(const Deadline& deadline, const Watch& watch);

  /// Asks to pair `user` with the phone that shows `phrase`. `authorization` is the id of the request that approved
  /// it, or "".
  [[nodiscard]] PairResult create_pairing(const std::string& phrase, const std::string& user,
                                          const std::string& authorization, const Deadline& deadline,
                                          const Watch& watch);

  /// The same the other way round: asks for a link by which a device may join. A server without such links refuses.
  [[nodiscard]] InviteResult create_link(const std::string& user, const std::string& authorization,
                                         const Deadline& deadline, const Watch& watch);

  /// Has the server make recovery codes for `user`.
  [[nodiscard]] RecoveryResult make_recovery_codes(const std::string& user, const std::string& authorization,
                                                   const Deadline& deadline, const Watch& watch);

  /// Has the codes of `seed`, six digits of TOTP by SHA-1 and steps of 30 s, count for `user`, who is made if new. The first is
  /// `code`, and without it nothing happens: a wrong one is RefusalKind::wrong_token_code. With the same seed the call may be
  /// made again after an answer was lost.
  [[nodiscard]] CodeAppResult add_code_app(const std::string& user, const Secret& seed, const Secret& code,
                                           const std::string& authorization, const Deadline& deadline,
                                           const Watch& watch);

  /// Waits for the phone's decision about a pairing.
  [[nodiscard]] PairWaitResult wait_pairing(const std::string& id, const Deadline& deadline,
                                            const Watch& watch);

  /// The server that was asked last; before any, the first.
  [[nodiscard]] const BaseUrl& server() const { return requests_.server(); }
  /// How many servers there are, and what a harmless call to one of them shows.
  [[nodiscard]] std::size_t servers() const { return requests_.servers(); }
  [[nodiscard]] Examination examine(std::size_t index, const std::string& user, const Deadline& deadline,
                                    const Watch& watch) {
    return requests_.examine(index, user, deadline, watch);
  }

  /// For the next session on the same connection: nothing of the last one stays, and servers are tried from the first.
  void forget_session() { requests_.forget_session(); }

 private:
  struct TimedOut {
    std::string trouble;  ///< why the last question had no answer, or ""
  };
  struct Again {
    std::string trouble;
    Clock::Duration at_least{0};  ///< what the server asked for
    bool backoff = true;          ///< the server did not hold the answer
  };
  template <class Object>
  using Polled = std::variant<Failed, Abandoned, TimedOut, Object>;
  template <class Object>
  using PollStep = std::variant<Failed, Abandoned, Again, Object>;

  [[nodiscard]] InitiateResult initiate(oauth::Parameters parameters, const Deadline& deadline,
                                        const Watch& watch);
  template <class Object>
  [[nodiscard]] Polled<Object> poll(const std::string& path, const std::string& id,
                                    Object (*read)(const json_t*), const Deadline& deadline,
                                    const Watch& watch);
  template <class Object>
  [[nodiscard]] PollStep<Object> judge(HttpResult result, const std::string& id,
                                       Object (*read)(const json_t*)) const;

  Requests requests_;
  const Clock& clock_;
};

}  // namespace toopher::client

#endif
