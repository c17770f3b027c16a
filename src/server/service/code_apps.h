// SPDX-License-Identifier: Apache-2.0
// Other code apps (Aegis, FreeOTP, Google Authenticator): tokens with a fresh seed, of which the person gets the link.
#ifndef TOOPHER_SERVER_SERVICE_CODE_APPS_H
#define TOOPHER_SERVER_SERVICE_CODE_APPS_H

#include <string>

#include "server/service/context.h"

namespace toopher::server {

struct CodeApp {
  Validator validator;
  Secret link;  ///< otpauth://…, a secret: known at this moment only
  Requester requester;
};

/// One for `user_name`, who is made if new. The token is the requester's that enrols (enrolment.h). Scope admin. Throws
/// Refused: 400, 403, 404; 409 for a user who is disabled.
CodeApp enrol_code_app(Context& context, const Caller& by, const std::string& user_name,
                       const std::string& requester_name);

}  // namespace toopher::server

#endif
