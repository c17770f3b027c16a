// SPDX-License-Identifier: Apache-2.0
// Parked polls: who waits for which request, pairing or device. Belongs to one loop, so there are no locks.
#ifndef TOOPHER_SERVER_HTTP_WAITERS_H
#define TOOPHER_SERVER_HTTP_WAITERS_H

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace toopher::server {

class Waiter;

class Waiters {
 public:
  /// Wakes everybody who waits for `topic`.
  void notify(const std::string& topic);
  /// Wakes everybody.
  void notify_all();
  /// From now on nobody waits: all are woken, and later ones are not parked at all.
  void drain();
  /// At most so many are parked at a time.
  void limit(std::size_t most) { most_ = most; }
  [[nodiscard]] std::size_t parked() const { return parked_.size(); }
  [[nodiscard]] bool draining() const { return draining_; }
  /// Whether more calls are parked for `topic`, or altogether, than one more connection should be spent on.
  [[nodiscard]] bool crowded(const std::string& topic) const;

 private:
  friend class Waiter;
  std::unordered_multimap<std::string, Waiter*> parked_;
  std::size_t most_ = SIZE_MAX;
  bool draining_ = false;
};

/// Registered while it lives: make it before reading the state, so that no change is missed in between.
class Waiter {
 public:
  Waiter(Waiters& waiters, const boost::asio::any_io_executor& executor, const std::string& topic);
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter();

  /// Returns after a notification since the last call, at `end`, or when stopped.
  boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point end);
  void notify();
  /// The peer has gone: waiting is over.
  void stop();
  /// No further waiting: stopped, or the server drains.
  [[nodiscard]] bool over() const { return stopped_ || waiters_.draining(); }

 private:
  Waiters& waiters_;
  std::unordered_multimap<std::string, Waiter*>::iterator place_;
  boost::asio::steady_timer timer_;
  bool notified_ = false;
  bool stopped_ = false;
};

}  // namespace toopher::server

#endif
