// SPDX-License-Identifier: Apache-2.0
#include "server/http/listener.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace toopher::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t kMaxHeader = 8 * 1024;  // bytes of request line and header
constexpr std::uint64_t kMaxBody = 65'536;      // bytes
constexpr std::size_t kMaxSessions = 4096;      // connections at a time
constexpr std::size_t kMaxOfPeer = 1024;        // of them from one address (IPv6: one network of 64 bits)
constexpr std::size_t kReadSize = 4096;         // bytes asked for at a time
constexpr std::chrono::seconds kIdle{75};       // between two requests of a connection
constexpr std::chrono::seconds kReading{15};    // for one whole request, and for the TLS handshake
constexpr std::chrono::seconds kWriting{15};    // for one whole answer

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Parser = http::request_parser<http::string_body>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

const char* reason_phrase(int status) {
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  return known == http::status::unknown ? "Error" : http::obsolete_reason(known).data();
}

/// RFC 9110 section 5.6.7.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  (void)std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text.data();
}

std::string serialise(const Response& response, bool close, bool without_body) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + reason_phrase(response.status) +
                     "\r\nDate: " + http_date() +
                     "\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-store"
                     "\r\nX-Content-Type-Options: nosniff\r\nContent-Length: " +
                     std::to_string(response.body.size()) + "\r\n";
  for (const auto& [name, value] : response.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (close) text += "Connection: close\r\n";
  text += "\r\n";
  if (!without_body) text += response.body;
  return text;
}

Request request_of(const Parser& parser, const std::string& address) {
  const auto& message = parser.get();
  return {std::string(view(message.method_string())),
          std::string(view(message.target())),
          std::string(view(message[http::field::host])),
          std::string(view(message[http::field::authorization])),
          std::string(view(message[http::field::content_type])),
          message.body(),
          address};
}

int status_of(const error_code& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

Response refusal(int status) {
  return error_response({status, status,
                         status == 413   ? "The body is too long."
                         : status == 431 ? "The header is too long."
                                         : "This is not an HTTP request that this server understands."});
}

bool expects_continue(const Parser& parser) {
  return to_lower_ascii(view(parser.get()[http::field::expect])) == "100-continue";
}

/// Whose connections are counted together.
std::string peer_key(const tcp::socket& socket) {
  error_code ignored;
  const auto address = socket.remote_endpoint(ignored).address();
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) return address.to_string();
  constexpr std::size_t kNetworkBytes = 8;
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + kNetworkBytes};
}

}  // namespace

/// One connection. Its coroutine owns it.
class Session final : public Peer, public std::enable_shared_from_this<Session> {
 public:
  Session(Listener& listener, std::unique_ptr<Stream> stream)
      : listener_(listener),
        stream_(std::move(stream)),
        limit_(stream_->socket().get_executor()),
        peer_(peer_key(stream_->socket())) {
    listener_.sessions_.insert(this);
    ++listener_.sessions_of_[peer_];
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override { listener_.session_ended(this); }

  [[nodiscard]] const std::string& peer() const { return peer_; }
  asio::awaitable<void> run(std::shared_ptr<Session> self);
  void when_gone(std::function<void()> gone) override;
  void close_if_idle() {
    if (idle_) close();
  }
  void close();

 private:
  enum class Read { request, refused, closed };

  asio::awaitable<void> serve_requests();
  asio::awaitable<Read> read_request(Parser& parser, int& refused_status);
  asio::awaitable<bool> read_more();
  asio::awaitable<bool> answer(const Response& response, bool close, bool without_body);
  asio::awaitable<Response> handled(const Request& request);
  void watch();
  [[nodiscard]] bool peer_has_gone();
  void limit(std::chrono::seconds duration);

  Listener& listener_;
  std::unique_ptr<Stream> stream_;
  asio::steady_timer limit_;
  std::string peer_;
  std::string input_;  ///< read and not yet parsed
  std::function<void()> gone_;
  bool idle_ = true;
};

void Session::close() {
  error_code ignored;
  stream_->socket().close(ignored);
}

void Session::limit(std::chrono::seconds duration) {
  limit_.expires_after(duration);
  limit_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self && self->limit_.expiry() <= asio::steady_timer::clock_type::now()) self->close();
  });
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  limit(kReading);
  const bool agreed = co_await self->stream_->handshake();
  if (agreed) co_await serve_requests();
  limit_.cancel();
  close();
}

asio::awaitable<bool> Session::read_more() {
  std::array<char, kReadSize> chunk;
  const std::size_t size = co_await stream_->read_some(asio::buffer(chunk));
  input_.append(chunk.data(), size);
  co_return size != 0;
}

