// SPDX-License-Identifier: Apache-2.0
#include "server/service/transitions.h"

#include "api/reason.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

std::string_view state_name(RequestState state) {
  switch (state) {
    case RequestState::pending:
      return "pending";
    case RequestState::granted:
      return "granted";
    case RequestState::denied:
      return "denied";
    case RequestState::expired:
      return "expired";
    case RequestState::cancelled:
      return "cancelled";
  }
  return "damaged";
}

namespace {

std::string_view factor_of(const AuthenticationRequest& request) {
  if (!request.rule_id.empty()) return "rule";
  return request.push && !request.totp_valid ? "push" : "code";
}

AuthenticationRequest with_outcome(const Context& context, AuthenticationRequest request,
                                   const Outcome& outcome) {
  request.state = outcome.state;
  request.reason_code = outcome.reason_code;
  request.reason = outcome.reason;
  request.totp_valid = outcome.totp_valid;
  if (!outcome.pairing_id.empty()) request.pairing_id = outcome.pairing_id;
  request.rule_id = outcome.rule_id;
  request.modified = context.now;
  return request;
}

}  // namespace

void audit_request(Context& context, std::string_view event, const AuthenticationRequest& request,
                   std::string_view by, bool user_verified) {
  const auto user = context.store.user_by_id(request.user_id);
  audit(context, event,
        {{"request", request.id},
         {"user", user ? user->name : ""},
         {"terminal", request.terminal.name},
         {"action", request.action.name},
         {"factor", factor_of(request)},
         {"user_verification", user_verified ? "yes" : ""},
         {"rule", request.rule_id},
         {"reason", request.reason},
         {"reason_code", request.reason_code == 0 ? "" : std::to_string(request.reason_code)},
         {"metadata", request.metadata},
         {"by", by}});
}

void insert_finished(Context& context, AuthenticationRequest& request, const Outcome& outcome,
                     std::string_view by) {
  request = with_outcome(context, request, outcome);
  context.store.insert_request(request);
  audit_request(context, "request " + std::string(state_name(request.state)), request, by);
}

bool finish(Context& context, AuthenticationRequest& request, const Outcome& outcome, std::string_view by) {
  if (request.state != RequestState::pending) return false;
  AuthenticationRequest finished = with_outcome(context, request, outcome);
  if (!context.store.finish_request(finished)) return false;
  context.store.announce({.occasion = Occasion::ended,
                          .id = request.id,
                          .user_id = request.user_id,
                          .pairing_id = request.pairing_id,
                          .expires = request.expires});
  request = std::move(finished);
  context.store.notify(request.id);
  notify_devices_of(context, request.user_id);
  audit_request(context, "request " + std::string(state_name(request.state)), request, by,
                outcome.user_verified);
  return true;
}

void expire_if_due(Context& context, AuthenticationRequest& request) {
  const bool from_the_future = context.now + rules::kClockSkew < request.created;
  if (request.state != RequestState::pending || (context.now < request.expires && !from_the_future)) return;
  finish(context, request, {RequestState::expired, api::reason::kExpired, "Nobody answered in time."},
         "time");
}

}  // namespace toopher::server
