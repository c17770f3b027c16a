// SPDX-License-Identifier: Apache-2.0
// Signed calls to one of several servers, and the rules for sending a call twice: never, unless nothing of it can have
// arrived or the server itself said that it recognises a repeat.
#ifndef TOOPHER_CLIENT_REQUESTS_H
#define TOOPHER_CLIENT_REQUESTS_H

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/deadline.h"
#include "client/attendance.h"
#include "client/base_url.h"
#include "client/http.h"
#include "client/result.h"
#include "client/watch.h"
#include "oauth/signature.h"

namespace toopher::client {

/// Where the servers are, and as whom to speak to them.
struct Requester {
  std::vector<BaseUrl> servers;  ///< at least one; tried in this order
  oauth::Credentials credentials;
  Transport transport;
  std::chrono::seconds timeout{10};  ///< for one exchange that is not a long poll
};

struct Call {
  enum class Method { get, post };
  Method method = Method::post;
  std::string path;  ///< below the base URL
  oauth::Parameters parameters;
};

/// Growing pauses between attempts.
class Backoff {
 public:
  [[nodiscard]] Clock::Duration next();

 private:
  Clock::Duration pause_{500};
};

class Requests {
 public:
  /// Throws std::runtime_error if libcurl cannot start.
  Requests(Requester requester, const Clock& clock);

  using Submitted = std::variant<Failed, Abandoned, HttpAnswer>;
  /// A call that changes something. Tries the servers in their order until one takes it, each with its share of the time to
  /// make a connection, again and again until the deadline as long as none can have received it. After that it is repeated
  /// only if it carries client_request_id, and only to servers that know it: instances of one server, which tell a repeat
  /// whichever of them had it first (rule: one login, one push). Unreachable is said only of servers that this process was
  /// able to wait for.
  [[nodiscard]] Submitted submit(const Call& call, const Deadline& deadline, const Watch& watch);

  /// One exchange with the server that took the last submit(), or once that is out of order, the next one's turn. The whole of
  /// it ends `timeout` + `held` from now.
  [[nodiscard]] HttpResult ask(const Call& call, std::chrono::seconds held, const Deadline& deadline,
                               const Watch& watch);

  [[nodiscard]] std::size_t servers() const { return servers_.size(); }
  /// One look-up of a user's name at server `index`, which changes nothing there. `user` is not empty.
  [[nodiscard]] Examination examine(std::size_t index, const std::string& user, const Deadline& deadline,
                                    const Watch& watch);

  /// Starts with the first server again, may correct the clock again, and wipes what was received.
  void forget_session();

  /// The server that was asked last.
  [[nodiscard]] const BaseUrl& server() const { return servers_[asked_].url; }

 private:
  struct Server {
    BaseUrl url;
    bool recognises_repeats = false;
  };
  struct Limits {
    Deadline deadline;
    Clock::Duration connect_patience = Clock::Duration::max();
  };

  struct Attempts;

  [[nodiscard]] Clock::Duration longest_absence() const;
  [[nodiscard]] Submitted submit_to_each(const Call& call, const Deadline& deadline, const Watch& watch);
  [[nodiscard]] bool may_repeat(std::size_t index, const Call& call, Attempts& attempts,
                                const Deadline& deadline, const Watch& watch);
  [[nodiscard]] HttpResult exchange(Server& server, const Call& call, std::chrono::seconds held,
                                    const Limits& limits, const Watch& watch);
  [[nodiscard]] HttpRequest signed_request(const Server& server, const Call& call) const;
  [[nodiscard]] HttpResult settle(Server& server, const Call& call, const Limits& limits, const Watch& watch);
  [[nodiscard]] HttpResult look_up(const Server& server, const std::string& user, const Deadline& deadline,
                                   const Watch& watch, Connection& seen);
  [[nodiscard]] bool correct_clock(const HttpAnswer& answer);

  std::vector<Server> servers_;
  std::size_t current_ = 0;  ///< whose turn it is
  std::size_t asked_ = 0;    ///< whose it was
  oauth::Credentials credentials_;
  std::chrono::seconds timeout_;
  const Clock& clock_;
  Attendance attendance_;
  HttpClient http_;
  std::int64_t clock_offset_ = 0;  ///< seconds to add to this machine's wall clock
  bool clock_corrected_ = false;
};

}  // namespace toopher::client

#endif
