// SPDX-License-Identifier: Apache-2.0
// Two threads for what calls do after their commit: drawing pictures, and running the operator's programs.
#ifndef TOOPHER_SERVER_HTTP_ERRANDS_H
#define TOOPHER_SERVER_HTTP_ERRANDS_H

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>

#include "server/http/answer.h"

namespace toopher::server {

/// Used from the loop's thread.
class Errands {
 public:
  /// The answer's errand, done, or the answer itself if it has none. 429, at once, when too many wait for theirs.
  boost::asio::awaitable<Answer> finish(Answer answer);

 private:
  boost::asio::thread_pool pool_{2};
  std::size_t waiting_ = 0;
};

}  // namespace toopher::server

#endif
