// SPDX-License-Identifier: Apache-2.0
// How often an account may make the server work, or the phone ring.
#ifndef TOOPHER_HELPER_RATE_LIMIT_H
#define TOOPHER_HELPER_RATE_LIMIT_H

#include <sys/types.h>

#include <map>
#include <mutex>
#include <utility>

#include "base/deadline.h"

namespace toopher::helper {

/// What a verb of the protocol costs its caller.
enum class Cost {
  nothing,
  ring,  ///< the phone rings: kRings at once, and one more each kRingEach
  look,  ///< the server looks something up, a code for instance: kLooks at once, and one more each kLookEach
};

/// Token buckets, one for each account and kind. Safe to be used by several threads.
class RateLimit {
 public:
  static constexpr double kRings = 5;
  static constexpr std::chrono::seconds kRingEach{12};
  static constexpr double kLooks = 10;
  static constexpr std::chrono::seconds kLookEach{6};

  /// `clock` must outlive the object.
  explicit RateLimit(const Clock& clock) : clock_(clock) {}

  /// Takes one of what the account has left; false if that is nothing.
  [[nodiscard]] bool take(uid_t uid, Cost cost);

 private:
  struct Bucket {
    double left;
    Clock::TimePoint at;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::pair<uid_t, Cost>, Bucket> buckets_;
};

}  // namespace toopher::helper

#endif
