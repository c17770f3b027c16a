// SPDX-License-Identifier: Apache-2.0
#include "bench/parked_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace toopher::bench {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint32_t offset, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
  return address;
}

UniqueFd connecting(std::uint16_t port, std::size_t place) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) fail("socket");
  const int on = 1;
  // The port is chosen when it is clear where to, so that one address may use every port for each server.
  (void)::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in from = loopback(static_cast<std::uint32_t>(place + 1), 0);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
  (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in to = loopback(0, port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
    fail("connect");
  return fd;
}

}  // namespace

ParkedClient::ParkedClient(std::uint16_t port, bool tls)
    : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) fail("epoll_create1");
  if (!tls) return;
  tls_.reset(SSL_CTX_new(TLS_client_method()));
  if (!tls_) throw std::bad_alloc();
  SSL_CTX_set_mode(tls_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

ParkedClient::Line ParkedClient::open(std::size_t place) {
  const Line line = next_++;
  Connection& connection = connections_[line];
  connection.fd = connecting(port_, place);
  if (tls_) {
    connection.ssl.reset(SSL_new(tls_.get()));
    if (!connection.ssl || SSL_set_fd(connection.ssl.get(), connection.fd.get()) != 1) throw std::bad_alloc();
    SSL_set_connect_state(connection.ssl.get());
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u64 = line;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.fd.get(), &event) != 0) fail("epoll_ctl");
  return line;
}

void ParkedClient::close(Line line) {
  connections_.erase(line);
}

void ParkedClient::ask(Line line, std::string request, std::function<void(const Answer&)> answered) {
  Connection& connection = connections_.at(line);
  connection.output = std::move(request);
  connection.answered = std::move(answered);
  ++unsent_;
  if (connection.ready) send(connection);
}

void ParkedClient::run_until(const std::function<bool()>& done) {
  constexpr std::chrono::minutes kPatience{5};
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("the server did not answer for five minutes");
    std::array<epoll_event, 128> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 1000);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const auto found = connections_.find(events.at(static_cast<std::size_t>(i)).data.u64);
      if (found != connections_.end()) step(found->second);
    }
  }
}

bool ParkedClient::get_ready(Connection& connection) {
  if (connection.ready) return true;
  if (connection.ssl) {
    ERR_clear_error();
    const int result = SSL_do_handshake(connection.ssl.get());
    const int lacks = SSL_get_error(connection.ssl.get(), result);
    if (result != 1 && lacks != SSL_ERROR_WANT_READ && lacks != SSL_ERROR_WANT_WRITE)
      throw std::runtime_error("the TLS handshake failed");
    connection.ready = result == 1;
  } else {
    int error = 0;
    socklen_t size = sizeof error;
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    (void)::getsockopt(connection.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw std::runtime_error("the server refuses connections");
    connection.ready =
        ::getpeername(connection.fd.get(), reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0;
  }
  return connection.ready;
}

void ParkedClient::step(Connection& connection) {
  if (!get_ready(connection)) return;
  if (!connection.output.empty()) send(connection);
  receive(connection);
}

/// Requests are far smaller than a socket's buffer, so that a write never waits.
void ParkedClient::send(Connection& connection) {
  const auto size = static_cast<ssize_t>(connection.output.size());
  const ssize_t sent =
      connection.ssl
          ? SSL_write(connection.ssl.get(), connection.output.data(), static_cast<int>(size))
          : ::send(connection.fd.get(), connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
  if (sent != size) throw std::runtime_error("a request could not be sent");
  connection.output = {};
  --unsent_;
}

void ParkedClient::receive(Connection& connection) {
  std::array<char, 16384> chunk;
  for (;;) {
    ssize_t got = 0;
    bool later = false;
    if (connection.ssl) {
      ERR_clear_error();
      got = SSL_read(connection.ssl.get(), chunk.data(), static_cast<int>(chunk.size()));
      later = got <= 0 && SSL_get_error(connection.ssl.get(), static_cast<int>(got)) == SSL_ERROR_WANT_READ;
    } else {
      got = ::recv(connection.fd.get(), chunk.data(), chunk.size(), 0);
      later = got < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (later) break;
    if (got <= 0) throw std::runtime_error("the server hung up");
    connection.input.append(chunk.data(), static_cast<std::size_t>(got));
  }
  take_answer(connection);
}

void ParkedClient::take_answer(Connection& connection) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
  const auto end = connection.input.find(kEnd);
  if (end == std::string::npos) return;
  const auto length = connection.input.find(kLength);
  if (length == std::string::npos) throw std::runtime_error("an answer without Content-Length");
  const std::size_t body = end + kEnd.size();
  const std::size_t size = std::stoul(connection.input.substr(length + kLength.size(), 20));
  if (connection.input.size() < body + size) return;
  Answer answer{std::stoi(connection.input.substr(kStatusAt, 3)), connection.input.substr(body, size),
                std::chrono::steady_clock::now()};
  connection.input = {};
  if (auto answered = std::exchange(connection.answered, nullptr)) answered(answer);
}

}  // namespace toopher::bench
