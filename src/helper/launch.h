// SPDX-License-Identifier: Apache-2.0
// Starting toopher-helper from a host process or a tool.
#ifndef TOOPHER_HELPER_LAUNCH_H
#define TOOPHER_HELPER_LAUNCH_H

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "base/deadline.h"
#include "base/spawn.h"
#include "helper/channel.h"

namespace toopher::helper {

inline constexpr const char* kInstalledHelper = LIBEXECDIR "/toopher-helper";

/// No helper to talk to. what() is a sentence for the log; kind() is a word of `failure`: config or internal,
/// never unreachable, because whoever logs in could bring this about.
class LaunchError : public std::runtime_error {
 public:
  LaunchError(std::string_view kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] const std::string& kind() const { return kind_; }

 private:
  std::string kind_;
};

/// A helper that has greeted: a child, or (Child() then) the service. Move-only. The destructor hangs up and lets a child
/// withdraw a pending push, which takes it a second at most; then it is killed, and always reaped. The service does so by
/// itself.
class HelperProcess {
 public:
  HelperProcess(Child child, LineChannel channel);
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;
  HelperProcess(HelperProcess&& other) noexcept;
  HelperProcess& operator=(HelperProcess&&) = delete;
  ~HelperProcess();

  [[nodiscard]] LineChannel& channel() { return *channel_; }
  /// What the file of `pairing_of` says (launch()); "": nothing.
  [[nodiscard]] const std::string& pairing_id() const { return pairing_id_; }
  void set_pairing_id(std::string_view id) { pairing_id_ = id; }

 private:
  Child child_;
  std::optional<LineChannel> channel_;
  std::string pairing_id_;
};

/// Waits for the helper's greeting: `ready`, or why there is none that this side understands.
[[nodiscard]] std::variant<LaunchError, Message> await_greeting(LineChannel& channel,
                                                                const Deadline& deadline);

/// Spawns `program` with `--config config_file` (and `--pairing-of pairing_of`, unless empty) and an empty environment, and waits for `ready` until
/// `deadline`. The program must be root's and not writable by others (hosts: a local user must not choose
/// it); another path than kInstalledHelper, and a program of the caller's own, is accepted only where
/// caller_may_own_files(). Throws LaunchError. `clock` must outlive the result.
[[nodiscard]] HelperProcess launch(const std::string& config_file, const Deadline& deadline,
                                   const Clock& clock, const std::string& program = kInstalledHelper,
                                   const std::string& pairing_of = {});

}  // namespace toopher::helper

#endif
