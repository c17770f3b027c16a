// SPDX-License-Identifier: Apache-2.0
// One login, or one pairing, from the helper's side: lines in, calls to the server, lines out; and whatever ends it,
// the phone is not left with a request that nobody waits for.
#ifndef TOOPHER_HELPER_SESSION_H
#define TOOPHER_HELPER_SESSION_H

#include <optional>
#include <string>

#include "base/deadline.h"
#include "client/toopher_api.h"
#include "helper/caller.h"
#include "helper/channel.h"
#include "helper/nobody.h"
#include "helper/offline_codes.h"
#include "helper/protocol.h"

namespace toopher::helper {

class Session {
 public:
  /// References must outlive the session. `stop` is a descriptor, not owned, that becomes readable when the helper shall
  /// give up. `offline` is null where this host keeps no offline codes.
  Session(LineChannel& channel, int stop, client::ToopherApi& api, Caller caller,
          const offline::Store* offline, const Clock& clock)
      : channel_(channel),
        stop_(stop),
        api_(api),
        caller_(std::move(caller)),
        offline_(offline, api, clock),
        clock_(clock) {}

  /// Serves the caller until one side ends it; a pending push is withdrawn then.
  void run();

 private:
  /// What a line led to. No answer: none is due, or the caller has given up waiting for it.
  struct Step {
    std::optional<Message> answer;
    bool last = false;
  };
  using Handler = Step (Session::*)(const Message&);
  struct Command {
    std::string_view verb;
    Handler handler;
    Access access;
    Cost cost;
  };
  static const Command kCommands[];

  [[nodiscard]] LineChannel::Received next_line();
  [[nodiscard]] Step handle(Message line);
  [[nodiscard]] Step handle(const Command& command, Message& line);
  [[nodiscard]] Step login(const Message& line);
  [[nodiscard]] Step push(const Message& line);
  [[nodiscard]] Step wait(const Message& line);
  [[nodiscard]] Step code(const Message& line);
  [[nodiscard]] Step cancel(const Message& line);
  [[nodiscard]] Step offline(const Message& line);
  [[nodiscard]] Step offline_ask(const Message& line);
  [[nodiscard]] Step offline_make(const Message& line);
  [[nodiscard]] Step pair(const Message& line);
  [[nodiscard]] Step pair_link(const Message& line);
  [[nodiscard]] Step pair_wait(const Message& line);
  [[nodiscard]] Step check(const Message& line);
  [[nodiscard]] Step recovery_codes(const Message& line);
  [[nodiscard]] Step code_app(const Message& line);
  [[nodiscard]] Step code_app_add(const Message& line);

  /// Sends `login` as a push that the line describes.
  [[nodiscard]] Step push(client::Login login, const Message& line);
  /// The answer to the caller, after the offline codes have heard the result, too.
  template <class Result>
  [[nodiscard]] Step told(const Result& result);
  [[nodiscard]] std::optional<Clock::Duration> timeout_of(const Message& line) const;
  [[nodiscard]] Deadline deadline_after(Clock::Duration timeout) const;
  [[nodiscard]] client::Watch watch(short caller_events,
                                    Clock::Duration linger = Clock::Duration::zero()) const;
  [[nodiscard]] bool told_to_stop() const;
  /// Who answers this login.
  [[nodiscard]] client::LoginApi& asked();
  [[nodiscard]] bool send(const Message& message);
  void withdraw();

  LineChannel& channel_;
  int stop_;
  client::ToopherApi& api_;
  Caller caller_;
  OfflineCodes offline_;
  const Clock& clock_;
  std::optional<client::Login> login_;
  std::optional<Nobody> nobody_;  ///< set: there is no such account
  std::string pending_;           ///< id of the push that may be on the phone; "" if none is
  std::string pairing_;           ///< id of the pairing that waits for the phone
  struct CodeApp {
    std::string user;
    Secret seed;
  };
  std::optional<CodeApp> code_app_;  ///< one that the server does not know yet, or has not confirmed
};

}  // namespace toopher::helper

#endif
