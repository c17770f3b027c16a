// SPDX-License-Identifier: Apache-2.0
#include "server/service/code_apps.h"

#include "server/service/enrolment.h"
#include "server/service/users.h"
#include "server/service/validators.h"

namespace toopher::server {

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

}  // namespace toopher::server
