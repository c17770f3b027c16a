// SPDX-License-Identifier: Apache-2.0
#include "server/service/requests.h"

#include <array>

#include "api/reason.h"
#include "base/visible.h"
#include "server/service/automation.h"
#include "server/service/code_apps.h"
#include "server/service/codes.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/shown.h"
#include "server/service/transitions.h"
#include "server/service/users.h"
#include "server/service/verification.h"

namespace toopher::server {

namespace {

AuthenticationRequest own_request(Context& context, const Caller& caller, std::string_view id) {
  require_scope(caller, Scope::login, "login");
  auto request = context.store.request_by_id(id);
  if (!request || request->requester_id != caller.id) refuse(404, "No such authentication request.");
  expire_if_due(context, *request);
  return *request;
}

User user_of(Context& context, const AuthenticationRequest& request) {
  auto user = context.store.user_by_id(request.user_id);
  if (!user) throw StoreError("database: a request without a user");
  return *user;
}

Requester requester_of(Context& context, const AuthenticationRequest& request) {
  auto requester = context.store.requester_by_id(request.requester_id);
  if (!requester) throw StoreError("database: a request without a requester");
  return *requester;
}

/// The enabled pairings that may answer this request, whether by push or by code.
std::vector<Pairing> pairings_for(Context& context, const AuthenticationRequest& request) {
  std::vector<Pairing> pairings = enabled_ones(context.store.pairings_of_user(request.user_id));
  if (!request.pairing_id.empty()) {
    std::erase_if(pairings, [&request](const Pairing& pairing) { return pairing.id != request.pairing_id; });
  }
  return pairings;
}

/// The pairing of this device that the request is shown under (the oldest, as in the pending list).
std::optional<Pairing> pairing_shown_on(Context& context, const AuthenticationRequest& request,
                                        const Device& device) {
  for (const Pairing& pairing : pairings_for(context, request)) {
    if (pairing.device_id == device.id) return pairing;
  }
  return std::nullopt;
}

/// A JSON object of the requester, cut down to the members that phones show; anything else becomes an empty object.
api::Json shown_metadata(const std::string& metadata, bool& verified) {
  static constexpr std::array kMembers = {"host",  "service", "rhost",   "tty",
                                          "ruser", "target",  "command", "directory"};
  api::Json shown(json_object());
  verified = true;
  try {
    if (metadata.empty()) return shown;
    const api::Json given = api::parse_object(metadata);
    verified = api::optional_bool(given.get(), "verified", true);
    for (const char* member : kMembers) {
      const std::string text = api::optional_string(given.get(), member);
      if (!text.empty())
        json_object_set_new(shown.get(), member,
                            api::json_text(shorten(text, rules::kMaxShownMember)).release());
    }
  } catch (const api::JsonError&) {
    // Other requesters put texts of their own there; phones have no use for them.
    verified = false;
  }
  return shown;
}

void check_number(const AuthenticationRequest& request, device::Choice choice, std::string_view number) {
  if (choice != device::Choice::allow) return;
  if (request.number.empty() && !number.empty()) refuse(400, "This request asks for no number.");
  if (!request.number.empty() && number.empty())
    refuse(400, "This request needs the number that the login shows.");
}

void check_remember(Context& context, const AuthenticationRequest& request, const Answered& answered) {
  if (answered.remember_days == 0) return;
  if (answered.choice != device::Choice::allow) refuse(400, "Only what is allowed can be remembered.");
  require_rule_allowed(context, requester_of(context, request), request, answered.remember_days);
}

Outcome outcome_of(const AuthenticationRequest& request, device::Choice choice, std::string_view number) {
  using device::Choice;
  if (choice == Choice::not_me) {
    return {RequestState::denied, api::reason::kNotMe, "The person said that this was not them."};
  }
  if (choice == Choice::deny) return {RequestState::denied, api::reason::kDenied, "Denied on the phone."};
  if (!equal_in_constant_time(number, request.number)) {
    return {RequestState::denied, api::reason::kWrongNumber, "The number entered on the phone was wrong."};
  }
  return {RequestState::granted, api::reason::kNone, ""};
}

/// "This was not me": whatever else waits for this user is withdrawn, what phones have opened to others ends, and no push is
/// sent for a while.
void raise_alarm(Context& context, const AuthenticationRequest& request, const Device& device) {
  User user = user_of(context, request);
  user.muted_until = context.now + rules::kMute;
  user.modified = context.now;
  context.store.update_user(user);
  for (auto& other : context.store.pending_requests(user.id)) {
    finish(context, other,
           {RequestState::cancelled, api::reason::kCancelled, "Another request of this user was reported."},
           device.name);
  }
  end_rules(context, user.id, "a login was reported", device.name);
  end_code_apps(context, user.id, "a login was reported", device.name);
  audit_request(context, "ALERT not me", request, device.name);
}

void count_as_granted(Context& context, const AuthenticationRequest& request) {
  User user = user_of(context, request);
  user.pushes_counted_from = user.modified = context.now;
  context.store.update_user(user);
  context.store.forget_tries("code", user.id);
}

}  // namespace

AuthenticationRequest read_request(Context& context, const Caller& caller, std::string_view id) {
  return own_request(context, caller, id);
}

AuthenticationRequest submit_code(Context& context, const Caller& caller, std::string_view id,
                                  std::string_view code) {
  AuthenticationRequest request = own_request(context, caller, id);
  if (code.empty()) refuse(400, "otp is missing.");
  if (request.state != RequestState::pending) return request;
  User user = user_of(context, request);
  if (!user.enabled) throw Refused(api::user_disabled());
  const CodeVerdict verdict = judge_code(context, caller, user, pairings_for(context, request), code);
  if (verdict.valid) {
    finish(context, request, {RequestState::granted, api::reason::kNone, "", true, verdict.pairing_id},
           caller.name);
  } else {
    request.reason_code = verdict.reason_code;
    request.reason = code_reason(verdict.reason_code);
    audit_request(context, "wrong code", request, caller.name);
  }
  return request;
}

AuthenticationRequest cancel_request(Context& context, const Caller& caller, std::string_view id) {
  AuthenticationRequest request = own_request(context, caller, id);
  finish(context, request, {RequestState::cancelled, api::reason::kCancelled, "Withdrawn by the requester."},
         caller.name);
  return request;
}

AuthenticationRequest decide_request(Context& context, const Device& device, std::string_view id,
                                     const Answered& answered, UserVerification policy) {
  const device::Choice choice = answered.choice;
  auto request = context.store.request_by_id(id);
  const auto pairing = request ? pairing_shown_on(context, *request, device) : std::nullopt;
  if (!pairing) refuse(404, "This device has no such request.");
  const std::string shown = shown_request(context, *request, pairing->id);
  const std::string statement = device::decision_bytes(context.origin, pairing->id, shown, choice,
                                                       answered.number, answered.remember_days);
  require_decision_signature(device, statement, answered.signature);
  check_number(*request, choice, answered.number);
  expire_if_due(context, *request);
  if (request->state != RequestState::pending) {
    refuse(409, "This request is " + std::string(state_name(request->state)) + " already.");
  }
  if (!user_of(context, *request).enabled) throw Refused(api::user_disabled());
  check_remember(context, *request, answered);
  std::string verification =
      require_verification(context, policy, *pairing, choice, statement, answered.verification);
  Outcome outcome = outcome_of(*request, choice, answered.number);
  outcome.pairing_id = pairing->id;
  outcome.user_verified = !verification.empty();
  context.store.insert_decision({request->id, pairing->id, device.id, shown, std::string(to_text(choice)),
                                 answered.number, answered.signature, context.now, answered.remember_days,
                                 context.origin, std::move(verification)});
  finish(context, *request, outcome, device.name + " " + device.id);
  if (choice == device::Choice::not_me) raise_alarm(context, *request, device);
  if (request->state == RequestState::granted) {
    count_as_granted(context, *request);
    if (answered.remember_days != 0) make_rule(context, *request, device, answered.remember_days);
  }
  return *request;
}

std::string shown_request(Context& context, const AuthenticationRequest& request,
                          std::string_view pairing_id) {
  const Requester requester = requester_of(context, request);
  bool verified = true;
  api::Json metadata = shown_metadata(request.metadata, verified);
  return ShownText()
      .text("id", request.id)
      .text("pairing_id", pairing_id)
      .text("requester", requester.name)
      .text("user", user_of(context, request).name)
      .text("terminal", request.terminal.name)
      .text("action", request.action.name)
      .object("metadata", std::move(metadata))
      .boolean("metadata_verified", verified)
      .number("number_digits", static_cast<std::int64_t>(request.number.size()))
      .number("created", request.created / kSecond)
      .number("expires", request.expires / kSecond)
      .dump();
}

bool expire_requests(Context& context, int limit) {
  auto overdue = context.store.overdue_requests(context.now, limit);
  for (AuthenticationRequest& request : overdue) expire_if_due(context, request);
  return overdue.size() == static_cast<std::size_t>(limit);
}

}  // namespace toopher::server
