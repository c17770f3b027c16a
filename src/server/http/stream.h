// SPDX-License-Identifier: Apache-2.0
// Bytes in and out of a connection, plain or through TLS, so that everything above is written and compiled once.
#ifndef TOOPHER_SERVER_HTTP_STREAM_H
#define TOOPHER_SERVER_HTTP_STREAM_H

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "base/secret.h"

namespace toopher::server {

class Stream {
 public:
  virtual ~Stream() = default;
  /// False if TLS could not be agreed on.
  virtual boost::asio::awaitable<bool> handshake() = 0;
  /// 0 at the end of the stream or after an error.
  virtual boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer) = 0;
  /// False if not everything could be written.
  virtual boost::asio::awaitable<bool> write(boost::asio::const_buffer bytes) = 0;
  /// Says goodbye (TLS close_notify).
  virtual boost::asio::awaitable<void> shutdown() = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

/// Certificate chain and key; makes the streams of a listener. Without TLS it is empty.
class TlsContext {
 public:
  /// `key` is what `key_file` holds. Throws std::runtime_error naming the file.
  static std::unique_ptr<TlsContext> from_files(const std::string& certificate_file,
                                                const std::string& key_file, const Secret& key);
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<Stream> wrap(boost::asio::ip::tcp::socket socket) = 0;
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);

}  // namespace toopher::server

#endif
