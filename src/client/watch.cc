// SPDX-License-Identifier: Apache-2.0
#include "client/watch.h"

#include <algorithm>
#include <cerrno>
#include <climits>

namespace toopher::client {

bool Watch::wait(Clock::Duration duration) const {
  const SteadyClock clock;
  const Deadline deadline = Deadline::after(clock, duration);
  std::vector<pollfd> polled = items;
  for (;;) {
    const auto left = std::min<Clock::Duration::rep>(deadline.remaining(clock).count(), INT_MAX);
    const int count = ::poll(polled.data(), polled.size(), static_cast<int>(left));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return true;
    if (deadline.expired(clock)) return false;
  }
}

}  // namespace toopher::client
