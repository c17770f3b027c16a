// SPDX-License-Identifier: Apache-2.0
// How a request comes into being: whom it asks, whether it may, and what becomes of it at once when it brings a code.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "api/approved_action.h"
#include "api/reason.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "server/service/approvals.h"
#include "server/service/automation.h"
#include "server/service/bypass.h"
#include "server/service/codes.h"
#include "server/service/pairings.h"
#include "server/service/request_id.h"
#include "server/service/requests.h"
#include "server/service/rules.h"
#include "server/service/transitions.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

/// Whom to ask: `pairings` are the enabled ones that may answer; none if the user has other codes only.
struct Asked {
  User user;
  std::vector<Pairing> pairings;
};

[[noreturn]] void refuse_for_state(Context& context, const Caller& caller, const User& user) {
  const auto pairings = context.store.pairings_of_user(user.id);
  // Who was only invited, and has no device yet, is not paired.
  const auto some = [&pairings](PairingState state) {
    return std::any_of(pairings.begin(), pairings.end(),
                       [state](const Pairing& p) { return p.state == state && !p.device_id.empty(); });
  };
  if (some(PairingState::pending)) throw Refused(api::pairing_not_authorized());
  if (some(PairingState::deactivated) && user.enrol_until <= context.now)
    throw Refused(api::pairing_deactivated());
  refuse_unpaired(context, caller, user);
}

Asked asked_by_pairing(Context& context, const Caller& caller, const std::string& pairing_id) {
  const auto pairing = context.store.pairing_by_id(pairing_id);
  const auto user = pairing ? user_by_id(context, caller, pairing->user_id) : std::nullopt;
  // Not 705: a host may let in somebody who never paired, and anybody can write an id into a file.
  if (!user) throw Refused(api::pairing_not_authorized());
  if (!user->enabled) throw Refused(api::user_disabled());
  if (pairing->state == PairingState::deactivated) throw Refused(api::pairing_deactivated());
  if (pairing->state != PairingState::enabled) throw Refused(api::pairing_not_authorized());
  return {*user, {*pairing}};
}

Asked asked_by_name(Context& context, const Caller& caller, const std::string& user_name) {
  auto user = user_named(context, caller, user_name);
  if (!user) refuse_unpaired(context, caller, user);
  if (!user->enabled) throw Refused(api::user_disabled());
  auto enabled = enabled_ones(context.store.pairings_of_user(user->id));
  if (enabled.empty() && !has_codes(context, user->id)) refuse_for_state(context, caller, *user);
  return {std::move(*user), std::move(enabled)};
}

Asked whom_to_ask(Context& context, const Caller& caller, const Initiate& parameters) {
  if (!parameters.pairing_id.empty()) return asked_by_pairing(context, caller, parameters.pairing_id);
  return asked_by_name(context, caller, parameters.user_name);
}

void check_texts(const Initiate& parameters) {
  const auto check = [](const std::string& text, const char* what, std::size_t max_bytes) {
    if (!text.empty()) require_text(text, what, max_bytes);
  };
  check(parameters.terminal_name, "terminal_name", rules::kMaxName);
  check(parameters.terminal_extra, "terminal_name_extra", rules::kMaxName);
  check(parameters.action_name, "action_name", rules::kMaxName);
  check(parameters.metadata, "requester_metadata", rules::kMaxMetadata);
  check(parameters.client_request_id, "client_request_id", rules::kMaxName);
  if (!parameters.supersedes.empty() && parameters.otp.empty()) {
    refuse(400, "supersedes needs an otp.");
  }
  if (parameters.ttl_seconds != 0 &&
      (parameters.ttl_seconds < rules::kMinTtlSeconds || parameters.ttl_seconds > rules::kMaxTtlSeconds)) {
    refuse(400, "ttl must be between 5 and 300 seconds.");
  }
}

/// Every parameter, each with its length in front.
Secret all_of(const Initiate& parameters) {
  const std::string ttl = std::to_string(parameters.ttl_seconds);
  const std::array<std::string_view, 12> values{parameters.pairing_id,
                                                parameters.user_name,
                                                parameters.terminal_id,
                                                parameters.terminal_name,
                                                parameters.terminal_extra,
                                                parameters.action_name,
                                                parameters.metadata,
                                                parameters.supersedes,
                                                parameters.otp.view(),
                                                ttl,
                                                parameters.automation_allowed ? "1" : "0",
                                                parameters.number_matching ? "1" : "0"};
  constexpr std::size_t kFront = 21;  // at most: digits and a colon
  std::string all;                    // never moved: the code leaves no copy behind
  all.reserve(
      std::accumulate(values.begin(), values.end(), std::size_t{0},
                      [](std::size_t size, std::string_view value) { return size + kFront + value.size(); }));
  for (const std::string_view value : values)
    all.append(std::to_string(value.size())).append(1, ':').append(value);
  return Secret::take(all);
}

