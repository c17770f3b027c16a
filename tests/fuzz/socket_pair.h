// SPDX-License-Identifier: Apache-2.0
// A connection whose other end has said all that it will say.
#ifndef TOOPHER_TESTS_FUZZ_SOCKET_PAIR_H
#define TOOPHER_TESTS_FUZZ_SOCKET_PAIR_H

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "fuzz/targets.h"

namespace toopher::fuzz {

struct SocketPair {
  SocketPair() {
    int both[2];
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both) == 0,
            "there are sockets");
    ours.reset(both[0]);
    theirs.reset(both[1]);
  }

  /// The other end says this and no more; it still takes what it is told. What the socket has no room for is left out.
  void say_and_end(std::string_view words) {
    (void)::send(theirs.get(), words.data(), words.size(), MSG_NOSIGNAL);
    ::shutdown(theirs.get(), SHUT_WR);
  }

  /// What the other end was told.
  std::string heard() {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t size = 0; (size = ::recv(theirs.get(), part.data(), part.size(), 0)) > 0;)
      all.append(part.data(), static_cast<std::size_t>(size));
    return all;
  }

  UniqueFd ours;
  UniqueFd theirs;
};

}  // namespace toopher::fuzz

#endif
