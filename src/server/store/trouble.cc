// SPDX-License-Identifier: Apache-2.0
#include "server/store/trouble.h"

#include <cerrno>
#include <cstdio>
#include <utility>

namespace toopher::server {

void Trouble::begins(const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (std::exchange(is_there_, true)) return;
  (void)std::fprintf(stderr, "%s: %s: %s; trying again\n", program_invocation_short_name, what_.c_str(),
                     why.c_str());
}

void Trouble::over() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!std::exchange(is_there_, false)) return;
  (void)std::fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what_.c_str(), end_.c_str());
}

}  // namespace toopher::server