/// Tells a repeat of the same call from another call. Keyed where a code is among the parameters: the others are no secret,
/// and a plain digest costs a quarter.
std::string fingerprint_of(Context& context, const Initiate& parameters) {
  const Secret all = all_of(parameters);
  return parameters.otp.empty() ? crypto::sha256(all.view()) : context.store.keyed_digest(all.view());
}

bool is_repeat_of(Context& context, const AuthenticationRequest& earlier, const Initiate& parameters) {
  const Secret all = all_of(parameters);
  if (parameters.otp.empty() && earlier.fingerprint == crypto::sha256(all.view())) return true;
  // With a code; or a push that an earlier version took, which keyed all of them, before it was replaced by this one.
  return context.store.is_keyed_digest(earlier.fingerprint, all.view());
}

Terminal new_terminal(Context& context, const User& user, const Initiate& parameters) {
  Terminal terminal{random_uuid(), user.id, parameters.terminal_name, parameters.terminal_extra, context.now};
  context.store.insert_terminal(terminal);
  return terminal;
}

Terminal renamed(Context& context, Terminal terminal, const std::string& name) {
  if (!name.empty() && name != terminal.name) {
    context.store.rename_terminal(terminal, name);
    terminal.name = name;
  }
  return terminal;
}

Terminal terminal_for(Context& context, const User& user, const Initiate& parameters) {
  if (!parameters.terminal_id.empty()) {
    auto known = context.store.terminal_by_id(parameters.terminal_id);
    if (!known || known->user_id != user.id) throw Refused(api::unknown_terminal());
    // Only a terminal with an identifier of its own can have another name: the others are told apart by it.
    return known->extra.empty() ? std::move(*known)
                                : renamed(context, std::move(*known), parameters.terminal_name);
  }
  if (!parameters.terminal_extra.empty()) {
    if (auto known = context.store.terminal_by_extra(user.id, parameters.terminal_extra)) {
      return renamed(context, std::move(*known), parameters.terminal_name);
    }
    if (parameters.terminal_name.empty()) throw Refused(api::unknown_terminal());
    return new_terminal(context, user, parameters);
  }
  auto known = context.store.terminal_by_name(user.id, parameters.terminal_name);
  return known ? std::move(*known) : new_terminal(context, user, parameters);
}

Action action_named(Context& context, const std::string& name) {
  const std::string shown = name.empty() ? "log in" : name;
  if (auto known = context.store.action_by_name(shown)) return std::move(*known);
  Action action{random_uuid(), shown, context.now};
  context.store.insert_action(action);
  return action;
}

AuthenticationRequest new_request(Context& context, const Caller& caller, const Asked& asked,
                                  const Initiate& parameters) {
  AuthenticationRequest request;
  request.id = new_request_id();
  request.requester_id = caller.id;
  request.user_id = asked.user.id;
  request.pairing_id = parameters.pairing_id;
  request.client_request_id = parameters.client_request_id;
  request.fingerprint = fingerprint_of(context, parameters);
  request.push = parameters.otp.empty();
  request.terminal = terminal_for(context, asked.user, parameters);
  request.action = action_named(context, parameters.action_name);
  request.metadata = parameters.metadata;
  request.automation_allowed = parameters.automation_allowed;
  request.created = request.modified = context.now;
  const int ttl = parameters.ttl_seconds == 0 ? rules::kDefaultTtlSeconds : parameters.ttl_seconds;
  request.expires = context.now + ttl * kSecond;
  return request;
}

[[noreturn]] void refuse_push() {
  throw Refused({409, api::error_code::kOtpRequired, "User requires OTP authentication"});
}

/// How many requests of this user wait for an answer, after those that are over have expired.
std::size_t still_pending(Context& context, const User& user) {
  auto pending = context.store.pending_requests(user.id);
  for (AuthenticationRequest& request : pending) expire_if_due(context, request);
  return static_cast<std::size_t>(std::count_if(
      pending.begin(), pending.end(),
      [](const AuthenticationRequest& request) { return request.state == RequestState::pending; }));
}

/// Pushes are worth something only while nobody is worn down by them.
void require_push_allowed(Context& context, const User& user, std::size_t pending) {
  if (context.now < user.muted_until) refuse_push();
  // A mark ahead of a clock that was set back must not hide the refusals before it.
  const Millis counted_from = user.pushes_counted_from <= context.now ? user.pushes_counted_from : 0;
  const Millis since = std::max(context.now - rules::kRefusedWindow, counted_from);
  if (context.store.refused_pushes(user.id, since) >= rules::kMaxRefused) refuse_push();
  if (pending >= rules::kMaxPending) {
    refuse(429, "This user has three pending requests already.");
  }
}

/// Nobody's phone can be asked, and the answer says at once that a code is needed.
AuthenticationRequest ask_for_code(Context& context, const Caller& caller, const Asked& asked,
                                   const Initiate& parameters) {
  AuthenticationRequest request = new_request(context, caller, asked, parameters);
  request.push = false;
  insert_finished(context, request,
                  {RequestState::denied, api::reason::kOtpRequired, "User requires OTP authentication"},
                  caller.name);
  return request;
}

