// SPDX-License-Identifier: Apache-2.0
#include "server/store/trouble.h"

#include <utility>

#include "server/log.h"

namespace toopher::server {

void Trouble::begins(const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::exchange(is_there_, true)) return;
  log(LogLevel::error, "trouble", what_ + ": " + why + "; trying again");
}

void Trouble::over() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!std::exchange(is_there_, false)) return;
  log(LogLevel::notice, "trouble over", what_ + ": " + end_);
}

}  // namespace toopher::server
