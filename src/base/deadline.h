// SPDX-License-Identifier: Apache-2.0
// Absolute points on the monotonic clock, so that waiting never restarts and never follows the wall clock.
#ifndef TOOPHER_BASE_DEADLINE_H
#define TOOPHER_BASE_DEADLINE_H

#include <algorithm>
#include <chrono>

namespace toopher {

/// The source of monotonic time; tests pass their own.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

/// CLOCK_MONOTONIC.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

/// One absolute end of waiting.
class Deadline {
 public:
  explicit Deadline(Clock::TimePoint at) : at_(at) {}
  static Deadline after(const Clock& clock, Clock::Duration duration) {
    return Deadline(clock.now() + duration);
  }
  [[nodiscard]] Clock::TimePoint at() const { return at_; }
  /// What is left, rounded up to a millisecond; never negative.
  [[nodiscard]] Clock::Duration remaining(const Clock& clock) const {
    return std::max(Clock::Duration::zero(), std::chrono::ceil<Clock::Duration>(at_ - clock.now()));
  }
  [[nodiscard]] bool expired(const Clock& clock) const { return clock.now() >= at_; }

 private:
  Clock::TimePoint at_;
};

}  // namespace toopher

#endif
