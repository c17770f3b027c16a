// SPDX-License-Identifier: Apache-2.0
// Pairings: made by a phrase, allowed by the phone, ended by an administrator.
#ifndef TOOPHER_SERVER_SERVICE_PAIRINGS_H
#define TOOPHER_SERVER_SERVICE_PAIRINGS_H

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "device/decision.h"
#include "server/service/context.h"
#include "server/service/verification.h"

namespace toopher::server {

/// Asks the phone that shows `phrase` to become `user_name`'s. Scope enrol or admin. A user who has a factor already has to have
/// approved it: `authorization` is the proof (approvals.h).
/// Throws Refused: 400 for a wrong phrase, 403, 409 for a user with too many phones, 429 after too many wrong phrases.
Pairing create_pairing(Context& context, const Caller& caller, std::string_view phrase,
                       std::string_view user_name, std::string_view authorization = {});

/// Any scope; a pairing of a user in the caller's directory. Throws Refused (404).
Pairing read_pairing(Context& context, const Caller& caller, std::string_view id);

/// Ends it as expired if it is pending and its time is over, or the clock was set back to before it was made.
void expire_if_due(Context& context, Pairing& pairing);

/// Scope admin. Throws Refused: 403, 404.
Pairing deactivate_pairing(Context& context, const Caller& caller, std::string_view id);

/// The phone's answer; `credential` may come with "allow" (verification.h). What is allowed replaces an earlier pairing of
/// this device with the same user. Throws Refused: 404, 409 when it is decided already, 401 for a wrong signature, 400 for a
/// credential that does not hold.
Pairing decide_pairing(Context& context, const Device& device, std::string_view id, device::Choice choice,
                       std::string_view signature,
                       const std::optional<OfferedCredential>& credential = std::nullopt);

/// Throws Refused (409) for a user who has as many phones as one may have.
void require_room_for_phone(Context& context, std::string_view user_id);

/// The JSON text that the phone shows and signs.
std::string shown_pairing(Context& context, const Pairing& pairing);

/// In whatever state. Throws Refused (404) for one that is not this device's.
Pairing pairing_of_device(Context& context, const Device& device, std::string_view id);

/// What a pairing begins with.
struct NewPairing {
  std::string user_id;
  std::string requester_id;
  std::string device_id;  ///< empty: one will join
  bool further_allowed = false;
  Millis life = 0;
};

/// A pending pairing with a key of its own.
Pairing start_pairing(Context& context, const NewPairing& wanted);

void audit_pairing(Context& context, std::string_view event, const Pairing& pairing, std::string_view who);

/// Closes a pairing and wakes whoever waits for it; automation rules and other code apps that its phone made end with it.
void end_pairing(Context& context, const Pairing& pairing, PairingState state);

/// Pairings whose time is over become expired, `limit` of them. True if there may be more.
bool expire_pairings(Context& context, int limit);

/// Those of `pairings` that are enabled.
std::vector<Pairing> enabled_ones(std::span<const Pairing> pairings);

}  // namespace toopher::server

#endif
