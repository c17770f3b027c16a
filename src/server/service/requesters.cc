// SPDX-License-Identifier: Apache-2.0
#include "server/service/requesters.h"

#include <algorithm>

#include "api/objects.h"
#include "api/reason.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "server/service/automation.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/transitions.h"

namespace toopher::server {

namespace {

constexpr std::size_t kKeySize = 15;     // random bytes: 20 characters
constexpr std::size_t kSecretSize = 30;  // random bytes: 40 characters

std::string random_text(std::size_t bytes) {
  return crypto::base64url_encode(random_bytes(bytes).view());
}

Secret new_secret() {
  std::string text = random_text(kSecretSize);
  return Secret::take(text);
}

Requester requester_named(Context& context, const Caller& by, const std::string& name) {
  require_scope(by, Scope::admin, "admin");
  auto requester = context.store.requester_by_name(name);
  if (!requester) refuse(404, "No such requester.");
  return *requester;
}

void check_name(const std::string& name) {
  if (name.empty() || name.size() > rules::kMaxRequesterName || name != sanitize_for_display(name))
    refuse(400, "A requester's name has 1 to 64 bytes of text without control characters.");
}

void check_directory(const std::string& directory) {
  const bool fits = std::all_of(directory.begin(), directory.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
  if (directory.empty() || directory.size() > rules::kMaxRequesterName || !fits)
    refuse(400, "A directory's name has 1 to 64 of a-z, 0-9, '-', '_' and '.'.");
}

void apply(const RequesterPolicy& policy, Requester& requester) {
  if (policy.number_digits < rules::kMinNumberDigits || policy.number_digits > rules::kMaxNumberDigits)
    refuse(400, "The number has 2 to 6 digits.");
  requester.scopes = policy.scopes;
  requester.number_matching = policy.number_matching;
  requester.number_digits = policy.number_digits;
  requester.automation = policy.automation;
}

std::string scopes_text(Scopes scopes) {
  std::string text;
  const auto add = [&](Scope scope, const char* name) {
    if (scopes.has(scope)) text += (text.empty() ? "" : ",") + std::string(name);
  };
  add(Scope::login, "login");
  add(Scope::enrol, "enrol");
  add(Scope::admin, "admin");
  return text;
}

void audit_requester(Context& context, std::string_view event, const Requester& requester, const Caller& by) {
  audit(context, event,
        {{"requester", requester.name},
         {"directory", requester.directory},
         {"scopes", scopes_text(requester.scopes)},
         {"number_matching", to_text(requester.number_matching)},
         {"number_digits", std::to_string(requester.number_digits)},
         {"automation", requester.automation ? "yes" : "no"},
         {"by", by.name}});
}

}  // namespace

RequesterCredentials new_requester(const std::string& name, Millis now) {
  RequesterCredentials made;
  made.requester.id = random_uuid();
  made.requester.name = name;
  made.requester.consumer_key = random_text(kKeySize);
  made.requester.created = now;
  made.secret = new_secret();
  return made;
}

RequesterCredentials add_requester(Context& context, const Caller& by, const std::string& name,
                                   const std::string& directory, const RequesterPolicy& policy) {
  require_scope(by, Scope::admin, "admin");
  check_name(name);
  check_directory(directory);
  if (context.store.requester_by_name(name))
    refuse(409, "There is a requester of the name " + name + " already.");
  RequesterCredentials made = new_requester(name, context.now);
  made.requester.directory = directory;
  apply(policy, made.requester);
  context.store.insert_requester(made.requester, made.secret);
  audit_requester(context, "requester added", made.requester, by);
  return made;
}

std::vector<Requester> all_requesters(Context& context, const Caller& by) {
  require_scope(by, Scope::admin, "admin");
  return context.store.requesters();
}

Requester set_requester_policy(Context& context, const Caller& by, const std::string& name,
                               const RequesterPolicy& policy) {
  Requester requester = requester_named(context, by, name);
  apply(policy, requester);
  context.store.update_requester(requester);
  audit_requester(context, "requester changed", requester, by);
  return requester;
}

RequesterCredentials rotate_requester_secret(Context& context, const Caller& by, const std::string& name,
                                             Millis overlap) {
  RequesterCredentials made;
  made.requester = requester_named(context, by, name);
  if (overlap < 0 || overlap > rules::kMaxSecretOverlap)
    refuse(400, "The old secret may stay good for at most 90 days.");
  made.secret = new_secret();
  made.requester.previous_secret_until = overlap == 0 ? 0 : context.now + overlap;
  context.store.replace_requester_secret(made.requester.id, made.secret,
                                         made.requester.previous_secret_until);
  audit(context, "requester secret rotated",
        {{"requester", name},
         {"old_secret_until",
          overlap == 0 ? "" : api::api_time(made.requester.previous_secret_until / kSecond)},
         {"by", by.name}});
  return made;
}

void remove_requester(Context& context, const Caller& by, const std::string& name) {
  const Requester requester = requester_named(context, by, name);
  for (auto& request : context.store.pending_requests_of_requester(requester.id)) {
    finish(context, request, {RequestState::cancelled, api::reason::kCancelled, "The requester was removed."},
           by.name);
  }
  for (const Pairing& pairing : context.store.pending_pairings_of_requester(requester.id))
    end_pairing(context, pairing, PairingState::deactivated);
  for (const AutomationRule& rule : context.store.rules_of_requester(requester.id))
    end_rule(context, rule, "the requester was removed", by.name);
  context.store.remove_requester(requester.id, name + " (removed, " + requester.id + ")", context.now);
  audit_requester(context, "requester removed", requester, by);
}

std::string_view to_text(NumberMatching policy) {
  switch (policy) {
    case NumberMatching::off:
      return "off";
    case NumberMatching::on:
      return "on";
    case NumberMatching::required:
      return "required";
  }
  return "damaged";
}

std::optional<NumberMatching> number_matching_from_text(std::string_view text) {
  for (const auto policy : {NumberMatching::off, NumberMatching::on, NumberMatching::required})
    if (text == to_text(policy)) return policy;
  return std::nullopt;
}

}  // namespace toopher::server
