// SPDX-License-Identifier: Apache-2.0
#include "server/http/listener.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "server/http/response_text.h"
#include "server/log.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kTick{250};  // how late a time limit may be noticed
constexpr std::chrono::milliseconds kPause{
    100};  // until accepting is tried again when nothing is left to accept with

}  // namespace

Listener::Listener(asio::io_context& loop, const tcp::endpoint& endpoint, std::unique_ptr<TlsContext> tls,
                   HttpSettings settings, Handler handler, Metrics& metrics)
    : loop_(loop),
      acceptor_(loop, endpoint),
      tls_(std::move(tls)),
      sessions_{std::move(settings), std::move(handler), metrics, {}, false, [this] { session_ended(); }},
      clock_(loop) {}

Listener::~Listener() = default;

void Listener::start() {
  asio::co_spawn(loop_, accept_loop(), asio::detached);
  watch_the_clock();
}

void Listener::change(std::unique_ptr<TlsContext> tls, HttpSettings settings) {
  tls_ = std::move(tls);
  sessions_.settings = std::move(settings);
}

asio::awaitable<void> Listener::accept_loop() {
  asio::steady_timer pause(loop_);
  while (!sessions_.draining) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (sessions_.draining) co_return;
    const bool exhausted = error || !serve(std::move(socket));
    if (exhausted) {
      // Descriptors or memory used up: what else is queued waits, and trying at once would spin.
      pause.expires_after(kPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

bool Listener::serve(tcp::socket socket) try {
  error_code gone;
  const Address peer = plain_address(socket.remote_endpoint(gone).address());
  if (gone) return true;
  if (const int refused = make_room_for(peer); refused != 0) {
    turn_away(socket, refused);
    return true;
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  std::unique_ptr<Stream> stream;
  if (tls_) {
    stream = tls_->wrap(std::move(socket));
  } else {
    stream = plain_stream(std::move(socket));
  }
  auto session = std::make_shared<Session>(sessions_, std::move(stream), peer);
  asio::co_spawn(loop_, session->run(session), asio::detached);
  return true;
} catch (const std::exception& error) {
  // Memory used up, most likely; the loop that accepts must outlive it.
  log(LogLevel::error, "connection dropped", error.what());
  return false;
}

int Listener::make_room_for(const Address& peer) {
  const Limits& limits = sessions_.settings.limits;
  Connections& connections = sessions_.connections;
  // A proxy's clients are counted with their requests.
  if (connections.of_address(address_key(peer)) >= limits.connections_of_address &&
      !sessions_.settings.trusted_proxies.contains(peer)) {
    return 429;
  }
  if (connections.size() < limits.connections + connections.in(Phase::closing)) return 0;
  Session* const longest_idle = connections.longest_idle();
  if (longest_idle == nullptr) return 503;
  longest_idle->close();
  sessions_.metrics.cut_for_room();
  return 0;
}

/// Without TLS there is something that the client can read, if its socket takes it at once.
void Listener::turn_away(tcp::socket& socket, int status) {
  sessions_.metrics.turned_away(status);
  if (tls_) return;
  const std::string text = to_text(refusal(status), true, false);
  (void)::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Listener::watch_the_clock() {
  clock_.expires_after(kTick);
  clock_.async_wait([this](const error_code& error) {
    if (error || drained()) return;
    sessions_.connections.cut_overdue(sessions_.settings.limits,
                                      [](Session& session) { session.time_over(); });
    watch_the_clock();
  });
}

void Listener::drain(std::function<void()> done) {
  sessions_.draining = true;
  done_ = std::move(done);
  error_code ignored;
  acceptor_.close(ignored);
  for (const Phase phase : {Phase::handshaking, Phase::idle}) {
    sessions_.connections.for_each(phase, [](Session& session) { session.close(); });
  }
  session_ended();
}

void Listener::close_all() {
  for (const Phase phase : {Phase::reading, Phase::answering, Phase::writing, Phase::lingering}) {
    sessions_.connections.for_each(phase, [](Session& session) { session.close(); });
  }
}

void Listener::session_ended() {
  if (!drained() || !done_) return;
  clock_.cancel();
  std::exchange(done_, nullptr)();
}

}  // namespace toopher::server
