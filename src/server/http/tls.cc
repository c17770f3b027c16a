// SPDX-License-Identifier: Apache-2.0
// TLS through OpenSSL on the socket itself. asio::ssl::stream would keep two buffers of a record's size and a pair of
// memory BIOs for each connection; here a connection that waits has none.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>
#include <stdexcept>

#include "server/http/shared_buffer.h"
#include "server/http/stream.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

struct SslDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename Handle>
using SslHandle = std::unique_ptr<Handle, SslDeleter>;

/// The reason of the oldest error in OpenSSL's queue, which is empty then.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown error";
}

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, SSL_CTX* context) : socket_(std::move(socket)), ssl_(SSL_new(context)) {
    socket_.native_non_blocking(true);
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) {
      ERR_clear_error();
      throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl_.get());
  }

  asio::awaitable<bool> handshake() override {
    const int done = co_await complete([this] { return SSL_do_handshake(ssl_.get()); });
    co_return done == 1;
  }

  asio::awaitable<bool> read(std::string& input) override {
    const int size = co_await complete([this] {
      auto& buffer = shared_buffer();
      return SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    });
    if (size <= 0) co_return false;
    take_from_shared_buffer(static_cast<std::size_t>(size), input);
    co_return true;
  }

  asio::awaitable<bool> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const int size = co_await complete(
          [this, bytes] { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); });
      if (size <= 0) co_return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    co_return true;
  }

  PeerState look() override {
    char byte = 0;
    if (!socket_.is_open()) return PeerState::gone;
    ERR_clear_error();
    const int size = SSL_peek(ssl_.get(), &byte, 1);
    if (size > 0) return PeerState::sends;
    return SSL_get_error(ssl_.get(), size) == SSL_ERROR_WANT_READ ? PeerState::quiet : PeerState::gone;
  }

  void finish() override {
    if (!broken_ && socket_.is_open() && SSL_is_init_finished(ssl_.get()) == 1) {
      ERR_clear_error();
      (void)SSL_shutdown(ssl_.get());
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::socket& socket() override { return socket_; }

 private:
  /// Repeats a step of OpenSSL's each time that the socket is ready for what it lacks. Its result; not positive: it failed.
  template <typename Step>
  asio::awaitable<int> complete(Step step) {
    for (;;) {
      // The number of a closed descriptor may be somebody else's already.
      if (!socket_.is_open()) co_return 0;
      ERR_clear_error();
      const int result = step();
      if (result > 0) co_return result;
      const int lacks = SSL_get_error(ssl_.get(), result);
      error_code error;
      if (lacks == SSL_ERROR_WANT_READ) {
        co_await socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
      } else if (lacks == SSL_ERROR_WANT_WRITE) {
        co_await socket_.async_wait(tcp::socket::wait_write,
                                    asio::redirect_error(asio::use_awaitable, error));
      } else {
        // After these SSL_shutdown must not be called (SSL_get_error(3)).
        broken_ = lacks == SSL_ERROR_SSL || lacks == SSL_ERROR_SYSCALL;
        ERR_clear_error();
        co_return result;
      }
      if (error) co_return 0;
    }
  }

  tcp::socket socket_;
  SslHandle<SSL> ssl_;
  bool broken_ = false;
};

void use_certificate(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1)
    throw std::runtime_error("certificate " + file + " cannot be used: " + openssl_reason());
}

/// A passphrase would have to be asked for, so that there is none.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

void use_private_key(SSL_CTX* context, const std::string& file, const Secret& pem) {
  const SslHandle<BIO> bio(BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.size())));
  if (!bio) throw std::bad_alloc();
  const SslHandle<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) throw std::runtime_error("private-key " + file + " cannot be read: " + openssl_reason());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    throw std::runtime_error("private-key " + file +
                             " cannot be used with the certificate: " + openssl_reason());
}

class OpenSslContext final : public TlsContext {
 public:
  OpenSslContext(const std::string& certificate_file, const std::string& key_file, const Secret& key)
      : context_(SSL_CTX_new(TLS_server_method())) {
    if (!context_) throw std::bad_alloc();
    SSL_CTX* context = context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    use_certificate(context, certificate_file);
    use_private_key(context, key_file, key);
  }
  std::unique_ptr<Stream> wrap(tcp::socket socket) override {
    return std::make_unique<TlsStream>(std::move(socket), context_.get());
  }

 private:
  SslHandle<SSL_CTX> context_;
};

}  // namespace

std::unique_ptr<TlsContext> TlsContext::from_files(const std::string& certificate_file,
                                                   const std::string& key_file, const Secret& key) {
  return std::make_unique<OpenSslContext>(certificate_file, key_file, key);
}

}  // namespace toopher::server
