// SPDX-License-Identifier: Apache-2.0
// Requesters: made, given another secret or policy, removed. An operator's affair: none of this is a call of the API.
#ifndef TOOPHER_SERVER_SERVICE_REQUESTERS_H
#define TOOPHER_SERVER_SERVICE_REQUESTERS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"

namespace toopher::server {

/// What a requester signs its calls with. The secret is known at this moment only.
struct RequesterCredentials {
  Requester requester;
  Secret secret;
};

/// With an id, a key and a secret of its own; not stored yet.
RequesterCredentials new_requester(const std::string& name, Millis now);

/// What an operator may set later too.
struct RequesterPolicy {
  Scopes scopes;
  NumberMatching number_matching = NumberMatching::on;
  int number_digits = 2;  ///< 2 to 6
  bool automation = true;
};

// All need scope admin (403). A name that no requester has is refused with 404.

/// A new requester of `directory`. Throws Refused: 400 for a name, directory or policy that cannot be one; 409 for a name
/// that is taken.
RequesterCredentials add_requester(Context& context, const Caller& by, const std::string& name,
                                   const std::string& directory, const RequesterPolicy& policy);

/// By name.
std::vector<Requester> all_requesters(Context& context, const Caller& by);

/// From now on. Automation rules stay, and count again once the policy allows them. Throws Refused (400).
Requester set_requester_policy(Context& context, const Caller& by, const std::string& name,
                               const RequesterPolicy& policy);

/// A new secret. The present one is good for `overlap` more (0: no longer; at most rules::kMaxSecretOverlap, else 400); one
/// that was kept before is gone.
RequesterCredentials rotate_requester_secret(Context& context, const Caller& by, const std::string& name,
                                             Millis overlap);

/// Its calls fail from now on, what waits for it is withdrawn, and its automation rules end. Users keep their phones.
void remove_requester(Context& context, const Caller& by, const std::string& name);

/// "off", "on", "required"
std::string_view to_text(NumberMatching policy);
std::optional<NumberMatching> number_matching_from_text(std::string_view text);

}  // namespace toopher::server

#endif
