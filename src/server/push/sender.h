// SPDX-License-Identifier: Apache-2.0
// A thread that sends small messages by HTTP, tries again while they are worth it, and makes nobody wait.
#ifndef TOOPHER_SERVER_PUSH_SENDER_H
#define TOOPHER_SERVER_PUSH_SENDER_H

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/push/outcome.h"
#include "server/push/transfer.h"

namespace toopher::server::push {

/// How a message ended.
struct Result {
  Outcome outcome = Outcome::accepted;
  int status = 0;   ///< of the last answer; 0: there was none
  std::string why;  ///< for people; empty when it was accepted or withdrawn
};

struct Outgoing {
  std::string recipient;  ///< messages to one wait for each other's Retry-After
  std::string subject;    ///< messages of one subject to one recipient go in order
  bool ends = false;      ///< takes back the one before: if that was not sent yet, neither is
  std::chrono::steady_clock::time_point until;  ///< then it is worth nothing
  /// Called on the sender's thread for each try, with the whole seconds that are left (at least 1). Nothing: it is not
  /// wanted any more.
  std::function<std::optional<HttpPost>(std::chrono::seconds left)> make;
  /// Called on the sender's thread, once; not for what the sender's end cuts off.
  std::function<void(const Result&)> done;
};

class Sender {
 public:
  /// Throws std::runtime_error.
  Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  /// What was never tried, or is under way, has one second more.
  ~Sender();

  /// Queues it; returns at once. Safe from every thread.
  void send(Outgoing outgoing);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace toopher::server::push

#endif