asio::awaitable<Session::Read> Session::read_request(Parser& parser, int& refused_status) {
  idle_ = true;
  limit(kIdle);
  if (input_.empty()) {
    const bool arrived = co_await read_more();
    if (!arrived) co_return Read::closed;
  }
  idle_ = false;
  limit(kReading);
  bool continued = false;
  for (;;) {
    error_code error;
    const std::size_t used = parser.put(asio::buffer(input_), error);
    input_.erase(0, used);
    if (error && error != http::error::need_more) {
      refused_status = status_of(error);
      co_return Read::refused;
    }
    if (parser.is_done()) co_return Read::request;
    // The parser limits header and body, but waits for the end of chunk extensions and trailers for ever.
    if (error && input_.size() > kMaxHeader) {
      refused_status = 431;
      co_return Read::refused;
    }
    if (used != 0 && !input_.empty() && !error) continue;
    if (parser.is_header_done() && !continued && expects_continue(parser)) {
      continued = true;
      const bool written = co_await stream_->write(asio::buffer(kContinue));
      if (!written) co_return Read::closed;
    }
    const bool more = co_await read_more();
    if (!more) co_return Read::closed;
  }
}

asio::awaitable<void> Session::serve_requests() {
  error_code ignored;
  const auto remote = stream_->socket().remote_endpoint(ignored);
  const std::string address = remote.address().to_string();
  for (;;) {
    Parser parser;
    parser.eager(true);
    parser.header_limit(kMaxHeader);
    parser.body_limit(kMaxBody);
    int refused_status = 400;
    const Read read = co_await read_request(parser, refused_status);
    if (read == Read::closed) co_return;
    if (read == Read::refused) {
      co_await answer(refusal(refused_status), true, false);
      co_await stream_->shutdown();
      co_return;
    }
    limit_.cancel();
    const Request request = request_of(parser, address);
    const Response response = co_await handled(request);
    const bool close = listener_.draining_ || !parser.keep_alive();
    const bool written = co_await answer(response, close, request.method == "HEAD");
    if (!written) co_return;
    if (close) {
      co_await stream_->shutdown();
      co_return;
    }
  }
}

asio::awaitable<Response> Session::handled(const Request& request) {
  Response response;
  try {
    response = co_await listener_.handler_(request, *this);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "toopherd: %s %s failed: %s\n", escape_for_log(request.method).c_str(),
                       escape_for_log(request.path()).c_str(), error.what());
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
  limit(kWriting);
  const std::string text = serialise(response, close, without_body);
  co_return co_await stream_->write(asio::buffer(text));
}

void Session::when_gone(std::function<void()> gone) {
  gone_ = std::move(gone);
  watch();
}

void Session::watch() {
  stream_->socket().async_wait(tcp::socket::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || !self->gone_) return;
    // Further bytes (the next request, or TLS records) say that the peer lives; they stay readable, so that
    // waiting again would not wait.
    if (self->peer_has_gone()) self->gone_();
  });
}

bool Session::peer_has_gone() {
  char byte = 0;
  const ssize_t size = ::recv(stream_->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR);
}

Listener::Listener(asio::io_context& loop, const tcp::endpoint& endpoint, std::unique_ptr<TlsContext> tls,
                   Handler handler)
    : loop_(loop), acceptor_(loop, endpoint), tls_(std::move(tls)), handler_(std::move(handler)) {}

Listener::~Listener() = default;

void Listener::start() {
  asio::co_spawn(loop_, accept_loop(), asio::detached);
}

bool Listener::serve(tcp::socket socket) try {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  std::unique_ptr<Stream> stream;
  if (tls_) {
    stream = tls_->wrap(std::move(socket));
  } else {
    stream = plain_stream(std::move(socket));
  }
  auto session = std::make_shared<Session>(*this, std::move(stream));
  asio::co_spawn(loop_, session->run(session), asio::detached);
  return true;
} catch (const std::exception& error) {
  // Memory used up, most likely; the loop that accepts must outlive it.
  (void)std::fprintf(stderr, "toopherd: a connection was dropped: %s\n", error.what());
  return false;
}

asio::awaitable<void> Listener::accept_loop() {
  asio::steady_timer pause(loop_);
  while (!draining_) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (draining_) co_return;
    const bool exhausted = error || (has_room_for(socket) && !serve(std::move(socket)));
    if (exhausted) {
      // Descriptors or memory used up: what else is queued waits, and trying at once would spin.
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void Listener::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  error_code ignored;
  acceptor_.close(ignored);
  for (Session* session : sessions_) session->close_if_idle();
  if (sessions_.empty()) drained_();
}

void Listener::close_all() {
  for (Session* session : sessions_) session->close();
}

bool Listener::has_room_for(const tcp::socket& socket) const {
  if (sessions_.size() >= kMaxSessions) return false;
  const auto place = sessions_of_.find(peer_key(socket));
  return place == sessions_of_.end() || place->second < kMaxOfPeer;
}

void Listener::session_ended(Session* session) {
  sessions_.erase(session);
  if (const auto place = sessions_of_.find(session->peer()); --place->second == 0) sessions_of_.erase(place);
  if (draining_ && sessions_.empty()) drained_();
}

}  // namespace toopher::server
