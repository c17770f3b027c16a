// SPDX-License-Identifier: Apache-2.0
#include "server/service/code_apps.h"

#include <utility>

#include "base/random.h"
#include "device/code_app.h"
#include "server/service/enrolment.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/users.h"
#include "server/service/validators.h"
#include "server/service/verification.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "code app";

// The token's requester_specified_id says whose phone set it up: "phone PAIRING NUMBER". A requester that gives such a name to
// a token of its own has one that ends with that pairing.
constexpr std::string_view kSetUpBy = "phone ";

/// The first such name that no token of the requester has.
std::string free_name(Context& context, const Pairing& pairing) {
  for (int number = 1;; ++number) {
    std::string name = std::string(kSetUpBy) + pairing.id + " " + std::to_string(number);
    if (!context.store.validator_by_name(pairing.requester_id, name)) return name;
  }
}

/// The id of the pairing whose phone has set the token up; empty where none did.
std::string_view pairing_in_name(const Validator& token) {
  std::string_view name = token.requester_specified_id;
  if (!name.starts_with(kSetUpBy)) return {};
  name.remove_prefix(kSetUpBy.size());
  const std::string_view id = name.substr(0, name.find(' '));
  return is_uuid(id) ? id : std::string_view();
}

std::vector<PhonesCodeApp> code_apps_of_user(Context& context, std::string_view user_id) {
  std::vector<PhonesCodeApp> found;
  for (Validator& token : context.store.validators_of_user(user_id)) {
    auto pairing = context.store.pairing_by_id(pairing_in_name(token));
    if (pairing && pairing->user_id == user_id) found.push_back({std::move(token), std::move(*pairing)});
  }
  return found;
}

void audit_code_app(Context& context, std::string_view event, const PhonesCodeApp& app,
                    std::string_view user_verification, std::string_view why, std::string_view by) {
  const auto user = context.store.user_by_id(app.pairing.user_id);
  audit(context, event,
        {{"validator", app.token.id},
         {"user", user ? user->name : ""},
         {"pairing", app.pairing.id},
         {"user_verification", user_verification},
         {"reason", why},
         {"by", by}});
}

void end(Context& context, const PhonesCodeApp& app, std::string_view why, std::string_view by) {
  end_validator(context, app.token);
  audit_code_app(context, "code app ended", app, "", why, by);
}

std::string name_of(const Device& device) {
  return device.name + " " + device.id;
}

Pairing enabled_pairing(Context& context, const Device& device, std::string_view id) {
  Pairing pairing = pairing_of_device(context, device, id);
  if (pairing.state == PairingState::deactivated) throw Refused(api::pairing_deactivated());
  if (pairing.state != PairingState::enabled) refuse(404, "This device has no such pairing.");
  return pairing;
}

Requester present_requester(Context& context, const Pairing& pairing) {
  auto requester = context.store.requester_by_id(pairing.requester_id);
  if (!requester) throw StoreError("database: a pairing without a requester");
  // By its name one is found only while it is there.
  if (!context.store.requester_by_name(requester->name))
    refuse(409, "The requester of this pairing was removed; pair this phone anew.");
  return std::move(*requester);
}

User user_who_may(Context& context, const Pairing& pairing) {
  auto user = context.store.user_by_id(pairing.user_id);
  if (!user) throw StoreError("database: a pairing without a user");
  if (!user->enabled) throw Refused(api::user_disabled());
  if (context.now < user->muted_until)
    refuse(409, "A login of this user was reported; for twenty minutes no other code app can be set up.");
  if (code_apps_of_user(context, user->id).size() >= rules::kMaxCodeApps)
    refuse(409, "This user has five other code apps already; remove one first.");
  if (context.store.count_tries(kTries, user->id, context.now - rules::kNewCodeAppWindow) >=
      rules::kMaxNewCodeApps)
    refuse(429, "Too many other code apps were set up within an hour; try again later.");
  return std::move(*user);
}

}  // namespace

CodeApp enrol_code_app(Context& context, const Caller& by, const std::string& user_name,
                       const std::string& requester_name) {
  require_scope(by, Scope::admin, "admin");
  const auto known = user_named(context, by, user_name);
  if (known && !known->enabled) throw Refused(api::user_disabled());
  Requester requester = enrolling_requester(context, by.directory, requester_name);
  const User user = user_named_or_new(context, by, user_name);
  FreshToken token = give_fresh_token(context, user, requester, "");
  audit(context, "code app enrolled",
        {{"validator", token.validator.id}, {"user", user.name}, {"by", by.name}});
  return {std::move(token.validator), std::move(token.link), std::move(requester)};
}

CodeApp set_up_code_app(Context& context, const Device& device, std::string_view pairing_id,
                        const device::CallAuthorization& call, UserVerification policy,
                        const std::optional<webauthn::Assertion>& verification) {
  const Pairing pairing = enabled_pairing(context, device, pairing_id);
  Requester requester = present_requester(context, pairing);
  const User user = user_who_may(context, pairing);
  const std::string verified =
      require_verification(context, policy, pairing, device::Choice::allow,
                           device::code_app_bytes(context.origin, pairing.id, call), verification);
  context.store.insert_try(kTries, user.id, context.now);
  FreshToken token = give_fresh_token(context, user, requester, free_name(context, pairing));
  audit_code_app(context, "code app enrolled", {token.validator, pairing}, verified.empty() ? "" : "yes", "",
                 name_of(device));
  return {std::move(token.validator), std::move(token.link), std::move(requester)};
}

std::vector<PhonesCodeApp> code_apps_seen_by(Context& context, const Device& device,
                                             std::string_view pairing_id) {
  return code_apps_of_user(context, enabled_pairing(context, device, pairing_id).user_id);
}

std::vector<PhonesCodeApp> code_apps_of_pairing(Context& context, const Pairing& pairing) {
  auto found = code_apps_of_user(context, pairing.user_id);
  std::erase_if(found, [&pairing](const PhonesCodeApp& app) { return app.pairing.id != pairing.id; });
  return found;
}

void remove_code_app(Context& context, const Device& device, std::string_view id) {
  for (const Pairing& pairing : enabled_ones(context.store.pairings_of_device(device.id))) {
    for (const PhonesCodeApp& app : code_apps_of_user(context, pairing.user_id))
      if (app.token.id == id) return end(context, app, "removed on the phone", name_of(device));
  }
  refuse(404, "This device has no such code app.");
}

void end_code_apps_of_pairing(Context& context, const Pairing& pairing, std::string_view why,
                              std::string_view by) {
  for (const PhonesCodeApp& app : code_apps_of_pairing(context, pairing)) end(context, app, why, by);
}

void end_code_apps(Context& context, std::string_view user_id, std::string_view why, std::string_view by) {
  for (const PhonesCodeApp& app : code_apps_of_user(context, user_id)) end(context, app, why, by);
}

Millis last_used(const Validator& token) {
  return token.next_counter == 0 ? 0 : (token.next_counter - 1) * token.step_seconds * kSecond;
}

}  // namespace toopher::server
