// SPDX-License-Identifier: Apache-2.0
#include "server/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include "base/text.h"
#include "base/unique_fd.h"

namespace toopher::server {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

ServiceManager::ServiceManager() : socket_(environment("NOTIFY_SOCKET")) {
  const std::string pid = environment("WATCHDOG_PID");
  if (!pid.empty() && pid != std::to_string(::getpid())) return;
  constexpr std::uint64_t kHour = 3'600'000'000;
  const auto microseconds = parse_decimal(environment("WATCHDOG_USEC"), kHour);
  if (microseconds && *microseconds > 0)
    watchdog_ = std::chrono::microseconds(std::max<std::uint64_t>(*microseconds / 2, 1));
}

void ServiceManager::reloading() const {
  constexpr std::int64_t kMicrosecondsOfSecond = 1'000'000;
  constexpr std::int64_t kNanosecondsOfMicrosecond = 1'000;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t microseconds =
      now.tv_sec * kMicrosecondsOfSecond + now.tv_nsec / kNanosecondsOfMicrosecond;
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void ServiceManager::tell(std::string_view state) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // the abstract namespace of unix(7)
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  (void)::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace toopher::server
