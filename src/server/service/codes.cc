// SPDX-License-Identifier: Apache-2.0
#include "server/service/codes.h"

#include <algorithm>

#include "api/reason.h"
#include "base/one_time_code.h"
#include "otp/otp.h"
#include "server/service/bypass.h"
#include "server/service/recovery.h"
#include "server/service/rules.h"
#include "server/service/validators.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "code";
constexpr std::string_view kTriedUsers = "user of wrong code";  // owned by the requester

void lock_codes(Context& context, User& user) {
  const int doublings = std::min(user.code_lockouts, rules::kMaxLockDoublings);
  user.codes_locked_until = context.now + (rules::kFirstLock << doublings);
  user.codes_counted_from = context.now;
  ++user.code_lockouts;
  user.modified = context.now;
  context.store.update_user(user);
  audit(context, "ALERT codes locked", {{"user", user.name}});
}

/// What is tried on one user each is below every limit of a user. No limit of its own: it would let whoever can cause it keep
/// all other users of that host from using codes.
void note_tried_user(Context& context, const Caller& caller) {
  const int before = context.store.count_tries(kTriedUsers, caller.id, context.now - rules::kWrongCodeWindow);
  if (before + 1 < rules::kMaxTriedUsers) {
    context.store.insert_try(kTriedUsers, caller.id, context.now);
    return;
  }
  context.store.forget_tries(kTriedUsers, caller.id);
  audit(context, "ALERT wrong codes of many users",
        {{"requester", caller.name}, {"users", std::to_string(rules::kMaxTriedUsers)}});
}

void count_wrong_code(Context& context, const Caller& caller, User& user) {
  // A mark ahead of a clock that was set back must not hide the tries before it.
  const Millis counted_from = user.codes_counted_from <= context.now ? user.codes_counted_from : 0;
  const Millis since = std::max(context.now - rules::kWrongCodeWindow, counted_from);
  const int before = context.store.count_tries(kTries, user.id, since);
  context.store.insert_try(kTries, user.id, context.now);
  if (before == 0) note_tried_user(context, caller);
  if (before + 1 >= rules::kMaxWrongCodes) lock_codes(context, user);
}

CodeVerdict accept(Context& context, User& user, std::string pairing_id) {
  // Most people have nothing to be forgiven, and a row less is written.
  if (user.code_lockouts != 0 || context.store.count_tries(kTries, user.id, context.now - kDay) > 0) {
    user.code_lockouts = 0;
    user.codes_counted_from = context.now;
    context.store.update_user(user);
  }
  return {true, api::reason::kNone, std::move(pairing_id)};
}

CodeVerdict refuse_wrong_code(Context& context, const Caller& caller, User& user) {
  count_wrong_code(context, caller, user);
  return {false, api::reason::kInvalidCode, {}};
}

/// A recovery code, or the user's bypass code, which has the same form.
RecoveryUse use_long_code(Context& context, const User& user, std::string_view digits) {
  const RecoveryUse use = use_bypass(context, user, digits).value_or(RecoveryUse::unknown);
  return use == RecoveryUse::unknown ? use_recovery_code(context, user, digits) : use;
}

CodeVerdict judge_long_code(Context& context, const Caller& caller, User& user, std::string_view digits) {
  switch (use_long_code(context, user, digits)) {
    case RecoveryUse::accepted:
      return accept(context, user, {});
    case RecoveryUse::used_before:
      return {false, api::reason::kCodeAlreadyUsed, {}};
    case RecoveryUse::unknown:
      break;
  }
  return refuse_wrong_code(context, caller, user);
}

}  // namespace

bool codes_are_locked(Context& context, const User& user) {
  return context.now < user.codes_locked_until ||
         context.store.count_tries(kTries, user.id, context.now - kDay) >= rules::kMaxWrongCodesPerDay;
}

CodeVerdict judge_code(Context& context, const Caller& caller, User& user,
                       const std::vector<Pairing>& pairings, std::string_view typed) {
  if (codes_are_locked(context, user)) return {false, api::reason::kCodesLocked, {}};
  const auto parsed = OneTimeCode::parse(typed);
  const auto* code = std::get_if<OneTimeCode>(&parsed);
  if (code != nullptr && code->form() == OneTimeCode::Form::recovery)
    return judge_long_code(context, caller, user, code->digits());
  if (code == nullptr || code->form() != OneTimeCode::Form::otp)
    return refuse_wrong_code(context, caller, user);
  bool used_before = false;
  for (const Pairing& pairing : pairings) {
    if (pairing.state != PairingState::enabled) continue;
    const auto step = otp::matching_step(context.store.pairing_seed(pairing.id), code->digits(),
                                         context.now / kSecond, rules::kCodeWindow);
    if (!step) continue;
    if (context.store.accept_step(pairing.id, static_cast<std::int64_t>(*step))) {
      return accept(context, user, pairing.id);
    }
    used_before = true;
  }
  const TokenCode of_token = use_token_code(context, user, code->digits());
  if (of_token == TokenCode::accepted) return accept(context, user, {});
  if (used_before || of_token == TokenCode::used_before) return {false, api::reason::kCodeAlreadyUsed, {}};
  return refuse_wrong_code(context, caller, user);
}

std::string_view code_reason(int reason_code) {
  switch (reason_code) {
    case api::reason::kInvalidCode:
      return "The one-time code is wrong.";
    case api::reason::kCodeAlreadyUsed:
      return "This code was used before; take the next one.";
    case api::reason::kCodesLocked:
      return "Too many wrong one-time codes; codes are locked for a while.";
    default:
      return "";
  }
}

}  // namespace toopher::server
