// SPDX-License-Identifier: Apache-2.0
// What the calls share: the store, the parked polls, the clock; and the two ways a call goes through them.
#ifndef TOOPHER_SERVER_HTTP_APP_H
#define TOOPHER_SERVER_HTTP_APP_H

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "server/http/answer.h"
#include "server/http/errands.h"
#include "server/http/gateways.h"
#include "server/http/hasher.h"
#include "server/http/message.h"
#include "server/http/waiters.h"
#include "server/service/context.h"
#include "server/service/push.h"
#include "server/service/verification_policy.h"

namespace toopher::server {

struct App {
  Store& store;
  Waiters& waiters;
  Hasher& hasher;
  std::string origin;
  std::function<Millis()> now;
  boost::asio::any_io_executor executor;  ///< of the loop
  Gateways gateways{};
  std::shared_ptr<Errands> errands = std::make_shared<Errands>();
  std::shared_ptr<const PushPolicy> push = std::make_shared<PushPolicy>();
  UserVerification user_verification = UserVerification::off;
};

/// Longest `wait` of a long poll.
inline constexpr std::chrono::seconds kMaxWait{60};

/// A call within its transaction. A Refused that it throws becomes the answer.
using Work = std::function<Answer(Context&)>;

/// The work's answer, after its commit. Work that throws NeedsHashes is undone, and run once more with them; 429 when too
/// many calls wait for theirs. Throws StoreError.
boost::asio::awaitable<Answer> run(App& app, Work work);

/// A call that may be parked: `first` is run once, then `again` after each notification for `topic`, until an answer is
/// settled or `wait` is over. The waiter is registered before the first reading. 429 when too many are parked.
boost::asio::awaitable<Answer> run_and_wait(App& app, Peer& peer, const std::string& topic,
                                            std::chrono::seconds wait, Work first, Work again);

/// The seconds of a `wait` parameter in `query`, at most kMaxWait; 0 if there is none or it is malformed.
std::chrono::seconds wait_parameter(std::string_view query);

/// The HTTP form of an answer.
Response to_response(Answer answer);

}  // namespace toopher::server

#endif
