// SPDX-License-Identifier: Apache-2.0
// Phones: registering, showing a phrase, and what waits for an answer.
#ifndef TOOPHER_SERVER_SERVICE_DEVICES_H
#define TOOPHER_SERVER_SERVICE_DEVICES_H

#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "server/service/context.h"

namespace toopher::server {

/// `address` is where the call came from; too many new devices of one address are refused (429). Also throws Refused
/// (400) for unusable names.
Device register_device(Context& context, std::string_view name, std::string_view platform,
                       const crypto::PublicKey& signing_key, const crypto::PublicKey& agreement_key,
                       std::string_view address);

/// A new phrase for the device; the last one is worth nothing then. It lives rules::kPhraseLife.
std::string new_phrase(Context& context, const Device& device);

struct PendingPairing {
  Pairing pairing;
  std::string shown;
};

struct PendingRequest {
  AuthenticationRequest request;
  std::string pairing_id;
  std::string shown;
  std::size_t others_pending = 0;
  int longest_rule = 0;  ///< days that an automation rule for it may last; 0: there may be none
};

struct PendingList {
  std::vector<PendingPairing> pairings;
  std::vector<PendingRequest> requests;
  /// When the first of them expires; 0 if the list is empty.
  [[nodiscard]] Millis first_expiry() const;
};

PendingList pending_for(Context& context, const Device& device);

/// The device's pairings that were allowed, deactivated ones included.
std::vector<Pairing> allowed_pairings(Context& context, const Device& device);

}  // namespace toopher::server

#endif
