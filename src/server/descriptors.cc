// SPDX-License-Identifier: Apache-2.0
#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

#include "server/log.h"

namespace toopher::server {

std::size_t possible_connections(std::size_t wanted) {
  constexpr rlim_t kOthers = 64;  // database, loop, log
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted + kOthers) {
    limit.rlim_cur = std::min<rlim_t>(wanted + kOthers, limit.rlim_max);
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
  }
  const auto left = static_cast<std::size_t>(std::max(limit.rlim_cur, 2 * kOthers) - kOthers);
  if (left < wanted) {
    log(LogLevel::warning, "few descriptors",
        "max-connections is " + std::to_string(left) + " instead of " + std::to_string(wanted) +
            ": the system allows this process " + std::to_string(limit.rlim_cur) +
            " open files; raise LimitNOFILE of its unit, or ulimit -Hn");
  }
  return std::min(left, wanted);
}

}  // namespace toopher::server
