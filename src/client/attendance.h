// SPDX-License-Identifier: Apache-2.0
// Whether this process ran while it seemed to wait. Whoever starts sudo can stop what runs under it (Ctrl-Z, a frozen or
// throttled cgroup, the idle scheduling class), and a deadline that passed meanwhile says nothing about the server.
#ifndef TOOPHER_CLIENT_ATTENDANCE_H
#define TOOPHER_CLIENT_ATTENDANCE_H

#include <algorithm>

#include "base/deadline.h"

namespace toopher::client {

class Attendance {
 public:
  /// Waits are cut into pieces of this length, so that one cannot hide that the process was stopped.
  static constexpr Clock::Duration kPiece{200};

  explicit Attendance(const Clock& clock) : clock_(clock), begun_(clock.now()) {}

  void begin() {
    begun_ = clock_.now();
    waited_ = {};
  }
  /// Runs `wait`, which should take `planned` at most; returns what it returns.
  template <class Wait>
  auto during(Clock::Duration planned, Wait wait) {
    const auto from = clock_.now();
    const auto result = wait();
    waited_ += std::min<Clock::TimePoint::duration>(planned, clock_.now() - from);
    return result;
  }
  /// Time since begin() that was no waiting: the work itself, and whatever kept this process from it.
  [[nodiscard]] Clock::Duration absent() const {
    return std::chrono::duration_cast<Clock::Duration>(clock_.now() - begun_ - waited_);
  }

 private:
  const Clock& clock_;
  Clock::TimePoint begun_;
  Clock::TimePoint::duration waited_{0};
};

}  // namespace toopher::client

#endif
