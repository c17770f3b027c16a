// SPDX-License-Identifier: Apache-2.0
// What may end a call before its deadline: descriptors that become readable or hang up.
#ifndef TOOPHER_CLIENT_WATCH_H
#define TOOPHER_CLIENT_WATCH_H

#include <poll.h>

#include <vector>

#include "base/deadline.h"

namespace toopher::client {

struct Watch {
  std::vector<pollfd> items;  ///< events are POLLIN, POLLRDHUP or both
  /// How long a call may still go on after the watch was triggered. Above zero only where the answer is needed to
  /// clean up: the id of a push that may be on the phone already.
  Clock::Duration linger{0};

  /// Whether one of them has an event now.
  [[nodiscard]] bool triggered() const { return wait(Clock::Duration::zero()); }
  /// Waits up to `duration` for an event; true if one came.
  [[nodiscard]] bool wait(Clock::Duration duration) const;
};

}  // namespace toopher::client

#endif
