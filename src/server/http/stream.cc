// SPDX-License-Identifier: Apache-2.0
#include "server/http/stream.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}
  asio::awaitable<bool> handshake() override { co_return true; }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
    error_code error;
    const std::size_t size = co_await socket_.async_read_some(buffer, into(error));
    co_return error ? 0 : size;
  }
  asio::awaitable<bool> write(asio::const_buffer bytes) override {
    error_code error;
    co_await asio::async_write(socket_, bytes, into(error));
    co_return !error;
  }
  asio::awaitable<void> shutdown() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }
  tcp::socket& socket() override { return socket_; }

 private:
  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}
  asio::awaitable<bool> handshake() override {
    error_code error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server, into(error));
    co_return !error;
  }
  asio::awaitable<std::size_t> read_some(asio::mutable_buffer buffer) override {
    error_code error;
    const std::size_t size = co_await stream_.async_read_some(buffer, into(error));
    co_return error ? 0 : size;
  }
  asio::awaitable<bool> write(asio::const_buffer bytes) override {
    error_code error;
    co_await asio::async_write(stream_, bytes, into(error));
    co_return !error;
  }
  asio::awaitable<void> shutdown() override {
    error_code ignored;
    co_await stream_.async_shutdown(into(ignored));
  }
  tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

class OpenSslContext final : public TlsContext {
 public:
  OpenSslContext(const std::string& certificate_file, const std::string& key_file, const Secret& key)
      : context_(asio::ssl::context::tls_server) {
    context_.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                         asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                         asio::ssl::context::no_tlsv1_1 | asio::ssl::context::single_dh_use);
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    error_code error;
    context_.use_certificate_chain_file(certificate_file, error);
    if (error)
      throw std::runtime_error("certificate " + certificate_file + " cannot be used: " + error.message());
    context_.use_private_key(asio::buffer(key.view()), asio::ssl::context::pem, error);
    if (error) {
      throw std::runtime_error("private-key " + key_file +
                               " cannot be used with the certificate: " + error.message());
    }
  }
  std::unique_ptr<Stream> wrap(tcp::socket socket) override {
    return std::make_unique<TlsStream>(std::move(socket), context_);
  }

 private:
  asio::ssl::context context_;
};

}  // namespace

std::unique_ptr<TlsContext> TlsContext::from_files(const std::string& certificate_file,
                                                   const std::string& key_file, const Secret& key) {
  return std::make_unique<OpenSslContext>(certificate_file, key_file, key);
}

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace toopher::server
