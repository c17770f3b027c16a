// SPDX-License-Identifier: Apache-2.0
// Whether the server can do its work: whether the database answers.
#ifndef TOOPHER_SERVER_HTTP_HEALTH_H
#define TOOPHER_SERVER_HTTP_HEALTH_H

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/store/store.h"

namespace toopher::server {

/// Used on one loop. However many ask, one question to the database is under way, and nobody waits longer than kPatience.
class Health {
 public:
  static constexpr std::chrono::seconds kPatience{2};

  /// The store must outlive it; its completions are called on the loop of `executor`.
  Health(Store& store, boost::asio::any_io_executor executor)
      : store_(store), executor_(std::move(executor)) {}
  /// Why the database cannot be used; empty: it answered.
  boost::asio::awaitable<std::string> check();

 private:
  struct Question {
    std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
    bool answered = false;
    std::string failure;
    std::vector<std::shared_ptr<boost::asio::steady_timer>> waiting;
  };
  void ask();

  Store& store_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Question> question_;  ///< the last one
};

}  // namespace toopher::server

#endif
