// SPDX-License-Identifier: Apache-2.0
#include "server/service/enrolment.h"

#include <vector>

#include "api/approved_action.h"
#include "device/enrolment.h"
#include "server/service/approvals.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "link";

/// Each one leaves rows behind, and no phone has to be at hand for it.
void count_link(Context& context, const Caller& caller) {
  if (caller.scopes.has(Scope::admin)) return;
  if (context.store.count_tries(kTries, caller.id, context.now - rules::kLinkWindow) >= rules::kMaxLinks)
    refuse(429, "Too many links were made; try again in some minutes.");
  context.store.insert_try(kTries, caller.id, context.now);
}

[[noreturn]] void refuse_link() {
  refuse(404, "This link was used before, or its time is over; ask for a new one.");
}

/// The pairing and its secret while it waits for a device.
std::pair<Pairing, Secret> waiting_enrolment(Context& context, std::string_view pairing_id) {
  auto pairing = context.store.pairing_by_id(pairing_id);
  if (!pairing) refuse_link();
  expire_if_due(context, *pairing);
  auto secret = context.store.enrolment_secret(pairing_id);
  if (pairing->state != PairingState::pending || !secret) refuse_link();
  return {std::move(*pairing), std::move(*secret)};
}

[[noreturn]] void refuse_proof(Context& context, const Device& device, const Pairing& pairing) {
  if (context.store.count_wrong_proof(pairing.id) >= rules::kMaxWrongProofs) {
    end_pairing(context, pairing, PairingState::expired);
    audit_pairing(context, "ALERT link ended after wrong proofs", pairing, device.name);
  }
  refuse(403, "The proof does not fit: the link was not copied as a whole.");
}

[[noreturn]] void ask_for_requester(const std::string& directory, const std::vector<Requester>& possible) {
  if (possible.empty())
    refuse(400, "No requester of the directory " + directory +
                    " has the scope enrol; say which one asks, or add one with that scope.");
  std::string names;
  for (const Requester& requester : possible) names += (names.empty() ? "" : ", ") + requester.name;
  refuse(400, "Several requesters of the directory " + directory +
                  " have the scope enrol; say which one asks: " + names + ".");
}

}  // namespace

Requester enrolling_requester(Context& context, const std::string& directory, const std::string& name) {
  std::vector<Requester> possible;
  for (Requester& requester : context.store.requesters()) {
    if (requester.directory != directory) continue;
    if (name.empty() ? requester.scopes.has(Scope::enrol) : requester.name == name)
      possible.push_back(std::move(requester));
  }
  if (!name.empty() && possible.empty())
    refuse(404, "There is no requester " + name + " in the directory " + directory + ".");
  if (possible.size() != 1) ask_for_requester(directory, possible);
  return possible.front();
}

Enrolment make_enrolment(Context& context, const User& user, const Requester& requester, Millis life,
                         bool further_allowed) {
  Pairing pairing = start_pairing(context, {user.id, requester.id, "", further_allowed, life});
  device::EnrolmentLink link{context.origin, pairing.id, device::new_enrolment_secret()};
  context.store.insert_enrolment(pairing.id, link.secret);
  return {std::move(pairing), link.text()};
}

Enrolment create_enrolment(Context& context, const Caller& caller, std::string_view user_name,
                           std::string_view authorization) {
  require_enrol_or_admin(caller);
  count_link(context, caller);
  const User user = user_named_or_new(context, caller, user_name);
  const bool further = has_factor(context, user.id);
  const std::string approval =
      require_approval(context, caller, user, api::approved_action::kPairAnother, authorization);
  use_up(context, approval);
  Enrolment enrolment = make_enrolment(context, user, caller, rules::kEnrolmentLife,
                                       further || caller.scopes.has(Scope::admin));
  audit_pairing(context, further ? "link for a further pairing made" : "link for a pairing made",
                enrolment.pairing, caller.name);
  return enrolment;
}

Invited invite(Context& context, const Caller& by, const Invitation& invitation) {
  require_scope(by, Scope::admin, "admin");
  if (invitation.life <= 0 || invitation.life > rules::kMaxInvitationLife)
    refuse(400, "An invitation is good for at most seven days.");
  const auto known = user_named(context, by, invitation.user_name);
  if (known && !known->enabled) throw Refused(api::user_disabled());
  if (known) require_room_for_phone(context, known->id);
  Invited invited;
  invited.requester = enrolling_requester(context, by.directory, invitation.requester);
  const User user = user_named_or_new(context, by, invitation.user_name);
  invited.further = has_factor(context, user.id);
  invited.enrolment = make_enrolment(context, user, invited.requester, invitation.life, true);
  audit_pairing(context, invited.further ? "invitation to a further pairing made" : "invitation made",
                invited.enrolment.pairing, by.name);
  return invited;
}

Secret link_of_enrolment(Context& context, const Caller& caller, std::string_view pairing_id) {
  require_enrol_or_admin(caller);
  auto [pairing, secret] = waiting_enrolment(context, pairing_id);
  if (pairing.requester_id != caller.id) refuse_link();
  return device::EnrolmentLink{context.origin, pairing.id, std::move(secret)}.text();
}

Joined join_enrolment(Context& context, const Device& device, std::string_view pairing_id,
                      std::string_view proof) {
  auto [pairing, secret] = waiting_enrolment(context, pairing_id);
  const device::EnrolmentKeys keys{context.origin, pairing.id, device.signing_key, device.agreement_key};
  if (!equal_in_constant_time(device::device_proof(secret, keys), proof)) {
    refuse_proof(context, device, pairing);
  }
  pairing.device_id = device.id;
  pairing.expires = context.now + rules::kPairingLife;
  if (!context.store.join_pairing(pairing, device.id, context.now, pairing.expires)) refuse_link();
  context.store.notify(pairing.id);
  context.store.notify(device.id);
  audit_pairing(context, "device joined by its link", pairing, device.name);
  return {pairing, device::server_proof(secret, keys, pairing.server_point)};
}

}  // namespace toopher::server
