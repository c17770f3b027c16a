// SPDX-License-Identifier: Apache-2.0
#include "server/service/proofs.h"

#include "api/json.h"
#include "crypto/keys.h"
#include "device/decision.h"
#include "server/service/rules.h"
#include "server/service/users.h"
#include "server/service/verification.h"

namespace toopher::server {

namespace {

bool is_signed(Context& context, const Decision& decision, const crypto::PublicKey& key) {
  const auto choice = device::choice_from_text(decision.choice);
  if (!choice) return false;
  const std::string origin = decision.origin.empty() ? context.origin : decision.origin;
  const std::string statement = device::decision_bytes(origin, decision.pairing_id, decision.shown, *choice,
                                                       decision.number, decision.remember_days);
  return key.verifies(statement, decision.signature) &&
         (decision.verification.empty() ||
          is_kept_verification(context, decision.pairing_id, origin, statement, decision.verification));
}

/// Whether the person saw this request, and none that only has the same id.
bool shows(Context& context, const Decision& decision, const AuthenticationRequest& request) {
  const auto user = context.store.user_by_id(request.user_id);
  try {
    const api::Json shown = api::parse_object(decision.shown);
    const json_t* object = shown.get();
    return user && api::required_string(object, "id") == request.id &&
           api::required_string(object, "pairing_id") == decision.pairing_id &&
           api::required_string(object, "user") == user->name &&
           api::required_string(object, "terminal") == request.terminal.name &&
           api::required_string(object, "action") == request.action.name &&
           api::optional_integer(object, "created", 0) == request.created / kSecond;
  } catch (const api::JsonError&) {
    return false;
  }
}

bool fits(Context& context, const Decision& decision, const AuthenticationRequest& request) {
  return decision.choice == device::to_text(device::Choice::allow) && decision.number == request.number &&
         (request.pairing_id == decision.pairing_id || !request.rule_id.empty()) &&
         shows(context, decision, request);
}

Proof proof_by_decision(Context& context, const AuthenticationRequest& request, const Decision& decision) {
  const auto device = context.store.device_by_id(decision.device_id);
  const auto pairing = context.store.pairing_by_id(decision.pairing_id);
  const auto key = device ? crypto::PublicKey::from_point(device->signing_key) : std::nullopt;
  if (!key || !pairing) return Proof::unknown_device;
  if (!is_signed(context, decision, *key)) return Proof::wrong_signature;
  const bool of_user = pairing->device_id == device->id && pairing->user_id == request.user_id;
  return of_user && fits(context, decision, request) ? Proof::good : Proof::does_not_fit;
}

/// A rule is as good as the decision that made it, and answers what it was made for.
Proof proof_by_rule(Context& context, const AuthenticationRequest& request,
                    std::optional<Decision>& decision) {
  const auto rule = context.store.rule_by_id(request.rule_id);
  const auto first = rule ? context.store.request_by_id(rule->request_id) : std::nullopt;
  if (!rule || !first) return Proof::missing;
  decision = context.store.decision_about(first->id);
  if (!decision) return Proof::missing;
  const bool same = rule->user_id == request.user_id && rule->requester_id == request.requester_id &&
                    rule->terminal_id == request.terminal.id && rule->action == request.action.name &&
                    first->user_id == request.user_id && first->requester_id == request.requester_id &&
                    first->terminal.id == request.terminal.id && first->action.name == request.action.name;
  const bool covers = decision->remember_days > 0 && rule->created >= decision->at &&
                      request.modified < decision->at + decision->remember_days * kDay;
  if (!same || !covers) return Proof::does_not_fit;
  return proof_by_decision(context, *first, *decision);
}

Proven prove(Context& context, AuthenticationRequest request) {
  Proven proven;
  proven.request = std::move(request);
  if (proven.request.state != RequestState::granted) {
    proven.proof = Proof::not_granted;
  } else if (proven.request.totp_valid) {
    proven.proof = Proof::by_code;
  } else if (!proven.request.rule_id.empty()) {
    proven.proof = proof_by_rule(context, proven.request, proven.decision);
  } else {
    proven.decision = context.store.decision_about(proven.request.id);
    if (proven.decision) proven.proof = proof_by_decision(context, proven.request, *proven.decision);
  }
  return proven;
}

}  // namespace

std::string_view to_text(Proof proof) {
  switch (proof) {
    case Proof::good:
      return "proven";
    case Proof::by_code:
      return "by code";
    case Proof::not_granted:
      return "not granted";
    case Proof::missing:
      return "NO DECISION";
    case Proof::unknown_device:
      return "UNKNOWN DEVICE";
    case Proof::wrong_signature:
      return "WRONG SIGNATURE";
    case Proof::does_not_fit:
      return "DOES NOT FIT";
  }
  return "damaged";
}

bool is_alarming(Proof proof) {
  return proof != Proof::good && proof != Proof::by_code && proof != Proof::not_granted;
}

Proven prove_request(Context& context, const Caller& caller, std::string_view request_id) {
  require_scope(caller, Scope::admin, "admin");
  auto request = context.store.request_by_id(request_id);
  if (!request || !user_by_id(context, caller, request->user_id))
    refuse(404, "No such authentication request.");
  return prove(context, std::move(*request));
}

std::vector<Proven> prove_user(Context& context, const Caller& caller, std::string_view user_name,
                               Millis since, int most) {
  require_scope(caller, Scope::admin, "admin");
  const auto user = user_named(context, caller, user_name);
  if (!user) throw Refused(api::unknown_user());
  std::vector<Proven> proven;
  for (AuthenticationRequest& request : context.store.granted_requests(user->id, since, most))
    proven.push_back(prove(context, std::move(request)));
  return proven;
}

}  // namespace toopher::server
