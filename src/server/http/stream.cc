// SPDX-License-Identifier: Apache-2.0
#include "server/http/stream.h"

#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "server/http/shared_buffer.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) { socket_.native_non_blocking(true); }

  asio::awaitable<bool> handshake() override { co_return true; }

  asio::awaitable<bool> read(std::string& input) override {
    for (;;) {
      auto& buffer = shared_buffer();
      const ssize_t size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
      if (size > 0) {
        take_from_shared_buffer(static_cast<std::size_t>(size), input);
        co_return true;
      }
      if (size == 0 || (errno != EAGAIN && errno != EINTR)) co_return false;
      error_code error;
      co_await socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
    }
  }

  asio::awaitable<bool> write(std::string_view bytes) override {
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

  PeerState look() override {
    char byte = 0;
    const ssize_t size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK);
    if (size > 0) return PeerState::sends;
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? PeerState::quiet : PeerState::gone;
  }

  void finish() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::socket& socket() override { return socket_; }

 private:
  tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace toopher::server
