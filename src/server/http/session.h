// SPDX-License-Identifier: Apache-2.0
// One connection: reads requests, has them handled, writes the answers, until one side closes.
#ifndef TOOPHER_SERVER_HTTP_SESSION_H
#define TOOPHER_SERVER_HTTP_SESSION_H

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "server/http/connections.h"
#include "server/http/limits.h"
#include "server/http/message.h"
#include "server/http/network.h"
#include "server/http/stream.h"
#include "server/metrics.h"

namespace toopher::server {

/// What may change while the server runs.
struct HttpSettings {
  Limits limits;
  Networks trusted_proxies;
};

/// What the sessions of a listener share.
struct SessionContext {
  HttpSettings settings;
  Handler handler;
  Metrics& metrics;
  Connections connections;
  bool draining = false;
  std::function<void()> ended;  ///< called after each session
};

/// Its coroutine owns it.
class Session final : public Peer, public std::enable_shared_from_this<Session> {
 public:
  Session(SessionContext& context, std::unique_ptr<Stream> stream, const Address& peer);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override;

  boost::asio::awaitable<void> run(std::shared_ptr<Session> self);
  void when_gone(std::function<void()> gone) override;
  /// Its time is over: a client that began a request is told so, the others are cut off.
  void time_over();
  void close();
  Standing& standing() { return standing_; }

 private:
  enum class Read { request, refused, closed };
  struct Incoming {
    Request request;
    bool keeps_alive = true;
    int refused_status = 0;
  };

  boost::asio::awaitable<void> serve_requests();
  boost::asio::awaitable<Read> read_request(Incoming& incoming);
  boost::asio::awaitable<bool> more();
  boost::asio::awaitable<Response> handled(const Request& request);
  boost::asio::awaitable<Response> handled_for(const Request& request, const Address& client);
  boost::asio::awaitable<bool> answer(const Response& response, bool close, bool without_body);
  boost::asio::awaitable<void> refuse(int status);
  boost::asio::awaitable<void> linger();
  void enter(Phase phase);
  void watch();

  SessionContext& context_;
  std::unique_ptr<Stream> stream_;
  Address peer_;
  std::string address_key_;
  std::string input_;  ///< read and not yet understood
  std::function<void()> gone_;
  Standing standing_;
  bool timed_out_ = false;
};

}  // namespace toopher::server

#endif
