// SPDX-License-Identifier: Apache-2.0
// A lasting trouble is told once when it begins, and once when it is over.
#ifndef TOOPHER_SERVER_STORE_TROUBLE_H
#define TOOPHER_SERVER_STORE_TROUBLE_H

#include <mutex>
#include <string>
#include <utility>

namespace toopher::server {

/// Used by any thread. Tells the log.
class Trouble {
 public:
  /// `what` is the beginning of both lines, `end` what is told at the end.
  Trouble(std::string what, std::string end) : what_(std::move(what)), end_(std::move(end)) {}
  void begins(const std::string& why);
  void over();

 private:
  std::string what_;
  std::string end_;
  std::mutex mutex_;
  bool is_there_ = false;
};

}  // namespace toopher::server

#endif
