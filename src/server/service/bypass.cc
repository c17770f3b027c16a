// SPDX-License-Identifier: Apache-2.0
#include "server/service/bypass.h"

#include <algorithm>

#include "api/objects.h"
#include "server/service/approvals.h"
#include "server/service/recovery.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

User known_user(Context& context, const Caller& caller, std::string_view name) {
  auto user = user_named(context, caller, name);
  if (!user) throw Refused(api::unknown_user());
  return *user;
}

bool in_force(const Bypass& bypass, Millis now) {
  return now < bypass.expires && (bypass.max_uses == 0 || bypass.used < bypass.max_uses);
}

std::string time_text(Millis at) {
  return api::api_time(at / kSecond) + "Z";
}

bool had_phone(Context& context, const User& user) {
  const auto pairings = context.store.pairings_of_user(user.id);
  return std::any_of(pairings.begin(), pairings.end(), [](const Pairing& pairing) {
    return pairing.state == PairingState::enabled || pairing.state == PairingState::deactivated;
  });
}

void check_date(const Context& context, Millis until) {
  constexpr Millis kLongest = 366 * kDay;
  if (until < 0 || until > context.now + kLongest) refuse(400, "The date must lie within a year.");
}

}  // namespace

NewBypass make_bypass(Context& context, const Caller& caller, const BypassOrder& order) {
  require_scope(caller, Scope::admin, "admin");
  if (order.duration < kMinute || order.duration > rules::kMaxBypass)
    refuse(400, "A bypass code lasts between a minute and seven days.");
  if (order.max_uses < 0) refuse(400, "A bypass code cannot be used less than once.");
  const User user = order.create_user ? user_named_or_new(context, caller, order.user_name)
                                      : known_user(context, caller, order.user_name);
  const SlowHashes& made = hashes_of_new_codes(context, user, 1);
  NewBypass bypass{made.codes.front().clone(),
                   {user.id, order.max_uses, 0, context.now, context.now + order.duration}};
  context.store.replace_bypass(bypass.facts, made.hashes.front());
  audit(context, "ALERT bypass code made",
        {{"user", user.name},
         {"until", time_text(bypass.facts.expires)},
         {"uses", order.max_uses == 0 ? "any number" : std::to_string(order.max_uses)},
         {"by", caller.name}});
  return bypass;
}

void end_bypass(Context& context, const Caller& caller, std::string_view user_name) {
  require_scope(caller, Scope::admin, "admin");
  const User user = known_user(context, caller, user_name);
  if (!context.store.bypass_of(user.id)) return;
  context.store.remove_bypass(user.id);
  audit(context, "bypass code ended", {{"user", user.name}, {"by", caller.name}});
}

User set_enrol_until(Context& context, const Caller& caller, std::string_view user_name, Millis until) {
  require_scope(caller, Scope::admin, "admin");
  check_date(context, until);
  User user = user_named_or_new(context, caller, user_name);
  user.enrol_until = until <= context.now ? 0 : until;
  user.modified = context.now;
  context.store.update_user(user);
  audit(context, user.enrol_until == 0 ? "enrolment closed" : "ALERT enrolment open",
        {{"user", user.name},
         {"until", user.enrol_until == 0 ? "" : time_text(user.enrol_until)},
         {"by", caller.name}});
  return user;
}

void set_directory_enrol_until(Context& context, const Caller& caller, Millis until) {
  require_scope(caller, Scope::admin, "admin");
  check_date(context, until);
  const bool open = until > context.now;
  context.store.set_directory_enrol_until(caller.directory, open ? until : 0);
  audit(context, open ? "ALERT enrolment open" : "enrolment closed",
        {{"directory", caller.directory}, {"until", open ? time_text(until) : ""}, {"by", caller.name}});
}

bool bypass_in_force(Context& context, std::string_view user_id) {
  const auto bypass = context.store.bypass_of(user_id);
  return bypass && in_force(*bypass, context.now);
}

std::optional<RecoveryUse> use_bypass(Context& context, const User& user, std::string_view digits) {
  const auto bypass = context.store.bypass_of(user.id);
  if (!bypass) return std::nullopt;
  const std::string hash = hash_of_code(context, user, digits);
  const RecoveryUse use = context.store.use_bypass(user.id, hash, context.now);
  if (use == RecoveryUse::accepted) {
    audit(context, "ALERT bypass code used",
          {{"user", user.name},
           {"until", time_text(bypass->expires)},
           {"use", std::to_string(bypass->used + 1)}});
  }
  return use;
}

void refuse_unpaired(Context& context, const Caller& caller, const std::optional<User>& user) {
  Millis until = user ? user->enrol_until : 0;
  if (!user || !had_phone(context, *user))
    until = std::max(until, context.store.directory_enrol_until(caller.directory));
  api::ApiError error = api::unknown_user();
  if (until > context.now) error.enrol_until = until / kSecond;
  throw Refused(std::move(error));
}

}  // namespace toopher::server
