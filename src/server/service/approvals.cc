// SPDX-License-Identifier: Apache-2.0
#include "server/service/approvals.h"

#include <cstdlib>

#include "api/approved_action.h"
#include "server/service/bypass.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"

namespace toopher::server {

namespace {

/// Whether who decided may still decide: a recovery code needs no pairing.
bool still_counts(Context& context, const User& user, const AuthenticationRequest& request) {
  if (!user.enabled) return false;
  if (request.pairing_id.empty()) return true;
  const auto pairing = context.store.pairing_by_id(request.pairing_id);
  return pairing && pairing->state == PairingState::enabled;
}

bool is_approval(Context& context, const Caller& caller, const User& user, std::string_view action,
                 std::string_view id) {
  const auto request = context.store.request_by_id(id);
  // A clock that was set back makes no approval last longer.
  return request && request->requester_id == caller.id && request->user_id == user.id &&
         request->state == RequestState::granted && request->action.name == action &&
         request->rule_id.empty() && std::abs(context.now - request->modified) <= rules::kApprovalLife &&
         still_counts(context, user, *request) && !context.store.authorization_used(id);
}

[[noreturn]] void refuse_unapproved(std::string_view action, std::string_view why) {
  throw Refused({403, api::error_code::kApprovalNeeded,
                 "This user has a second factor already, and it has to approve the action \"" +
                     std::string(action) + "\": " + std::string(why)});
}

}  // namespace

bool has_codes(Context& context, std::string_view user_id) {
  return context.store.recovery_codes_left(user_id) > 0 || context.store.has_validator(user_id) ||
         bypass_in_force(context, user_id);
}

bool has_factor(Context& context, std::string_view user_id) {
  return !enabled_ones(context.store.pairings_of_user(user_id)).empty() || has_codes(context, user_id);
}

std::string require_approval(Context& context, const Caller& caller, const User& user,
                             std::string_view action, std::string_view authorization) {
  if (caller.scopes.has(Scope::admin) || !has_factor(context, user.id)) return {};
  if (authorization.empty()) refuse_unapproved(action, "authorization is missing.");
  require_text(authorization, "authorization", rules::kMaxName);
  if (is_approval(context, caller, user, action, authorization)) return std::string(authorization);
  audit(context, "ALERT approval refused",
        {{"user", user.name}, {"action", action}, {"request", authorization}, {"by", caller.name}});
  refuse_unapproved(action,
                    "authorization must be a request of this requester, this user and this action, granted "
                    "within the last five minutes and not used before.");
}

void use_up_all(Context& context, const User& user) {
  constexpr int kMost = 1000;  // more than three pushes and a code each 30 s can grant
  const Millis since = context.now - rules::kApprovalLife;
  for (const AuthenticationRequest& request : context.store.granted_requests(user.id, since, kMost)) {
    if (api::approved_action::is_one(request.action.name) && !context.store.authorization_used(request.id))
      context.store.use_authorization(request.id, context.now);
  }
}

void use_up(Context& context, const std::string& approval) {
  if (!approval.empty()) context.store.use_authorization(approval, context.now);
}

}  // namespace toopher::server
