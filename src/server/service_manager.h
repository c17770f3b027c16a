// SPDX-License-Identifier: Apache-2.0
// What a service manager is told: sd_notify(3)'s datagrams, without libsystemd. Nothing happens where nobody asked for them.
#ifndef TOOPHER_SERVER_SERVICE_MANAGER_H
#define TOOPHER_SERVER_SERVICE_MANAGER_H

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toopher::server {

class ServiceManager {
 public:
  /// Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID.
  ServiceManager();
  void ready() const { tell("READY=1"); }
  /// With the time at which it began, which Type=notify-reload wants; ready() ends it.
  void reloading() const;
  void stopping() const { tell("STOPPING=1"); }
  void alive() const { tell("WATCHDOG=1"); }
  /// How often alive() is to be called: half the time after which the manager takes the server for hung.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void tell(std::string_view state) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace toopher::server

#endif
