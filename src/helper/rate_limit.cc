// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit.h"

#include <algorithm>

namespace toopher::helper {

bool RateLimit::take(uid_t uid, Cost cost) {
  if (cost == Cost::nothing) return true;
  const double most = cost == Cost::ring ? kRings : kLooks;
  const Clock::Duration each = cost == Cost::ring ? kRingEach : kLookEach;
  const auto now = clock_.now();
  const std::lock_guard<std::mutex> lock(mutex_);
  Bucket& bucket = buckets_.try_emplace({uid, cost}, Bucket{most, now}).first->second;
  bucket.left = std::min(most, bucket.left + std::chrono::duration<double>(now - bucket.at) / each);
  bucket.at = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

}  // namespace toopher::helper
