// SPDX-License-Identifier: Apache-2.0
// One thread for the digests of recovery codes: neither the loop nor the database waits for them.
#ifndef TOOPHER_SERVER_HTTP_HASHER_H
#define TOOPHER_SERVER_HTTP_HASHER_H

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <memory>

#include "server/service/slow_hashes.h"

namespace toopher::server {

/// Used from the loop's thread.
class Hasher {
 public:
  /// Resumes on the loop when they are computed. False, at once, when too many calls wait for theirs.
  boost::asio::awaitable<bool> compute(std::shared_ptr<SlowHashes> wanted);

 private:
  boost::asio::thread_pool pool_{1};
  std::size_t waiting_ = 0;
};

}  // namespace toopher::server

#endif
