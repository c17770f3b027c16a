// SPDX-License-Identifier: Apache-2.0
// The time that rules are told.
#ifndef TOOPHER_SERVER_WALL_CLOCK_H
#define TOOPHER_SERVER_WALL_CLOCK_H

#include <chrono>

#include "server/store/records.h"

namespace toopher::server {

inline Millis wall_clock() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace toopher::server

#endif
