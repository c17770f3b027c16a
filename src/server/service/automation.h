// SPDX-License-Identifier: Apache-2.0
// Automation rules: "always allow this terminal and action for some days", made by a phone, answered without one.
#ifndef TOOPHER_SERVER_SERVICE_AUTOMATION_H
#define TOOPHER_SERVER_SERVICE_AUTOMATION_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"

namespace toopher::server {

/// How many days a rule for requests like this one may last; 0 if there may be none: the requester or its policy forbids
/// it, its pushes must have a number, or the action adds a factor.
int longest_rule(const Requester& requester, const AuthenticationRequest& request);

/// The rule that answers `request`, which was not sent yet. Whether a push would be allowed now, and whether another
/// waits, is the caller's to judge first.
std::optional<AutomationRule> rule_answering(Context& context, const Requester& requester,
                                             const AuthenticationRequest& request);

/// After the grant: a rule for requests like this one, for as many days; it takes the place of an earlier one. Throws
/// Refused (400) for a number of days that longest_rule() does not allow, 409 for more than rules::kMaxRules rules.
void require_rule_allowed(Context& context, const Requester& requester, const AuthenticationRequest& request,
                          int days);
void make_rule(Context& context, const AuthenticationRequest& request, const Device& device, int days);

/// Those in force of every user that the device is paired with, whoever's phone made them: the owner of a stolen one must
/// see them on the other.
std::vector<AutomationRule> rules_seen_by(Context& context, const Device& device);

/// Throws Refused (404) unless rules_seen_by() has it.
void remove_rule(Context& context, const Device& device, std::string_view id);

/// Those in force of one user. Scope admin. Throws Refused: 403; 409 (705) for an unknown name.
std::vector<AutomationRule> rules_of(Context& context, const Caller& caller, std::string_view user_name);

/// Ends a rule; nothing happens if it had ended.
void end_rule(Context& context, const AutomationRule& rule, std::string_view why, std::string_view by);

/// Ends all rules of a user, or those that one pairing's phone made.
void end_rules(Context& context, std::string_view user_id, std::string_view why, std::string_view by);
void end_rules_of_pairing(Context& context, const Pairing& pairing, std::string_view why,
                          std::string_view by);

/// Rules whose time is over end for good.
void expire_rules(Context& context);

}  // namespace toopher::server

#endif
