// SPDX-License-Identifier: Apache-2.0
// Many keep-alive connections to one server on loopback, each with one request under way, driven by one epoll loop.
#ifndef TOOPHER_BENCH_LOAD_CLIENT_H
#define TOOPHER_BENCH_LOAD_CLIENT_H

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toopher::bench {

struct Reply {
  int status = 0;
  std::string_view body;  ///< valid during the call that gets it
};

/// What the connections say.
class Script {
 public:
  virtual ~Script() = default;
  /// The next whole HTTP request of connection number `connection`, which has got `reply` (nullptr: it was just opened).
  /// Nothing: the connection has done its part. The text stays valid until the next call for the same connection.
  virtual std::optional<std::string_view> next(std::size_t connection, const Reply* reply) = 0;
};

struct Load {
  std::size_t replies = 0;
  double wall = 0;  ///< seconds
  double cpu = 0;   ///< seconds of the server: user and system time of all its threads
};

/// Runs the script over `connections` connections to 127.0.0.1:port until each has done its part. `server`: the process
/// whose time is measured. Throws std::runtime_error if the server hangs up.
Load run_load(Script& script, std::uint16_t port, std::size_t connections, pid_t server);

}  // namespace toopher::bench

#endif