/// Uniform among the numbers of so many digits.
std::string random_number(int digits) {
  std::uint32_t least = 1;
  for (int i = 1; i < digits; ++i) least *= 10;
  return std::to_string(least + random_below(9 * least));
}

/// Whether the phone is to ask for the number that the login shows. Beside another push a person may allow the wrong one,
/// unless it is told apart by its number; and what adds a factor is not allowed without looking at who asks.
bool needs_number(const Caller& caller, const AuthenticationRequest& request, bool asked_for, bool alone) {
  if (!alone || api::approved_action::is_one(request.action.name)) return true;
  return asked_for && caller.number_matching != NumberMatching::off;
}

void answer_by_rule(Context& context, AuthenticationRequest& request, const AutomationRule& rule) {
  insert_finished(context, request,
                  {RequestState::granted, api::reason::kNone, "Allowed by a rule of the person.", false,
                   rule.pairing_id, rule.id},
                  "rule " + rule.id);
}

AuthenticationRequest push(Context& context, const Caller& caller, const Asked& asked,
                           const Initiate& parameters) {
  if (asked.pairings.empty()) return ask_for_code(context, caller, asked, parameters);
  // Who does not ask for the number cannot show it.
  if (caller.number_matching == NumberMatching::required && !parameters.number_matching) refuse_push();
  const std::size_t pending = still_pending(context, asked.user);
  require_push_allowed(context, asked.user, pending);
  AuthenticationRequest request = new_request(context, caller, asked, parameters);
  const bool alone = pending == 0;
  if (alone) {
    if (const auto rule = rule_answering(context, caller, request)) {
      answer_by_rule(context, request, *rule);
      return request;
    }
  }
  if (needs_number(caller, request, parameters.number_matching, alone))
    request.number = random_number(caller.number_digits);
  context.store.insert_request(request);
  notify_devices_of(context, asked.user.id);
  context.store.announce({.occasion = Occasion::request,
                          .id = request.id,
                          .user_id = request.user_id,
                          .pairing_id = request.pairing_id,
                          .terminal = request.terminal.name,
                          .metadata = request.metadata,
                          .expires = request.expires});
  audit_request(context, "push sent", request, caller.name);
  return request;
}

/// The push that the code stands in for, of the same requester and user.
std::optional<AuthenticationRequest> superseded_push(Context& context, const Caller& caller, const User& user,
                                                     const std::string& id) {
  if (id.empty()) return std::nullopt;
  auto request = context.store.request_by_id(id);
  if (!request || !request->push || request->requester_id != caller.id || request->user_id != user.id) {
    refuse(404, "No such authentication request to supersede.");
  }
  expire_if_due(context, *request);
  return request;
}

Outcome outcome_of_code(const CodeVerdict& verdict) {
  if (verdict.valid) return {RequestState::granted, api::reason::kNone, "", true, verdict.pairing_id};
  return {RequestState::denied, verdict.reason_code, code_reason(verdict.reason_code), false};
}

void withdraw_superseded(Context& context, AuthenticationRequest& push, const Caller& caller) {
  finish(context, push,
         {RequestState::cancelled, api::reason::kCancelled, "A one-time code was used instead."},
         caller.name);
  context.store.mark_code_followed(push.id);
}

AuthenticationRequest with_code(Context& context, const Caller& caller, Asked asked,
                                const Initiate& parameters) {
  auto superseded = superseded_push(context, caller, asked.user, parameters.supersedes);
  AuthenticationRequest request = new_request(context, caller, asked, parameters);
  if (superseded && superseded->state == RequestState::denied) {
    insert_finished(
        context, request,
        {RequestState::denied, api::reason::kSupersededDenied, "This login was denied on the phone."},
        caller.name);
    return request;
  }
  const CodeVerdict verdict = judge_code(context, caller, asked.user, asked.pairings, parameters.otp.view());
  if (verdict.valid && superseded) withdraw_superseded(context, *superseded, caller);
  insert_finished(context, request, outcome_of_code(verdict), caller.name);
  return request;
}

}  // namespace

AuthenticationRequest initiate(Context& context, const Caller& caller, const Initiate& parameters) {
  require_scope(caller, Scope::login, "login");
  check_texts(parameters);
  if (auto earlier = context.store.request_by_client_id(caller.id, parameters.client_request_id)) {
    if (!is_repeat_of(context, *earlier, parameters)) {
      refuse(409, "This client_request_id was used for another request.");
    }
    // A repeat follows a broken connection; what was granted long ago grants no login of today.
    if (context.now >= earlier->expires + rules::kRepeatLife) {
      refuse(409, "This client_request_id was used for an earlier request, which is over.");
    }
    expire_if_due(context, *earlier);
    return *earlier;
  }
  Asked asked = whom_to_ask(context, caller, parameters);
  if (parameters.otp.empty()) return push(context, caller, asked, parameters);
  return with_code(context, caller, std::move(asked), parameters);
}

}  // namespace toopher::server
