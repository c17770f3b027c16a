// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 server: accepts connections, reads requests within limits, hands them to a handler, writes the answers.
#ifndef TOOPHER_SERVER_HTTP_LISTENER_H
#define TOOPHER_SERVER_HTTP_LISTENER_H

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "server/http/message.h"
#include "server/http/stream.h"

namespace toopher::server {

class Session;

class Listener {
 public:
  /// Binds and listens at once; throws boost::system::system_error. `tls` may be empty: plain HTTP.
  Listener(boost::asio::io_context& loop, const boost::asio::ip::tcp::endpoint& endpoint,
           std::unique_ptr<TlsContext> tls, Handler handler);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// Begins to accept.
  void start();
  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
  /// Accepts nobody any more, closes idle connections, and the others after their answer; then calls `done`.
  void drain(std::function<void()> done);
  /// Cuts every connection off.
  void close_all();

 private:
  friend class Session;
  boost::asio::awaitable<void> accept_loop();
  void session_ended(Session* session);
  [[nodiscard]] bool has_room_for(const boost::asio::ip::tcp::socket& socket) const;
  /// Starts a session; false, after saying why, if there is nothing left to make one from.
  [[nodiscard]] bool serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<TlsContext> tls_;
  Handler handler_;
  std::set<Session*> sessions_;
  std::unordered_map<std::string, std::size_t> sessions_of_;  ///< how many, by the key of the peer's network
  bool draining_ = false;
  std::function<void()> drained_;
};

}  // namespace toopher::server

#endif
