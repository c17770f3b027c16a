// SPDX-License-Identifier: Apache-2.0
// Very many connections to one server on loopback, plain or TLS, from several addresses, driven by one epoll loop: each has
// at most one request under way, and may wait for its answer for long.
#ifndef TOOPHER_BENCH_PARKED_CLIENT_H
#define TOOPHER_BENCH_PARKED_CLIENT_H

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/unique_fd.h"

namespace toopher::bench {

struct Answer {
  int status = 0;
  std::string body;
  std::chrono::steady_clock::time_point at;
};

struct SslDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class ParkedClient {
 public:
  using Line = std::size_t;

  ParkedClient(std::uint16_t port, bool tls);

  /// Opens a connection from 127.0.x.y, where `place` chooses x and y.
  Line open(std::size_t place);
  void close(Line line);
  /// The request goes out when the connection is ready for it; `answered` is called with the answer.
  void ask(Line line, std::string request, std::function<void(const Answer&)> answered);
  /// Runs until `done`, which is looked at after every event. Throws std::runtime_error if that takes more than five
  /// minutes or the server hangs up.
  void run_until(const std::function<bool()>& done);
  /// Requests that have not left yet.
  [[nodiscard]] std::size_t unsent() const { return unsent_; }

 private:
  struct Connection {
    UniqueFd fd;
    std::unique_ptr<SSL, SslDeleter> ssl;
    std::string output;
    std::string input;
    std::function<void(const Answer&)> answered;
    bool ready = false;  ///< connected, and agreed on TLS
  };

  void step(Connection& connection);
  [[nodiscard]] bool get_ready(Connection& connection);
  void send(Connection& connection);
  void receive(Connection& connection);
  static void take_answer(Connection& connection);

  std::uint16_t port_;
  std::unique_ptr<SSL_CTX, SslDeleter> tls_;
  UniqueFd epoll_;
  std::unordered_map<Line, Connection> connections_;
  Line next_ = 0;
  std::size_t unsent_ = 0;
};

}  // namespace toopher::bench

#endif
