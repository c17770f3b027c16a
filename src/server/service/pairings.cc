// SPDX-License-Identifier: Apache-2.0
#include "server/service/pairings.h"

#include <algorithm>
#include <iterator>

#include "api/approved_action.h"
#include "api/json.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "device/seed.h"
#include "server/service/approvals.h"
#include "server/service/automation.h"
#include "server/service/code_apps.h"
#include "server/service/rules.h"
#include "server/service/shown.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "phrase";

/// As people type it: other case and further blanks are no other phrase.
std::string normalised_phrase(std::string_view typed) {
  std::string phrase;
  for (const std::string_view word : split(trim(typed), ' ')) {
    if (word.empty()) continue;
    if (!phrase.empty()) phrase += ' ';
    phrase += to_lower_ascii(word);
  }
  return phrase;
}

std::string device_of_phrase(Context& context, const Caller& caller, std::string_view typed) {
  const Millis since = context.now - rules::kWrongPhraseWindow;
  if (context.store.count_tries(kTries, caller.id, since) >= rules::kMaxWrongPhrases) {
    refuse(429, "Too many wrong pairing phrases; try again in some minutes.");
  }
  auto device = context.store.take_phrase(normalised_phrase(typed), context.now);
  if (device) return *device;
  context.store.insert_try(kTries, caller.id, context.now);
  throw Refused(api::unknown_phrase());
}

void enable(Context& context, const Device& device, const Pairing& pairing) {
  const auto own = crypto::PrivateKey::from_pkcs8(context.store.pairing_agreement_key(pairing.id).view());
  const auto peer = crypto::PublicKey::from_point(device.agreement_key);
  if (!own || !peer) throw StoreError("database: the keys of a pairing are damaged");
  const Secret seed =
      device::agree_on_seed(*own, *peer, pairing.id, device.agreement_key, pairing.server_point);
  context.store.enable_pairing(pairing, seed, context.now);
  context.store.notify(pairing.id);
  context.store.notify(device.id);
}

/// What a phone is asked it is asked once, and by the pairing that it was given last.
void replace_earlier(Context& context, const Device& device, const Pairing& pairing) {
  for (const Pairing& earlier : enabled_ones(context.store.pairings_of_user(pairing.user_id))) {
    if (earlier.device_id != device.id) continue;
    end_pairing(context, earlier, PairingState::deactivated);
    audit_pairing(context, "pairing replaced", earlier, device.name);
  }
}

}  // namespace

std::vector<Pairing> enabled_ones(std::span<const Pairing> pairings) {
  std::vector<Pairing> enabled;
  std::copy_if(pairings.begin(), pairings.end(), std::back_inserter(enabled),
               [](const Pairing& pairing) { return pairing.state == PairingState::enabled; });
  return enabled;
}

void audit_pairing(Context& context, std::string_view event, const Pairing& pairing, std::string_view who) {
  const auto user = context.store.user_by_id(pairing.user_id);
  audit(context, event,
        {{"pairing", pairing.id},
         {"user", user ? user->name : ""},
         {"device", pairing.device_id},
         {"by", who}});
}

Pairing start_pairing(Context& context, const NewPairing& wanted) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  Pairing pairing;
  pairing.id = random_uuid();
  pairing.user_id = wanted.user_id;
  pairing.requester_id = wanted.requester_id;
  pairing.device_id = wanted.device_id;
  pairing.further_allowed = wanted.further_allowed;
  pairing.server_point = key.public_point();
  pairing.created = pairing.modified = context.now;
  pairing.expires = context.now + wanted.life;
  context.store.insert_pairing(pairing, key.to_pkcs8());
  return pairing;
}

Pairing create_pairing(Context& context, const Caller& caller, std::string_view phrase,
                       std::string_view user_name, std::string_view authorization) {
  require_enrol_or_admin(caller);
  require_text(phrase, "pairing_phrase", rules::kMaxName);
  const auto known = user_named(context, caller, user_name);
  const bool further = known && has_factor(context, known->id);
  std::string approval;
  if (known)
    approval = require_approval(context, caller, *known, api::approved_action::kPairAnother, authorization);
  if (known) require_room_for_phone(context, known->id);
  const std::string device_id = device_of_phrase(context, caller, phrase);
  use_up(context, approval);
  const User user = user_named_or_new(context, caller, user_name);
  Pairing pairing = start_pairing(context, {user.id, caller.id, device_id,
                                            further || caller.scopes.has(Scope::admin), rules::kPairingLife});
  context.store.notify(device_id);
  context.store.announce({.occasion = Occasion::pairing,
                          .id = pairing.id,
                          .user_id = pairing.user_id,
                          .device_id = device_id,
                          .expires = pairing.expires});
  audit_pairing(context, further ? "further pairing asked for" : "pairing asked for", pairing, caller.name);
  return pairing;
}

