// SPDX-License-Identifier: Apache-2.0
// The server's end of the admin socket: HTTP/1.1 for root and the server's own user, as the kernel names them.
#ifndef TOOPHER_SERVER_ADMIN_SOCKET_H
#define TOOPHER_SERVER_ADMIN_SOCKET_H

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <set>
#include <string>

#include "server/http/message.h"

namespace toopher::server::admin {

struct SocketCall {
  std::string method;
  std::string path;
  std::string body;
  uid_t uid;  ///< who asks
};

class SocketSession;

class Socket {
 public:
  using Answerer = std::function<boost::asio::awaitable<Response>(const SocketCall&, Peer&)>;

  /// Listens at `path`, mode 0600. Its directory is made (0700) if it is not there, and must belong to root or this user and
  /// be nobody else's to write. A socket that a dead server left is replaced, a living one's is not. Throws FileError,
  /// boost::system::system_error or std::runtime_error.
  Socket(boost::asio::io_context& loop, const std::string& path, Answerer answerer);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  /// Removes the socket from its directory.
  ~Socket();

  void start();
  /// Accepts nobody any more, and ends connections after their answer.
  void drain();
  /// Cuts every connection off.
  void close_all();

 private:
  friend class SocketSession;
  boost::asio::awaitable<void> accept_loop();

  boost::asio::io_context& loop_;
  std::string path_;
  ino_t inode_ = 0;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  Answerer answerer_;
  std::set<SocketSession*> sessions_;
  bool draining_ = false;
};

}  // namespace toopher::server::admin

#endif
