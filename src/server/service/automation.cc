// SPDX-License-Identifier: Apache-2.0
#include "server/service/automation.h"

#include <set>

#include "api/approved_action.h"
#include "api/objects.h"
#include "base/random.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

void audit_rule(Context& context, std::string_view event, const AutomationRule& rule, std::string_view why,
                std::string_view by) {
  const auto user = context.store.user_by_id(rule.user_id);
  const auto requester = context.store.requester_by_id(rule.requester_id);
  audit(context, event,
        {{"rule", rule.id},
         {"user", user ? user->name : ""},
         {"requester", requester ? requester->name : ""},
         {"terminal", rule.terminal_name},
         {"action", rule.action},
         {"pairing", rule.pairing_id},
         {"request", rule.request_id},
         {"until", api::api_time(rule.expires / kSecond) + "Z"},
         {"reason", why},
         {"by", by}});
}

/// A clock that was set back to before the rule was made makes it last no longer.
bool in_force(const AutomationRule& rule, Millis now) {
  return rule.ended == 0 && now < rule.expires && now + rules::kClockSkew >= rule.created;
}

}  // namespace

int longest_rule(const Requester& requester, const AuthenticationRequest& request) {
  const bool possible = request.automation_allowed && requester.automation &&
                        requester.number_matching != NumberMatching::required &&
                        !api::approved_action::is_one(request.action.name);
  return possible ? rules::kMaxRuleDays : 0;
}

std::optional<AutomationRule> rule_answering(Context& context, const Requester& requester,
                                             const AuthenticationRequest& request) {
  if (longest_rule(requester, request) == 0) return std::nullopt;
  auto rule = context.store.rule_for(request.user_id, requester.id, request.terminal.id, request.action.name);
  if (!rule) return std::nullopt;
  if (!in_force(*rule, context.now)) {
    end_rule(context, *rule, "its time is over", "time");
    return std::nullopt;
  }
  if (!request.pairing_id.empty() && request.pairing_id != rule->pairing_id) return std::nullopt;
  const auto pairing = context.store.pairing_by_id(rule->pairing_id);
  if (!pairing || pairing->state != PairingState::enabled) return std::nullopt;
  return rule;
}

void require_rule_allowed(Context& context, const Requester& requester, const AuthenticationRequest& request,
                          int days) {
  if (days < 1 || days > longest_rule(requester, request))
    refuse(400, "No rule can be made for this request, or not for so many days.");
  if (context.store.rules_of_user(request.user_id).size() >= rules::kMaxRules)
    refuse(409, "This user has too many automation rules; remove one first.");
}

void make_rule(Context& context, const AuthenticationRequest& request, const Device& device, int days) {
  const auto earlier =
      context.store.rule_for(request.user_id, request.requester_id, request.terminal.id, request.action.name);
  if (earlier) end_rule(context, *earlier, "another rule takes its place", device.name);
  const AutomationRule rule{random_uuid(),
                            request.user_id,
                            request.requester_id,
                            request.pairing_id,
                            request.id,
                            request.terminal.id,
                            request.terminal.name,
                            request.action.name,
                            context.now,
                            context.now + days * kDay,
                            0};
  context.store.insert_rule(rule);
  audit_rule(context, "rule made", rule, "", device.name + " " + device.id);
}

std::vector<AutomationRule> rules_seen_by(Context& context, const Device& device) {
  std::vector<AutomationRule> seen;
  std::set<std::string> users;
  for (const Pairing& pairing : context.store.pairings_of_device(device.id)) {
    if (pairing.state != PairingState::enabled || !users.insert(pairing.user_id).second) continue;
    for (AutomationRule& rule : context.store.rules_of_user(pairing.user_id))
      if (in_force(rule, context.now)) seen.push_back(std::move(rule));
  }
  return seen;
}

void remove_rule(Context& context, const Device& device, std::string_view id) {
  for (const AutomationRule& rule : rules_seen_by(context, device)) {
    if (rule.id == id) return end_rule(context, rule, "removed on the phone", device.name + " " + device.id);
  }
  refuse(404, "This device has no such rule.");
}

std::vector<AutomationRule> rules_of(Context& context, const Caller& caller, std::string_view user_name) {
  require_scope(caller, Scope::admin, "admin");
  const auto user = user_named(context, caller, user_name);
  if (!user) throw Refused(api::unknown_user());
  return context.store.rules_of_user(user->id);
}

void end_rule(Context& context, const AutomationRule& rule, std::string_view why, std::string_view by) {
  if (context.store.end_rule(rule.id, context.now)) audit_rule(context, "rule ended", rule, why, by);
}

void end_rules(Context& context, std::string_view user_id, std::string_view why, std::string_view by) {
  for (const AutomationRule& rule : context.store.rules_of_user(user_id)) end_rule(context, rule, why, by);
}

void end_rules_of_pairing(Context& context, const Pairing& pairing, std::string_view why,
                          std::string_view by) {
  for (const AutomationRule& rule : context.store.rules_of_user(pairing.user_id))
    if (rule.pairing_id == pairing.id) end_rule(context, rule, why, by);
}

void expire_rules(Context& context) {
  for (const AutomationRule& rule : context.store.overdue_rules(context.now))
    end_rule(context, rule, "its time is over", "time");
}

}  // namespace toopher::server
