// SPDX-License-Identifier: Apache-2.0
#include "server/service/devices.h"

#include <algorithm>
#include <set>

#include "base/random.h"
#include "server/service/automation.h"
#include "server/service/pairings.h"
#include "server/service/phrase.h"
#include "server/service/requests.h"
#include "server/service/rules.h"
#include "server/service/transitions.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "device";

void list_requests(Context& context, const Pairing& pairing, std::set<std::string>& seen, PendingList& list) {
  auto pending = context.store.pending_requests(pairing.user_id);
  for (auto& request : pending) expire_if_due(context, request);
  std::erase_if(pending, [](const AuthenticationRequest& r) { return r.state != RequestState::pending; });
  for (AuthenticationRequest& request : pending) {
    if (!request.pairing_id.empty() && request.pairing_id != pairing.id) continue;
    if (!seen.insert(request.id).second) continue;
    std::string shown = shown_request(context, request, pairing.id);
    const auto requester = context.store.requester_by_id(request.requester_id);
    const int days = requester ? longest_rule(*requester, request) : 0;
    list.requests.push_back({std::move(request), pairing.id, std::move(shown), pending.size() - 1, days});
  }
}

}  // namespace

Device register_device(Context& context, std::string_view name, std::string_view platform,
                       const crypto::PublicKey& signing_key, const crypto::PublicKey& agreement_key,
                       std::string_view address) {
  require_text(name, "name", rules::kMaxName);
  require_text(platform, "platform", rules::kMaxName);
  if (context.store.count_tries(kTries, address, context.now - rules::kNewDeviceWindow) >=
      rules::kMaxNewDevices) {
    refuse(429, "Too many new devices from this address; try again in a minute.");
  }
  context.store.insert_try(kTries, address, context.now);
  Device device{random_uuid(),       std::string(name),     std::string(platform),
                signing_key.point(), agreement_key.point(), context.now};
  context.store.insert_device(device);
  audit(context, "device registered", {{"device", device.id}, {"name", name}, {"address", address}});
  return device;
}

std::string new_phrase(Context& context, const Device& device) {
  constexpr int kDraws = 8;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::string phrase = random_phrase();
    if (context.store.set_phrase(device.id, phrase, context.now + rules::kPhraseLife)) return phrase;
  }
  refuse(503, "No pairing phrase is free; try again.");
}

Millis PendingList::first_expiry() const {
  Millis first = 0;
  const auto earliest = [&first](Millis expires) { first = first == 0 ? expires : std::min(first, expires); };
  for (const auto& entry : pairings) earliest(entry.pairing.expires);
  for (const auto& entry : requests) earliest(entry.request.expires);
  return first;
}

PendingList pending_for(Context& context, const Device& device) {
  PendingList list;
  std::set<std::string> seen;
  for (Pairing& pairing : context.store.pairings_of_device(device.id)) {
    if (pairing.state == PairingState::enabled) list_requests(context, pairing, seen, list);
    expire_if_due(context, pairing);
    if (pairing.state == PairingState::pending) {
      std::string shown = shown_pairing(context, pairing);
      list.pairings.push_back({std::move(pairing), std::move(shown)});
    }
  }
  return list;
}

std::vector<Pairing> allowed_pairings(Context& context, const Device& device) {
  auto pairings = context.store.pairings_of_device(device.id);
  std::erase_if(pairings, [](const Pairing& pairing) {
    return pairing.state != PairingState::enabled && pairing.state != PairingState::deactivated;
  });
  return pairings;
}

}  // namespace toopher::server
