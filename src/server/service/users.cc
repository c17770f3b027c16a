// SPDX-License-Identifier: Apache-2.0
#include "server/service/users.h"

#include "api/reason.h"
#include "base/random.h"
#include "server/service/approvals.h"
#include "server/service/automation.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/transitions.h"
#include "server/service/validators.h"

namespace toopher::server {

namespace {

void lift_locks(Context& context, User& user) {
  user.muted_until = user.codes_locked_until = 0;
  user.pushes_counted_from = user.codes_counted_from = user.modified = context.now;
  user.code_lockouts = 0;
  context.store.update_user(user);
  context.store.forget_tries("code", user.id);
}

void withdraw_all(Context& context, const User& user, std::string_view why, const Caller& caller) {
  for (auto& request : context.store.pending_requests(user.id))
    finish(context, request, {RequestState::cancelled, api::reason::kCancelled, why}, caller.name);
}

}  // namespace

std::optional<User> user_named(Context& context, const Caller& caller, std::string_view name) {
  require_text(name, "user_name", rules::kMaxName);
  return context.store.user_by_name(caller.directory, name);
}

std::optional<User> user_by_id(Context& context, const Caller& caller, std::string_view id) {
  auto user = context.store.user_by_id(id);
  if (user && user->directory != caller.directory) return std::nullopt;
  return user;
}

User user_named_or_new(Context& context, const Caller& caller, std::string_view name) {
  if (auto user = user_named(context, caller, name)) return *user;
  User user;
  user.id = random_uuid();
  user.name = name;
  user.directory = caller.directory;
  user.created = user.modified = context.now;
  context.store.insert_user(user);
  return user;
}

User user_with_id(Context& context, const Caller& caller, std::string_view id) {
  auto user = user_by_id(context, caller, id);
  if (!user) throw Refused(api::unknown_user());
  return std::move(*user);
}

User set_user_enabled(Context& context, const Caller& caller, std::string_view user_id, bool enabled) {
  require_scope(caller, Scope::admin, "admin");
  User user = user_with_id(context, caller, user_id);
  user.enabled = enabled;
  user.modified = context.now;
  context.store.update_user(user);
  if (!enabled) {
    withdraw_all(context, user, "The user was switched off.", caller);
    end_rules(context, user.id, "the user was switched off", caller.name);
  }
  audit(context, enabled ? "user enabled" : "user disabled",
        {{"user", user.name}, {"requester", caller.name}});
  return user;
}

void unlock_user(Context& context, const Caller& caller, std::string_view name) {
  require_scope(caller, Scope::admin, "admin");
  auto user = user_named(context, caller, name);
  if (!user) throw Refused(api::unknown_user());
  lift_locks(context, *user);
  audit(context, "user unlocked", {{"user", user->name}, {"requester", caller.name}});
}

void reset_user(Context& context, const Caller& caller, std::string_view name) {
  require_scope(caller, Scope::admin, "admin");
  auto user = user_named(context, caller, name);
  if (!user) throw Refused(api::unknown_user());
  withdraw_all(context, *user, "The user was reset.", caller);
  end_rules(context, user->id, "the user was reset", caller.name);
  for (const Pairing& pairing : context.store.pairings_of_user(user->id)) {
    if (pairing.state == PairingState::enabled || pairing.state == PairingState::pending) {
      end_pairing(context, pairing, PairingState::deactivated);
    }
  }
  use_up_all(context, *user);
  context.store.replace_recovery_codes(user->id, {});
  context.store.remove_bypass(user->id);
  context.store.set_ntfy_topic(user->id, Secret());
  dissociate_all(context, *user);
  lift_locks(context, *user);
  audit(context, "user reset", {{"user", user->name}, {"requester", caller.name}});
}

void notify_devices_of(Context& context, std::string_view user_id) {
  for (const Pairing& pairing : context.store.pairings_of_user(user_id)) {
    if (pairing.state == PairingState::enabled) context.store.notify(pairing.device_id);
  }
}

}  // namespace toopher::server
