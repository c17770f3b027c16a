// SPDX-License-Identifier: Apache-2.0
#include "server/admin.h"

#include "server/service/codes.h"
#include "server/service/pairings.h"
#include "server/service/recovery.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

User known_user(Context& context, const Caller& caller, const std::string& name) {
  auto user = user_named(context, caller, name);
  if (!user) throw Refused(api::unknown_user());
  return *user;
}

UserFacts facts_of(Context& context, const User& user) {
  return {user, static_cast<int>(enabled_ones(context.store.pairings_of_user(user.id)).size()),
          context.store.recovery_codes_left(user.id), codes_are_locked(context, user),
          context.now < user.muted_until};
}

PhoneFacts facts_of(Context& context, const Pairing& pairing) {
  const auto device = context.store.device_by_id(pairing.device_id);
  return {pairing, device ? device->name : "", device ? device->platform : ""};
}

}  // namespace

Admin::Admin(Alone& database, const std::string& by) : database_(database) {
  caller_.name = by;
  caller_.scopes.add(Scope::admin);
}

std::vector<UserFacts> Admin::users() {
  std::vector<UserFacts> found;
  database_.run([&](Context& context) {
    for (const User& user : context.store.users(caller_.directory)) found.push_back(facts_of(context, user));
  });
  return found;
}

UserDetails Admin::details(const std::string& name) {
  UserDetails details;
  database_.run([&](Context& context) {
    const User user = known_user(context, caller_, name);
    details.facts = facts_of(context, user);
    for (const Pairing& pairing : context.store.pairings_of_user(user.id))
      details.phones.push_back(facts_of(context, pairing));
    details.pending = context.store.pending_requests(user.id);
  });
  return details;
}

void Admin::reset(const std::string& user) {
  database_.run([&](Context& context) { reset_user(context, caller_, user); });
}

void Admin::set_enabled(const std::string& user, bool enabled) {
  database_.run([&](Context& context) {
    (void)set_user_enabled(context, caller_, known_user(context, caller_, user).id, enabled);
  });
}

void Admin::unlock(const std::string& user) {
  database_.run([&](Context& context) { unlock_user(context, caller_, user); });
}

std::vector<Secret> Admin::new_recovery_codes(const std::string& user) {
  std::vector<Secret> codes;
  database_.run([&](Context& context) { codes = make_recovery_codes(context, caller_, {user, false, ""}); });
  return codes;
}

}  // namespace toopher::server