Pairing read_pairing(Context& context, const Caller& caller, std::string_view id) {
  auto pairing = context.store.pairing_by_id(id);
  if (!pairing || !user_by_id(context, caller, pairing->user_id)) refuse(404, "No such pairing.");
  expire_if_due(context, *pairing);
  return *pairing;
}

void expire_if_due(Context& context, Pairing& pairing) {
  const bool from_the_future = context.now + rules::kClockSkew < pairing.created;
  if (pairing.state != PairingState::pending || (context.now < pairing.expires && !from_the_future)) return;
  end_pairing(context, pairing, PairingState::expired);
  pairing.state = PairingState::expired;
}

Pairing deactivate_pairing(Context& context, const Caller& caller, std::string_view id) {
  require_scope(caller, Scope::admin, "admin");
  Pairing pairing = read_pairing(context, caller, id);
  if (pairing.state == PairingState::enabled || pairing.state == PairingState::pending) {
    end_pairing(context, pairing, PairingState::deactivated);
    audit_pairing(context, "pairing deactivated", pairing, caller.name);
    pairing.state = PairingState::deactivated;
  }
  return pairing;
}

Pairing decide_pairing(Context& context, const Device& device, std::string_view id, device::Choice choice,
                       std::string_view signature, const std::optional<OfferedCredential>& credential) {
  Pairing pairing = pairing_of_device(context, device, id);
  expire_if_due(context, pairing);
  const std::string shown = shown_pairing(context, pairing);
  const std::string statement = device::decision_bytes(context.origin, pairing.id, shown, choice, "");
  require_decision_signature(device, statement, signature);
  if (pairing.state != PairingState::pending)
    refuse(409, "This pairing was decided before, or its time is over.");
  if (choice == device::Choice::allow) require_room_for_phone(context, pairing.user_id);
  if (choice == device::Choice::allow && !pairing.further_allowed && has_factor(context, pairing.user_id)) {
    end_pairing(context, pairing, PairingState::denied);
    refuse(409, "This user got another second factor meanwhile.");
  }
  if (choice == device::Choice::allow && credential)
    keep_credential(context, device, pairing, statement, *credential);
  context.store.insert_decision({pairing.id, pairing.id, device.id, shown, std::string(to_text(choice)), "",
                                 std::string(signature), context.now, 0, context.origin});
  if (choice == device::Choice::allow) {
    replace_earlier(context, device, pairing);
    enable(context, device, pairing);
    pairing.state = PairingState::enabled;
  } else {
    end_pairing(context, pairing, PairingState::denied);
    pairing.state = PairingState::denied;
  }
  audit_pairing(context, choice == device::Choice::allow ? "pairing allowed" : "pairing denied", pairing,
                device.name);
  return pairing;
}

void require_room_for_phone(Context& context, std::string_view user_id) {
  if (enabled_ones(context.store.pairings_of_user(user_id)).size() >= rules::kMaxPhones)
    refuse(409, "This user has ten phones already; remove one first.");
}

Pairing pairing_of_device(Context& context, const Device& device, std::string_view id) {
  auto pairing = context.store.pairing_by_id(id);
  if (!pairing || pairing->device_id != device.id) refuse(404, "This device has no such pairing.");
  return std::move(*pairing);
}

std::string shown_pairing(Context& context, const Pairing& pairing) {
  const auto user = context.store.user_by_id(pairing.user_id);
  const auto requester = context.store.requester_by_id(pairing.requester_id);
  if (!user || !requester) throw StoreError("database: a pairing without user or requester");
  return ShownText()
      .text("id", pairing.id)
      .text("requester", requester->name)
      .text("user", user->name)
      .text("server_key", crypto::base64url_encode(pairing.server_point))
      .number("created", pairing.created / kSecond)
      .dump();
}

void end_pairing(Context& context, const Pairing& pairing, PairingState state) {
  context.store.close_pairing(pairing, state, context.now);
  if (pairing.state == PairingState::enabled) {
    end_rules_of_pairing(context, pairing, "the phone that made it was removed", "toopherd");
    end_code_apps_of_pairing(context, pairing, "the phone that set it up was removed", "toopherd");
  }
  context.store.notify(pairing.id);
  if (!pairing.device_id.empty()) context.store.notify(pairing.device_id);
}

bool expire_pairings(Context& context, int limit) {
  const auto overdue = context.store.overdue_pairings(context.now, limit);
  for (const Pairing& pairing : overdue) end_pairing(context, pairing, PairingState::expired);
  return overdue.size() == static_cast<std::size_t>(limit);
}

}  // namespace toopher::server
