// SPDX-License-Identifier: Apache-2.0
// The HTTP/1.1 server: accepts connections within limits, and gives each to a session.
#ifndef TOOPHER_SERVER_HTTP_LISTENER_H
#define TOOPHER_SERVER_HTTP_LISTENER_H

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "server/http/message.h"
#include "server/http/session.h"
#include "server/http/stream.h"

namespace toopher::server {

class Listener {
 public:
  /// Binds and listens at once; throws boost::system::system_error. `tls` may be empty: plain HTTP. `metrics` must outlive
  /// the loop's work.
  Listener(boost::asio::io_context& loop, const boost::asio::ip::tcp::endpoint& endpoint,
           std::unique_ptr<TlsContext> tls, HttpSettings settings, Handler handler, Metrics& metrics);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  /// Begins to accept.
  void start();
  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
  /// From now on: `settings` for all connections, `tls` for new ones. Whoever is connected stays so.
  void change(std::unique_ptr<TlsContext> tls, HttpSettings settings);
  [[nodiscard]] bool draining() const { return sessions_.draining; }
  /// Accepts nobody any more, closes idle connections, and the others after their answer; then calls `done`.
  void drain(std::function<void()> done);
  /// Cuts every connection off.
  void close_all();
  [[nodiscard]] const Connections& connections() const { return sessions_.connections; }

 private:
  boost::asio::awaitable<void> accept_loop();
  /// False if there is nothing left to make a session from; says why.
  [[nodiscard]] bool serve(boost::asio::ip::tcp::socket socket);
  /// What a client is told for whom there is no room, as an HTTP status; 0: there is, or room was made.
  [[nodiscard]] int make_room_for(const Address& peer);
  void turn_away(boost::asio::ip::tcp::socket& socket, int status);
  void watch_the_clock();
  void session_ended();
  [[nodiscard]] bool drained() const { return sessions_.draining && sessions_.connections.size() == 0; }

  boost::asio::io_context& loop_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<TlsContext> tls_;
  SessionContext sessions_;
  boost::asio::steady_timer clock_;
  std::function<void()> done_;  ///< of draining
};

}  // namespace toopher::server

#endif
