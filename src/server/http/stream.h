// SPDX-License-Identifier: Apache-2.0
// Bytes in and out of a connection, plain or through TLS, so that everything above is written and compiled once.
//
// A stream that waits keeps no buffer: bytes are read into one that all streams of the thread share, and copied from there.
#ifndef TOOPHER_SERVER_HTTP_STREAM_H
#define TOOPHER_SERVER_HTTP_STREAM_H

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::server {

/// What a look at the incoming bytes says about the other end.
enum class PeerState {
  quiet,  ///< nothing has come; more may
  sends,  ///< bytes are there to be read
  gone    ///< it has closed, or the connection is broken
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// False if TLS could not be agreed on.
  virtual boost::asio::awaitable<bool> handshake() = 0;
  /// Appends to `input` what has come, after waiting for something. False at the end of the stream, after an error, or when
  /// the socket's operations were cancelled.
  virtual boost::asio::awaitable<bool> read(std::string& input) = 0;
  /// False if not everything could be written.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  /// Without waiting and without taking anything away.
  virtual PeerState look() = 0;
  /// No further bytes will come from here; says goodbye first (TLS close_notify). Does not wait.
  virtual void finish() = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

/// Certificate chain and key; makes the streams of a listener.
class TlsContext {
 public:
  /// TLS 1.2 and 1.3, without renegotiation, compression and resumption: a session that might be resumed costs memory, and
  /// hosts keep their connections. `key` is what `key_file` holds. Throws std::runtime_error naming the file.
  static std::unique_ptr<TlsContext> from_files(const std::string& certificate_file,
                                                const std::string& key_file, const Secret& key);
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<Stream> wrap(boost::asio::ip::tcp::socket socket) = 0;
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket socket);

}  // namespace toopher::server

#endif
