// SPDX-License-Identifier: Apache-2.0
// This device: its state on disk, and what it does to pairings and requests by way of its server.
#ifndef TOOPHER_TOOLS_AUTHENTICATOR_DEVICE_H
#define TOOPHER_TOOLS_AUTHENTICATOR_DEVICE_H

#include <functional>
#include <string>
#include <vector>

#include "device/decision.h"
#include "tools/authenticator_api.h"
#include "tools/device_state.h"
#include "tools/shown.h"

namespace toopher::tools {

/// What the person gave on the command line of `pair`; empty texts were not given.
struct Registration {
  std::string server;
  std::string name;
  std::string ca_file;
};

class Device {
 public:
  /// Throws Failure where this device was not set up yet.
  static Device load(const StateDirectory& directory);
  /// As load(); a device that was not set up yet makes its keys and registers. Throws UsageError where
  /// `wanted` asks for something else than what is set up.
  static Device load_or_register(const StateDirectory& directory, const Registration& wanted);

  [[nodiscard]] const DeviceState& state() const { return state_; }
  [[nodiscard]] const StateDirectory& directory() const { return directory_; }
  /// A connection of its own; must not outlive this.
  [[nodiscard]] AuthenticatorApi connect() const;

  /// Whether this device has that pairing, also one that another process made meanwhile.
  [[nodiscard]] bool knows_pairing(const std::string& id);
  /// The seed is on disk before the server learns the answer, so that no crash leaves a pairing without
  /// codes.
  void allow(AuthenticatorApi& api, const PendingPairing& pairing, const ShownPairing& shown);
  /// Pairings whose answer got lost are settled by what the server has.
  void settle(const std::vector<ServerPairing>& at_server);

 private:
  Device(StateDirectory directory, DeviceState state)
      : directory_(std::move(directory)), state_(std::move(state)) {}
  void change(const std::function<void(DeviceState&)>& what);
  void reload_pairings();

  StateDirectory directory_;
  DeviceState state_;
};

/// Tells the person where this machine's clock is wrong, as far as the server's time is known.
void warn_about_clock(const AuthenticatorApi& api);

/// Sends the decision and says what came of it. The exit status: kOk where it is what was decided.
int decide_and_report(AuthenticatorApi& api, const PendingRequest& request, device::Choice choice,
                      const std::string& number, int remember_days = 0);

/// Whether `number` is what a person may type for a request that asks for that many digits.
[[nodiscard]] bool is_number_of(const std::string& number, unsigned digits);

}  // namespace toopher::tools

#endif
