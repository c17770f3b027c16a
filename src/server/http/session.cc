// SPDX-License-Identifier: Apache-2.0
#include "server/http/session.h"

#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

#include "base/text.h"
#include "server/http/request_reader.h"
#include "server/http/response_text.h"
#include "server/http/shared_buffer.h"
#include "server/log.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kMaxThrownAway = 16'777'216;  // bytes that a refused client may still send

/// Throws away what comes, until the client closes, its socket is closed, or it was enough.
asio::awaitable<void> throw_away(tcp::socket& socket) {
  std::size_t left = kMaxThrownAway;
  while (left > 0) {
    auto& buffer = shared_buffer();
    const ssize_t size = ::recv(socket.native_handle(), buffer.data(), buffer.size(), 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) co_return;
    if (size > 0) {
      left -= std::min(left, static_cast<std::size_t>(size));
      continue;
    }
    error_code error;
    co_await socket.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

/// Counts a request that a proxy brought to its client's address while it is answered.
class CountedRequest {
 public:
  CountedRequest(Connections& connections, std::string key)
      : connections_(connections), key_(std::move(key)) {
    connections_.count(key_);
  }
  CountedRequest(const CountedRequest&) = delete;
  CountedRequest& operator=(const CountedRequest&) = delete;
  ~CountedRequest() { connections_.uncount(key_); }

 private:
  Connections& connections_;
  std::string key_;
};

}  // namespace

Session::Session(SessionContext& context, std::unique_ptr<Stream> stream, const Address& peer)
    : context_(context), stream_(std::move(stream)), peer_(peer), address_key_(server::address_key(peer)) {
  context_.connections.add(*this, address_key_);
}

Session::~Session() {
  context_.connections.remove(*this, address_key_);
  context_.ended();
}

void Session::enter(Phase phase) {
  if (standing_.phase != Phase::closing) context_.connections.move(*this, phase);
}

void Session::close() {
  enter(Phase::closing);
  error_code ignored;
  stream_->socket().close(ignored);
}

void Session::time_over() {
  if (standing_.phase != Phase::reading || timed_out_) {
    close();
    return;
  }
  timed_out_ = true;
  enter(Phase::writing);
  error_code ignored;
  stream_->socket().cancel(ignored);
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  const bool agreed = co_await self->stream_->handshake();
  if (agreed) {
    co_await serve_requests();
  } else {
    if (!context_.draining) context_.metrics.handshake_failed();
    co_await linger();
  }
  close();
}

asio::awaitable<bool> Session::more() {
  const bool read = co_await stream_->read(input_);
  co_return read && !timed_out_;
}

asio::awaitable<Session::Read> Session::read_request(Incoming& incoming) {
  enter(Phase::idle);
  if (input_.empty()) {
    input_.shrink_to_fit();
    const bool arrived = co_await more();
    if (!arrived) co_return Read::closed;
  }
  enter(Phase::reading);
  RequestReader reader(context_.settings.limits);
  for (;;) {
    const auto state = reader.read(input_);
    if (state == RequestReader::State::complete) break;
    if (state == RequestReader::State::refused) {
      incoming.refused_status = reader.refused_status();
      co_return Read::refused;
    }
    if (reader.wants_to_be_told_to_continue()) {
      const bool written = co_await stream_->write(kContinue);
      if (!written) co_return Read::closed;
    }
    const bool arrived = co_await more();
    if (timed_out_) incoming.refused_status = 408;
    if (!arrived) co_return timed_out_ ? Read::refused : Read::closed;
  }
  incoming.request = reader.take();
  incoming.keeps_alive = reader.keeps_alive();
  co_return Read::request;
}

asio::awaitable<void> Session::serve_requests() {
  for (;;) {
    Incoming incoming;
    const Read read = co_await read_request(incoming);
    if (read == Read::closed) co_return;
    if (read == Read::refused) {
      co_await refuse(incoming.refused_status);
      co_return;
    }
    enter(Phase::answering);
    const Address client =
        client_address(peer_, incoming.request.forwarded_for, context_.settings.trusted_proxies);
    incoming.request.address = client.to_string();
    const Response response = co_await handled_for(incoming.request, client);
    const bool close = context_.draining || !incoming.keeps_alive;
    const bool written = co_await answer(response, close, incoming.request.method == "HEAD");
    if (!written) co_return;
    if (close) {
      stream_->finish();
      co_return;
    }
  }
}

asio::awaitable<Response> Session::handled_for(const Request& request, const Address& client) {
  if (client == peer_) co_return co_await handled(request);
  const std::string key = server::address_key(client);
  if (context_.connections.of_address(key) >= context_.settings.limits.connections_of_address) {
    context_.metrics.answered(Route::other, 429);
    co_return refusal(429);
  }
  const CountedRequest counted(context_.connections, key);
  co_return co_await handled(request);
}

asio::awaitable<Response> Session::handled(const Request& request) {
  Response response;
  try {
    response = co_await context_.handler(request, *this);
  } catch (const std::exception& error) {
    log(LogLevel::error, "call failed", error.what(),
        {{"method", escape_for_log(request.method)},
         {"path", escape_for_log(request.path())},
         {"address", request.address}});
    response = error_response({500, 500, "The server has a problem of its own; its log says more."});
  }
  if (gone_) {
    gone_ = nullptr;
    error_code ignored;
    stream_->socket().cancel(ignored);
  }
  co_return response;
}

asio::awaitable<bool> Session::answer(const Response& response, bool close, bool without_body) {
  enter(Phase::writing);
  const std::string text = to_text(response, close, without_body);
  co_return co_await stream_->write(text);
}

asio::awaitable<void> Session::refuse(int status) {
  context_.metrics.answered(Route::other, status);
  const bool written = co_await answer(refusal(status), true, false);
  if (!written) co_return;
  co_await linger();
}

/// Closing while bytes of the client are unread would reset the connection, and the client lose what was said last.
asio::awaitable<void> Session::linger() {
  stream_->finish();
  enter(Phase::lingering);
  co_await throw_away(stream_->socket());
}

void Session::when_gone(std::function<void()> gone) {
  gone_ = std::move(gone);
  watch();
}

void Session::watch() {
  stream_->socket().async_wait(tcp::socket::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->gone_) return;
    const PeerState state = self->stream_->look();
    if (state == PeerState::gone) self->gone_();
    // Bytes (the next request) say that the peer lives; they stay readable, so that waiting again would not wait.
    if (state == PeerState::quiet) self->watch();
  });
}

}  // namespace toopher::server
