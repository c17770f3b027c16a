// SPDX-License-Identifier: Apache-2.0
#include "tools/authenticator_device.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>

#include "api/reason.h"
#include "base/text.h"
#include "device/seed.h"
#include "tools/failure.h"
#include "tools/terminal.h"

namespace toopher::tools {
namespace {

constexpr std::int64_t kToldClockError = 30;

std::string default_name() {
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0 || host.front() == '\0') return "terminal";
  return std::string("terminal on ") + host.data();
}

std::string absolute_path(const std::string& path) {
  if (path.empty()) return path;
  struct Free {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): realpath(3) gives memory of malloc
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> resolved(::realpath(path.c_str(), nullptr));
  if (!resolved) throw UsageError("--ca-file " + path + ": " + error_text(errno));
  return resolved.get();
}

DeviceState register_new(const Registration& wanted) {
  if (wanted.server.empty())
    throw UsageError(
        "This device is not set up yet. Name its server once: pair --server https://login.example.org");
  DeviceState state{Origin::parse(wanted.server),
                    absolute_path(wanted.ca_file),
                    wanted.name.empty() ? default_name() : wanted.name,
                    "",
                    crypto::PrivateKey::generate(),
                    crypto::PrivateKey::generate(),
                    {}};
  AuthenticatorApi api(state.origin, state.ca_file, "", state.signing_key);
  state.device_id = api.register_device(state.name, state.agreement_key);
  warn_about_clock(api);
  say("This device is now known to " + state.origin.text() + " as \"" + sanitize_for_display(state.name) +
      "\".\n");
  return state;
}

void require_same_device(const DeviceState& state, const Registration& wanted, const std::string& path) {
  if (!wanted.server.empty() && Origin::parse(wanted.server).text() != state.origin.text())
    throw UsageError("This device belongs to " + state.origin.text() +
                     ". For another server name another directory: " + "--state DIR (now " + path + ").");
  if (!wanted.name.empty() && wanted.name != state.name)
    throw UsageError("This device is known as \"" + sanitize_for_display(state.name) + "\" already.");
}

}  // namespace

Device Device::load(const StateDirectory& directory) {
  std::optional<DeviceState> state = directory.load();
  if (!state)
    throw Failure("This device is not set up yet (" + directory.path() +
                  "). Begin with: toopher-authenticator pair --server https://login.example.org");
  return Device(directory, std::move(*state));
}

Device Device::load_or_register(const StateDirectory& directory, const Registration& wanted) {
  const StateDirectory::Lock lock = directory.lock();
  std::optional<DeviceState> state = directory.load();
  if (state) {
    require_same_device(*state, wanted, directory.path());
    if (!wanted.ca_file.empty()) state->ca_file = absolute_path(wanted.ca_file);
  } else {
    state.emplace(register_new(wanted));
  }
  directory.save(*state, lock);
  return Device(directory, std::move(*state));
}

AuthenticatorApi Device::connect() const {
  return AuthenticatorApi(state_.origin, state_.ca_file, state_.device_id, state_.signing_key);
}

void Device::change(const std::function<void(DeviceState&)>& what) {
  const StateDirectory::Lock lock = directory_.lock();
  reload_pairings();
  what(state_);
  directory_.save(state_, lock);
}

void Device::reload_pairings() {
  std::optional<DeviceState> fresh = directory_.load();
  if (!fresh || fresh->device_id != state_.device_id)
    throw Failure(directory_.path() + " was replaced meanwhile; start again.");
  state_.pairings = std::move(fresh->pairings);
}

bool Device::knows_pairing(const std::string& id) {
  if (state_.find(id) == nullptr) reload_pairings();
  return state_.find(id) != nullptr;
}

void Device::allow(AuthenticatorApi& api, const PendingPairing& pairing, const ShownPairing& shown) {
  const auto made = [&](bool confirmed) {
    Secret seed = device::agree_on_seed(state_.agreement_key, shown.server_key, pairing.id,
                                        state_.agreement_key.public_point(), shown.server_key.point());
    return DevicePairing{pairing.id,      shown.user,       shown.requester,
                         std::move(seed), api.server_now(), confirmed};
  };
  if (!knows_pairing(pairing.id)) change([&](DeviceState& state) { state.put(made(false)); });
  try {
    if (!api.answer_pairing(pairing, device::Choice::allow).enabled)
      throw Refused(200, "The server took the answer but did not make the pairing valid.");
  } catch (const Refused&) {
    settle(api.pairings());
    throw;
  } catch (const Unreachable& error) {
    throw Unreachable(
        std::string(error.what()) +
        "\nWhether the server got the answer is not known; toopher-authenticator list will tell.");
  }
  change([&](DeviceState& state) { state.put(made(true)); });
}

void Device::settle(const std::vector<ServerPairing>& at_server) {
  if (std::all_of(state_.pairings.begin(), state_.pairings.end(),
                  [](const DevicePairing& p) { return p.confirmed; }))
    return;
  const auto is_at_server = [&](const std::string& id) {
    return std::any_of(at_server.begin(), at_server.end(),
                       [&](const ServerPairing& p) { return p.id == id && p.enabled; });
  };
  change([&](DeviceState& state) {
    for (DevicePairing& pairing : state.pairings) pairing.confirmed |= is_at_server(pairing.id);
    std::erase_if(state.pairings, [](const DevicePairing& pairing) { return !pairing.confirmed; });
  });
}

void warn_about_clock(const AuthenticatorApi& api) {
  const std::int64_t error = api.clock_error().value_or(0);
  if (std::abs(error) <= kToldClockError) return;
  complain("The clock of this machine is " + std::to_string(std::abs(error)) + " seconds " +
           (error < 0 ? "behind" : "ahead of") +
           " the server's. One-time codes will be wrong until it is set.");
}

int decide_and_report(AuthenticatorApi& api, const PendingRequest& request, device::Choice choice,
                      const std::string& number, int remember_days) {
  const Decided decided = api.decide(request, choice, number, remember_days);
  if (choice == device::Choice::allow) {
    if (decided.granted) {
      say("Allowed: the login is granted.\n");
      if (remember_days != 0)
        say("The same is allowed for " + std::to_string(remember_days) +
            (remember_days == 1 ? " day" : " days") + "; to end that: toopher-authenticator rules\n");
      return exit_status::kOk;
    }
    say(decided.reason_code == api::reason::kWrongNumber
            ? "Not granted: the number was wrong. The request is over; log in again for a new one.\n"
            : "Not granted: " + decided.reason + "\n");
    return exit_status::kFailed;
  }
  if (decided.granted)
    throw Failure("The server says that the request is granted although it was denied here.");
  say(choice == device::Choice::not_me ? "Denied, and reported: this was not you.\n" : "Denied.\n");
  return exit_status::kOk;
}

bool is_number_of(const std::string& number, unsigned digits) {
  return number.size() == digits && number.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace toopher::tools
